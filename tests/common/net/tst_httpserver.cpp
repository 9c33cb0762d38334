// SPDX-License-Identifier: MIT
#include "tests/common/net/testserver.h"
#include "tests/testmain.h"

#include <QTest>
#include <QThread>

#include <sys/socket.h>

using namespace ci;
using namespace ci::net;
using namespace ci::net::test;
using namespace Qt::StringLiterals;

class HttpServerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersOneRequest_data();
    void answersOneRequest();
    void givesTheSameAnswerWhereverTheBytesAreCut();
    void keepsTheConnectionForTheNextRequest();
    void answersPipelinedRequestsInOrder();
    void refusesHostileRequests_data();
    void refusesHostileRequests();
    void headHasTheLengthAndNoBody();
    void answersLaterFromAnotherThread();
    void noticesThatAClientLeftWhileItsRequestIsHeld();
    void answersAClientThatClosedItsSideAfterTheRequest();
    void aDroppedRequestIsAnsweredWith500();
    void namesATakenPort();
};

void HttpServerTest::answersOneRequest_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("body");

    QTest::newRow("plain") << "GET /a%2Fb?x=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"_ba
                           << "HTTP/1.1 200 OK"_ba << "GET /a%2Fb "_ba;
    QTest::newRow("an empty line before the request")
        << "\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"_ba << "HTTP/1.1 200 OK"_ba
        << "GET / "_ba;
    QTest::newRow("a body with its length")
        << "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"_ba
        << "HTTP/1.1 200 OK"_ba << "POST /p hello"_ba;
    QTest::newRow("a body on DELETE is read")
        << "DELETE /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"_ba
        << "HTTP/1.1 200 OK"_ba << "DELETE /p hello"_ba;
    QTest::newRow("chunks, an extension and a trailer")
        << "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n"
           "5;x=y\r\nhello\r\n00A\r\n, world 12\r\n0\r\nX-Sum: 1\r\n\r\n"_ba
        << "HTTP/1.1 200 OK"_ba << "POST /p hello, world 12"_ba;
    QTest::newRow("absolute form")
        << "GET http://h:80/a?b HTTP/1.1\r\nHost: h:80\r\nConnection: close\r\n\r\n"_ba
        << "HTTP/1.1 200 OK"_ba << "GET /a "_ba;
    QTest::newRow("HTTP/1.0 closes by itself")
        << "GET / HTTP/1.0\r\n\r\n"_ba << "HTTP/1.1 200 OK"_ba << "GET / "_ba;
    QTest::newRow("100-continue")
        << "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\nhi"_ba
        << "HTTP/1.1 100 Continue"_ba
        << ""_ba;
}

void HttpServerTest::answersOneRequest()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, body);
    TestServer server;
    const QByteArray answer = talk(server->port(), request);
    QCOMPARE(statusLine(answer), status);
    if (status.contains("100")) {
        QVERIFY(answer.endsWith("\r\n\r\nPOST /p hi"));
    } else {
        QCOMPARE(bodyOf(answer), body);
    }
}

void HttpServerTest::givesTheSameAnswerWhereverTheBytesAreCut()
{
    TestServer server;
    const QByteArray request = "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "5;x=y\r\nhello\r\n2\r\n!!\r\n0\r\nA: b\r\n\r\n";
    RawClient client(server->port());
    client.socket().setSocketOption(QAbstractSocket::LowDelayOption, 1);
    for (qsizetype cut = 1; cut < request.size(); ++cut) {
        client.write(request.first(cut));
        client.write(request.sliced(cut));
        const QByteArray answer = client.readUntil("hello!!");
        QVERIFY2(answer.endsWith("\r\n\r\nPOST /p hello!!"), answer.constData());
    }
    for (const char byte : request) {
        client.write(QByteArray(1, byte));
    }
    QVERIFY(client.readUntil("hello!!").endsWith("POST /p hello!!"));
}

void HttpServerTest::keepsTheConnectionForTheNextRequest()
{
    TestServer server;
    RawClient client(server->port());
    for (int i = 0; i < 3; ++i) {
        client.write("GET /" + QByteArray::number(i) + " HTTP/1.1\r\nHost: h\r\n\r\n");
        QVERIFY(client.readUntil("GET /" + QByteArray::number(i) + " ").contains("Content-Length: 7"));
    }
    QCOMPARE(server->counts().accepted, 1);
    QCOMPARE(server->counts().connections, 1);
}

void HttpServerTest::answersPipelinedRequestsInOrder()
{
    // Answers come from another thread and at different times, and still in order.
    QThread thread;
    QObject worker;
    worker.moveToThread(&thread);
    thread.start();
    TestServer server([&worker](Request request, ExchangePtr exchange) {
        if (request.head.path == "/now") {
            FunctionHandler::echo(std::move(request), exchange);
            return;
        }
        QMetaObject::invokeMethod(
            &worker, [request, exchange] { FunctionHandler::echo(request, exchange); }, Qt::QueuedConnection);
    });
    QByteArray requests;
    for (int i = 0; i < 50; ++i) {
        requests += "GET /later" + QByteArray::number(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
        requests += "POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
    }
    requests += "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    const QByteArray answers = talk(server->port(), requests);
    qsizetype at = 0;
    for (int i = 0; i < 50; ++i) {
        at = answers.indexOf("GET /later" + QByteArray::number(i) + " ", at);
        QVERIFY(at > 0);
        at = answers.indexOf("POST /now ab", at);
        QVERIFY(at > 0);
    }
    QVERIFY(answers.endsWith("GET /last "));
    server.stop();
    thread.quit();
    thread.wait();
}

void HttpServerTest::refusesHostileRequests_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");

    const auto row = [](const char *name, const QByteArray &request, int status = 400) {
        QTest::newRow(name) << request << status;
    };
    const QByteArray post = "POST / HTTP/1.1\r\nHost: h\r\n";
    row("both lengths", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    row("two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc");
    row("the same length twice", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc");
    row("a list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc");
    row("a length with a sign", post + "Content-Length: +3\r\n\r\nabc");
    row("a negative length", post + "Content-Length: -3\r\n\r\nabc");
    row("a hexadecimal length", post + "Content-Length: 0x3\r\n\r\nabc");
    row("an empty length", post + "Content-Length:\r\n\r\nabc");
    row("a length beyond 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n");
    row("a length over the limit", post + "Content-Length: 99999999999\r\n\r\n", 413);
    row("an unknown coding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501);
    row("a coding twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n");
    row("a disguised coding", post + "Transfer-Encoding: xchunked\r\n\r\n", 501);
    row("bare LF", "GET / HTTP/1.1\nHost: h\n\n");
    row("bare LF in one line", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n");
    row("bare CR", "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n");
    row("NUL in a value", "GET / HTTP/1.1\r\nHost: h\r\nX: a"_ba + '\0' + "b\r\n\r\n");
    row("NUL in the target", "GET /"_ba + '\0' + " HTTP/1.1\r\nHost: h\r\n\r\n");
    row("a folded field", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n");
    row("a folded first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n");
    row("space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n");
    row("a field without a name", "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n");
    row("a field without a colon", "GET / HTTP/1.1\r\nHost: h\r\nrubbish\r\n\r\n");
    row("no Host", "GET / HTTP/1.1\r\n\r\n");
    row("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
    row("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n");
    row("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n");
    row("a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n");
    row("absolute form of another host", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n");
    row("absolute form without a host", "GET http:///x HTTP/1.1\r\nHost: b\r\n\r\n");
    row("another scheme", "GET ftp://b/x HTTP/1.1\r\nHost: b\r\n\r\n");
    row("a relative target", "GET x HTTP/1.1\r\nHost: b\r\n\r\n");
    row("asterisk form", "OPTIONS * HTTP/1.1\r\nHost: b\r\n\r\n");
    row("authority form", "CONNECT b:80 HTTP/1.1\r\nHost: b\r\n\r\n");
    row("a fragment", "GET /#x HTTP/1.1\r\nHost: b\r\n\r\n");
    row("a space in the target", "GET /a b HTTP/1.1\r\nHost: b\r\n\r\n");
    row("two spaces", "GET  / HTTP/1.1\r\nHost: b\r\n\r\n");
    row("no version", "GET /\r\nHost: b\r\n\r\n");
    row("version 2", "GET / HTTP/2.0\r\nHost: b\r\n\r\n", 505);
    row("version 1.2", "GET / HTTP/1.2\r\nHost: b\r\n\r\n", 505);
    row("lower case version", "GET / http/1.1\r\nHost: b\r\n\r\n");
    row("a method of strange signs", "G(T / HTTP/1.1\r\nHost: b\r\n\r\n");
    row("a method without end", QByteArray(100, 'A') + " / HTTP/1.1\r\nHost: b\r\n\r\n");
    row("TLS on a plain port", QByteArray::fromHex("16030100c8010000c40303") + "\n\n");
    row("a large header", "GET / HTTP/1.1\r\nHost: b\r\nX: " + QByteArray(40000, 'x') + "\r\n\r\n", 431);
    row("a large header without end", "GET / HTTP/1.1\r\nHost: b\r\nX: " + QByteArray(40000, 'x'), 431);
    row("many fields", "GET / HTTP/1.1\r\nHost: b\r\n" + QByteArray("a: b\r\n").repeated(120) + "\r\n", 431);
    row("an unknown expectation", post + "Content-Length: 1\r\nExpect: a miracle\r\n\r\n", 417);
    const QByteArray chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    row("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    row("a chunk without a size", chunked + "\r\nabc\r\n0\r\n\r\n");
    row("a chunk size with a sign", chunked + "+3\r\nabc\r\n0\r\n\r\n");
    row("a chunk size with 0x", chunked + "0x3\r\nabc\r\n0\r\n\r\n");
    row("a chunk size with a space", chunked + "3 \r\nabc\r\n0\r\n\r\n");
    row("a chunk size beyond 64 bits", chunked + "fffffffffffffffff\r\nabc");
    row("a chunk size line with bare LF", chunked + "3\nabc\r\n0\r\n\r\n");
    row("an extension with bare LF", chunked + "3;a\nabc\r\n0\r\n\r\n");
    row("an extension with bare CR", chunked + "3;a\rb\r\nabc\r\n0\r\n\r\n");
    row("a chunk longer than its size", chunked + "3\r\nabcd\r\n0\r\n\r\n");
    row("a chunk ended by bare LF", chunked + "3\r\nabc\n0\r\n\r\n");
    row("a trailer with bare LF", chunked + "3\r\nabc\r\n0\r\nA: b\n\r\n");
    row("extensions without end", chunked + "1;" + QByteArray(20000, 'x') + "\r\na\r\n0\r\n\r\n");
    row("many long extensions",
        chunked + QByteArray("1;" + QByteArray(1000, 'x') + "\r\na\r\n").repeated(20) + "0\r\n\r\n");
    row("trailers without end", chunked + "0\r\nA: " + QByteArray(20000, 'x') + "\r\n\r\n");
    row("chunks over the limit", chunked + "200000\r\n" + QByteArray(0x200000, 'x'), 413);
    row("a WebSocket of another version",
        "GET / HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 426);
    row("a WebSocket with a short key",
        "GET / HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YWJj\r\n\r\n");
    row("a WebSocket by POST",
        "POST / HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

void HttpServerTest::refusesHostileRequests()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    std::atomic<int> handled = 0;
    TestServer server([&handled](Request, ExchangePtr exchange) {
        ++handled;
        exchange->respond({});
    });
    // What follows must never be taken for a request of its own.
    const QByteArray answer
        = talk(server->port(), request + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    QVERIFY2(answer.startsWith("HTTP/1.1 " + QByteArray::number(status) + ' '), answer.constData());
    QVERIFY(answer.contains("\r\nConnection: close\r\n"));
    QCOMPARE(answer.count("HTTP/1.1 "), 1);
    QCOMPARE(handled.load(), 0);
    QCOMPARE(server->counts().refused, 1);
}

void HttpServerTest::headHasTheLengthAndNoBody()
{
    TestServer server;
    const QByteArray answer
        = talk(server->port(), "HEAD /abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    QVERIFY(answer.contains("\r\nContent-Length: 10\r\n"));
    QVERIFY(answer.endsWith("\r\n\r\n"));
}

void HttpServerTest::answersLaterFromAnotherThread()
{
    QMutex mutex;
    QList<ExchangePtr> held;
    TestServer server([&](Request, ExchangePtr exchange) {
        const QMutexLocker lock(&mutex);
        held.append(exchange);
    });
    RawClient client(server->port());
    client.write("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto count = [&] {
        const QMutexLocker lock(&mutex);
        return held.size();
    };
    QTRY_COMPARE(count(), 1);
    Response response;
    response.status = 201;
    response.body = "{}";
    response.headers.add("X-Injected", "a\r\nSet-Cookie: b");
    response.headers.add("Content-Length", "700");
    held.first()->respond(std::move(response));
    const QByteArray answer = client.readUntil("{}");
    QVERIFY(answer.startsWith("HTTP/1.1 201 Created\r\n"));
    QVERIFY(!answer.contains("Set-Cookie"));
    QCOMPARE(answer.count("Content-Length"), 1);
}

void HttpServerTest::noticesThatAClientLeftWhileItsRequestIsHeld()
{
    QMutex mutex;
    QList<ExchangePtr> held;
    std::atomic<int> gone = 0;
    TestServer server([&](Request, ExchangePtr exchange) {
        exchange->setGone([&gone] { ++gone; });
        const QMutexLocker lock(&mutex);
        held.append(exchange);
    });
    {
        RawClient client(server->port());
        client.write("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
        QTRY_COMPARE([&] { const QMutexLocker lock(&mutex); return held.size(); }(), 1);
        QCOMPARE(held.first()->isGone(), false);
    }
    QTRY_COMPARE(gone.load(), 1);
    QVERIFY(held.first()->isGone());
    QTRY_COMPARE(server->counts().connections, 0);
    std::atomic<int> late = 0;
    held.first()->setGone([&late] { ++late; });
    QTRY_COMPARE(late.load(), 1);
    held.first()->respond({}); // Harmless.
    QCOMPARE(gone.load(), 1);
}

void HttpServerTest::answersAClientThatClosedItsSideAfterTheRequest()
{
    TestServer server;
    RawClient client(server->port());
    client.write("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    ::shutdown(static_cast<int>(client.socket().socketDescriptor()), SHUT_WR);
    QVERIFY(client.readAll().endsWith("GET /x "));
}

void HttpServerTest::aDroppedRequestIsAnsweredWith500()
{
    TestServer server([](Request, ExchangePtr) {});
    QTest::ignoreMessage(QtWarningMsg, "request dropped without an answer");
    const QByteArray answer = talk(server->port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QCOMPARE(statusLine(answer), "HTTP/1.1 500 Internal Server Error");
}

void HttpServerTest::namesATakenPort()
{
    TestServer server;
    HttpServerSettings settings;
    settings.port = server->port();
    FunctionHandler handler;
    const auto second = HttpServer::create(settings, handler);
    QVERIFY(!second);
    QVERIFY(second.error().detail.contains(u"port %1 is taken"_s.arg(settings.port)));
}

CAPSTAN_TEST(HttpServerTest)
#include "tst_httpserver.moc"
