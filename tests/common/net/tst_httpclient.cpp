// SPDX-License-Identifier: MIT
#include "common/net/httpclient.h"
#include "common/net/idlepool.h"
#include "common/net/plaintransport.h"
#include "tests/common/net/testserver.h"
#include "tests/testmain.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <sys/socket.h>
#include <unistd.h>

using namespace ci;
using namespace ci::net;
using namespace ci::net::test;
using namespace Qt::StringLiterals;

namespace {

class TextSource final : public BodySource
{
public:
    TextSource(QByteArray text, bool tellsSize)
        : m_text(std::move(text))
        , m_tellsSize(tellsSize)
    {
    }
    std::optional<qint64> size() const override
    {
        return m_tellsSize ? std::optional<qint64>(m_text.size()) : std::nullopt;
    }
    Result<QByteArray> read(qint64 maximum) override
    {
        const QByteArray piece = m_text.mid(m_at, std::min<qint64>(maximum, 1000));
        m_at += piece.size();
        return piece;
    }
    bool atEnd() const override { return m_at == m_text.size(); }

private:
    QByteArray m_text;
    bool m_tellsSize;
    qsizetype m_at = 0;
};

/// Takes at most a few bytes at a time; the test empties it.
class SlowSink final : public BodySink
{
public:
    Result<void> write(QByteArrayView bytes) override
    {
        got += bytes;
        m_room -= bytes.size();
        return {};
    }
    Result<void> finish() override
    {
        finished = true;
        return {};
    }
    bool isFull() const override { return m_room <= 0; }
    void makeRoom()
    {
        m_room = 100'000;
        wake();
    }

    QByteArray got;
    bool finished = false;

private:
    qint64 m_room = 100'000;
};

} // namespace

class HttpClientTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void getsAnAnswer();
    void sendsBodiesOfEveryKind_data();
    void sendsBodiesOfEveryKind();
    void keepsConnections();
    void understandsAnswers_data();
    void understandsAnswers();
    void refusesBrokenAnswers_data();
    void refusesBrokenAnswers();
    void repeatsAGetOnADeadConnectionAndNeverAPost();
    void aConnectionThatHasEndedIsNotUsed();
    void takesAnEarlyRefusalOfALargeBody();
    void waitsForASlowSink();
    void aDeadContextCutsTheCall();
    void theClientMayDieInACallback();
    void namesWhatCannotBeReached();
    void connectsToTheAddressGiven();
    void givesUpOnSilence();

private:
    Result<ClientResponse> call(ClientRequest request);
    ClientRequest request(quint16 port, const QByteArray &method, const QString &path = u"/"_s);
    static QByteArray playedBy(const QByteArray &answer, QTcpServer &server);

    std::unique_ptr<HttpClient> m_client;
};

void HttpClientTest::init()
{
    m_client = std::make_unique<HttpClient>();
}

Result<ClientResponse> HttpClientTest::call(ClientRequest request)
{
    std::optional<Result<ClientResponse>> answer;
    m_client->send(std::move(request), this, [&answer](Result<ClientResponse> result) { answer = result; });
    if (answer) {
        return invalid(u"called back from inside"_s);
    }
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }, 10'000)) {
        return invalid(u"never called back"_s);
    }
    return *answer;
}

ClientRequest HttpClientTest::request(quint16 port, const QByteArray &method, const QString &path)
{
    ClientRequest result;
    result.method = method;
    result.url = QUrl(u"http://127.0.0.1:%1%2"_s.arg(port).arg(path));
    return result;
}

void HttpClientTest::getsAnAnswer()
{
    TestServer server;
    const auto answer = call(request(server->port(), "GET", u"/a b%2Fc?x=1"_s));
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->body, "GET /a%20b%2Fc "_ba);
    const auto head = call(request(server->port(), "HEAD"));
    QVERIFY(head);
    QCOMPARE(head->body, QByteArray());
}

void HttpClientTest::sendsBodiesOfEveryKind_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("kind");
    for (const int size : {0, 1, 5000, 900'000}) {
        QTest::addRow("%d bytes at once", size) << size << 0;
        QTest::addRow("%d bytes of a source with a size", size) << size << 1;
        QTest::addRow("%d bytes chunked", size) << size << 2;
        QTest::addRow("%d bytes, asking before", size) << size << 3;
    }
}

void HttpClientTest::sendsBodiesOfEveryKind()
{
    QFETCH(int, size);
    QFETCH(int, kind);
    QByteArray text(size, 'x');
    for (qsizetype i = 0; i < size; ++i) {
        text[i] = static_cast<char>('a' + i % 23);
    }
    TestServer server([](Request request, const ExchangePtr &exchange) {
        Response response;
        response.body = request.body;
        response.headers.add("X-Chunked", request.head.chunked ? "yes" : "no");
        exchange->respond(std::move(response));
    });
    ClientRequest sent = request(server->port(), "PUT");
    if (kind == 0) {
        sent.body = text;
    } else {
        sent.source = std::make_shared<TextSource>(text, kind != 2);
    }
    if (kind == 3) {
        sent.headers.add("Expect", "100-continue");
    }
    const auto answer = call(std::move(sent));
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().detail));
    QCOMPARE(answer->body, text);
    QCOMPARE(answer->headers.value("X-Chunked", {}), kind == 2 ? "yes"_ba : "no"_ba);
}

void HttpClientTest::keepsConnections()
{
    TestServer server;
    for (int i = 0; i < 5; ++i) {
        QVERIFY(call(request(server->port(), i % 2 == 0 ? "GET" : "POST")));
    }
    QCOMPARE(server->counts().accepted, 1);
}

QByteArray HttpClientTest::playedBy(const QByteArray &answer, QTcpServer &server)
{
    connect(&server, &QTcpServer::newConnection, &server, [&server, answer] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket, answer] {
            if (socket->readAll().contains("\r\n\r\n")) {
                for (const char byte : answer) { // Each byte by itself.
                    socket->write(&byte, 1);
                    socket->flush();
                }
                socket->disconnectFromHost();
            }
        });
    });
    server.listen(QHostAddress::LocalHost);
    return answer;
}

void HttpClientTest::understandsAnswers_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");

    QTest::newRow("a length") << "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"_ba << 201 << "ok"_ba;
    QTest::newRow("no phrase") << "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"_ba << 200 << "ok"_ba;
    QTest::newRow("chunks") << "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"_ba
                            << 200 << "ok"_ba;
    QTest::newRow("until the end") << "HTTP/1.1 200 OK\r\n\r\nok"_ba << 200 << "ok"_ba;
    QTest::newRow("HTTP/1.0") << "HTTP/1.0 200 OK\r\n\r\nok"_ba << 200 << "ok"_ba;
    QTest::newRow("interim answers first")
        << "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"_ba
        << 204 << ""_ba;
    QTest::newRow("304 has no body") << "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"_ba << 304 << ""_ba;
    QTest::newRow("a redirect is an answer")
        << "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"_ba << 302 << ""_ba;
}

void HttpClientTest::understandsAnswers()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QTcpServer server;
    playedBy(bytes, server);
    const auto answer = call(request(server.serverPort(), "GET"));
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().detail));
    QCOMPARE(answer->status, status);
    QCOMPARE(answer->body, body);
}

void HttpClientTest::refusesBrokenAnswers_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << ""_ba;
    QTest::newRow("not HTTP") << "SSH-2.0-OpenSSH_9.2\r\n\r\n"_ba;
    QTest::newRow("a broken status") << "HTTP/1.1 2x0 OK\r\n\r\n"_ba;
    QTest::newRow("HTTP/2") << "HTTP/2 200\r\n\r\n"_ba;
    QTest::newRow("half a head") << "HTTP/1.1 200 OK\r\nA: b\r\n"_ba;
    QTest::newRow("half a body") << "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"_ba;
    QTest::newRow("half a chunk") << "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"_ba;
    QTest::newRow("both lengths")
        << "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"_ba;
    QTest::newRow("bare LF") << "HTTP/1.1 200 OK\nContent-Length: 0\n\n"_ba;
    QTest::newRow("a huge header") << "HTTP/1.1 200 OK\r\nA: "_ba + QByteArray(70'000, 'x') + "\r\n\r\n";
    QTest::newRow("switching unasked")
        << "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"_ba;
    QTest::newRow("a body over the limit") << "HTTP/1.1 200 OK\r\n\r\n"_ba + QByteArray(2000, 'x');
}

void HttpClientTest::refusesBrokenAnswers()
{
    QFETCH(QByteArray, bytes);
    QTcpServer server;
    playedBy(bytes, server);
    ClientRequest sent = request(server.serverPort(), "GET");
    sent.maxBodyBytes = 1000;
    const auto answer = call(std::move(sent));
    QVERIFY(!answer);
    QVERIFY(!answer.error().detail.isEmpty());
}

void HttpClientTest::repeatsAGetOnADeadConnectionAndNeverAPost()
{
    // Answers the first request of each connection and cuts it at the second.
    QTcpServer server;
    int requests = 0;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        auto count = std::make_shared<int>(0);
        connect(socket, &QTcpSocket::readyRead, socket, [&requests, socket, count] {
            socket->readAll();
            ++requests;
            if ((*count)++ > 0) {
                socket->abort();
            } else {
                socket->write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
    });
    server.listen(QHostAddress::LocalHost);
    QVERIFY(call(request(server.serverPort(), "GET")));
    QVERIFY(call(request(server.serverPort(), "GET"))); // Cut, repeated on a new connection.
    QCOMPARE(requests, 3);
    QVERIFY(!call(request(server.serverPort(), "POST")));
    QCOMPARE(requests, 4);
}

void HttpClientTest::aConnectionThatHasEndedIsNotUsed()
{
    int ends[2] {};
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    auto transport = std::make_unique<PlainTransport>(ends[0]);
    transport->resume();
    QCOMPARE(::write(ends[1], "answer", 6), 6);
    char bytes[100];
    QCOMPARE(transport->read(bytes, sizeof bytes), 6);
    const Endpoint endpoint = Endpoint::of(QUrl(u"http://127.0.0.1:1"_s)).value();
    IdlePool pool(nullptr);
    pool.put(endpoint, std::move(transport));
    ::close(ends[1]);
    QVERIFY(pool.take(endpoint) == nullptr); // Before the event loop has told.
}

void HttpClientTest::takesAnEarlyRefusalOfALargeBody()
{
    TestServer server(FunctionHandler::echo, [](const RequestHead &) {
        BodyPolicy policy;
        policy.maximumBytes = 10;
        return policy;
    });
    for (const bool asks : {true, false}) {
        ClientRequest sent = request(server->port(), "POST");
        auto source = std::make_shared<TextSource>(QByteArray(30'000'000, 'x'), true);
        sent.source = source;
        if (asks) {
            sent.headers.add("Expect", "100-continue");
        }
        const auto answer = call(std::move(sent));
        QVERIFY2(answer, answer ? "" : qPrintable(answer.error().detail));
        QCOMPARE(answer->status, 413);
        QVERIFY(!source->atEnd());
    }
}

void HttpClientTest::waitsForASlowSink()
{
    const QByteArray text(3'000'000, 'y');
    TestServer server([&text](const Request &, const ExchangePtr &exchange) {
        Response response;
        response.body = text;
        exchange->respond(std::move(response));
    });
    auto sink = std::make_shared<SlowSink>();
    ClientRequest sent = request(server->port(), "GET");
    sent.sink = sink;
    std::optional<Result<ClientResponse>> answer;
    m_client->send(std::move(sent), this, [&answer](Result<ClientResponse> result) { answer = result; });
    QTRY_VERIFY(sink->isFull());
    QTest::qWait(50);
    QVERIFY(sink->got.size() < 300'000);
    while (!answer) {
        sink->makeRoom();
        QTest::qWait(1);
    }
    QVERIFY(*answer);
    QVERIFY(sink->finished);
    QCOMPARE(sink->got, text);
}

void HttpClientTest::aDeadContextCutsTheCall()
{
    std::atomic<int> gone = 0;
    QMutex mutex;
    QList<ExchangePtr> held;
    TestServer server([&](const Request &, const ExchangePtr &exchange) {
        exchange->setGone([&gone] { ++gone; });
        const QMutexLocker lock(&mutex);
        held.append(exchange);
    });
    bool called = false;
    {
        QObject context;
        m_client->send(request(server->port(), "GET"), &context, [&called](const Result<ClientResponse> &) { called = true; });
        QTRY_VERIFY([&] { const QMutexLocker lock(&mutex); return !held.isEmpty(); }());
    }
    QTRY_COMPARE(gone.load(), 1);
    QVERIFY(!called);
}

void HttpClientTest::theClientMayDieInACallback()
{
    TestServer server;
    QTcpServer broken;
    playedBy("rubbish\n\n", broken);
    for (const quint16 port : {server->port(), broken.serverPort()}) {
        m_client = std::make_unique<HttpClient>();
        bool called = false;
        m_client->send(request(port, "GET"), this, [&](const Result<ClientResponse> &) {
            called = true;
            m_client.reset();
        });
        QTRY_VERIFY(called);
    }
}

void HttpClientTest::namesWhatCannotBeReached()
{
    QTcpServer closed;
    closed.listen(QHostAddress::LocalHost);
    const quint16 port = closed.serverPort();
    closed.close();
    const auto answer = call(request(port, "GET"));
    QVERIFY(!answer);
    QVERIFY(answer.error().detail.contains(u"127.0.0.1:%1"_s.arg(port)));
    ClientRequest odd = request(port, "GET");
    odd.url = QUrl(u"ftp://x/"_s);
    QVERIFY(!call(odd));
    ClientRequest split = request(port, "GET");
    split.headers.add("X", "a\r\nHost: b");
    QVERIFY(!call(split));
}

void HttpClientTest::connectsToTheAddressGiven()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    ClientRequest wanted = request(server.serverPort(), "GET");
    wanted.url.setHost(u"name.invalid"_s); // Never looked up.
    wanted.address = QHostAddress(QHostAddress::LocalHost);
    QByteArray asked;
    connect(&server, &QTcpServer::newConnection, this, [&server, &asked] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket, &asked] {
            asked += socket->readAll();
            if (asked.endsWith("\r\n\r\n")) {
                socket->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
    });
    const Result<ClientResponse> answer = call(std::move(wanted));
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().detail));
    QCOMPARE(answer->body, "ok"_ba);
    QVERIFY(asked.contains("Host: name.invalid:"));
}

void HttpClientTest::givesUpOnSilence()
{
    QTcpServer silent;
    silent.listen(QHostAddress::LocalHost);
    ClientRequest sent = request(silent.serverPort(), "GET");
    sent.answerTime = std::chrono::milliseconds(100);
    const auto answer = call(std::move(sent));
    QVERIFY(!answer);
    QCOMPARE(answer.error().kind, ErrorKind::Unavailable);
}

CAPSTAN_TEST(HttpClientTest)
#include "tst_httpclient.moc"
