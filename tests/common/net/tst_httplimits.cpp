// SPDX-License-Identifier: MIT
#include "tests/common/net/testserver.h"
#include "tests/testmain.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace ci;
using namespace ci::net;
using namespace ci::net::test;
using namespace Qt::StringLiterals;

namespace {

HttpServerSettings quick()
{
    HttpServerSettings settings;
    settings.limits.headTime = std::chrono::seconds(1);
    settings.limits.idleTime = std::chrono::seconds(1);
    settings.limits.bodyStallTime = std::chrono::seconds(1);
    settings.limits.writeStallTime = std::chrono::seconds(1);
    return settings;
}

class ZeroSource final : public BodySource
{
public:
    Result<QByteArray> read(qint64 maximum) override { return QByteArray(maximum, '0'); }
    bool atEnd() const override { return false; }
};

qint64 memoryKiB()
{
    QFile status(u"/proc/self/status"_s);
    const bool opened = status.open(QIODevice::ReadOnly);
    const QByteArray text = opened ? status.readAll() : QByteArray();
    const qsizetype at = text.indexOf("VmRSS:");
    return text.sliced(at + 6, 12).simplified().split(' ').first().toLongLong();
}

} // namespace

class HttpLimitsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSlowHeaderIsAnsweredWith408();
    void aDrippingHeaderGetsNoMoreTime();
    void anIdleConnectionIsClosedWithoutAWord();
    void aSlowBodyIsAnsweredWith408_data();
    void aSlowBodyIsAnsweredWith408();
    void aDrippingBodyGetsNoMoreTime_data();
    void aDrippingBodyGetsNoMoreTime();
    void aSteadyBodyHasItsTime_data();
    void aSteadyBodyHasItsTime();
    void aReaderThatTakesNothingIsCut();
    void aHeldRequestHasNoDeadline();
    void connectionsAreCapped_data();
    void connectionsAreCapped();
    void aHeldClientMaySendLittleAhead();
    void anAnswerThatIsNotReadStopsFurtherRequests();
    void stoppingClosesIdleConnectionsAndFinishesTheOthers();
    void thousandsOfHeldRequestsAreSmall();
    void exchangesOutliveTheServer();
};

void HttpLimitsTest::aSlowHeaderIsAnsweredWith408()
{
    TestServer server(FunctionHandler::echo, {}, quick());
    QVERIFY(talk(server->port(), "GET / HTTP/1.1\r\nHost:").startsWith("HTTP/1.1 408 "));
}

void HttpLimitsTest::aDrippingHeaderGetsNoMoreTime()
{
    TestServer server(FunctionHandler::echo, {}, quick());
    RawClient client(server->port());
    QElapsedTimer time;
    time.start();
    client.write("GET / HTTP/1.1\r\nHost: h\r\nX: ");
    while (client.isOpen() && time.elapsed() < 6000) {
        client.write("x");
        client.socket().waitForReadyRead(100);
    }
    QVERIFY(client.readAll().startsWith("HTTP/1.1 408 "));
    QVERIFY(time.elapsed() < 5000);
}

void HttpLimitsTest::anIdleConnectionIsClosedWithoutAWord()
{
    TestServer server(FunctionHandler::echo, {}, quick());
    QCOMPARE(talk(server->port(), ""), ""_ba);
    RawClient client(server->port());
    client.write("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    QVERIFY(client.readUntil("/x ").startsWith("HTTP/1.1 200"));
    QCOMPARE(client.readAll(), ""_ba);
}

namespace {

struct NullSink final : BodySink
{
    Result<void> write(QByteArrayView) override { return {}; }
    Result<void> finish() override { return {}; }
};

// Takes bodies up to a megabyte, collected or by a sink.
std::unique_ptr<TestServer> bodyServer(BodyPolicy::Kind kind, const HttpServerSettings &settings)
{
    return std::make_unique<TestServer>(
        [kind](const Request &, const ExchangePtr &exchange) {
            if (kind == BodyPolicy::Kind::Collect) {
                return exchange->respond({});
            }
            exchange->receive(std::make_shared<NullSink>(), 1 << 20, [exchange](const Result<qint64> &) {
                exchange->respond({});
            });
        },
        [kind](const RequestHead &) { return BodyPolicy {kind, 1 << 20}; },
        settings);
}

} // namespace

void HttpLimitsTest::aSlowBodyIsAnsweredWith408_data()
{
    QTest::addColumn<BodyPolicy::Kind>("kind");
    QTest::newRow("collected") << BodyPolicy::Kind::Collect;
    QTest::newRow("streamed") << BodyPolicy::Kind::Stream;
}

void HttpLimitsTest::aSlowBodyIsAnsweredWith408()
{
    QFETCH(const BodyPolicy::Kind, kind);
    const auto server = bodyServer(kind, quick());
    const QByteArray answer
        = talk((*server)->port(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
    QVERIFY2(answer.startsWith("HTTP/1.1 408 "), answer.constData());
    QCOMPARE(answer.count("HTTP/1.1"), 1);
}

void HttpLimitsTest::aDrippingBodyGetsNoMoreTime_data()
{
    aSlowBodyIsAnsweredWith408_data();
}

void HttpLimitsTest::aDrippingBodyGetsNoMoreTime()
{
    QFETCH(const BodyPolicy::Kind, kind);
    const auto server = bodyServer(kind, quick());
    RawClient client((*server)->port());
    QElapsedTimer time;
    time.start();
    client.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    while (client.isOpen() && time.elapsed() < 6000) {
        client.write("x");
        client.socket().waitForReadyRead(100);
    }
    QVERIFY(client.readAll().startsWith("HTTP/1.1 408 "));
    QVERIFY(time.elapsed() < 5000);
}

void HttpLimitsTest::aSteadyBodyHasItsTime_data()
{
    QTest::addColumn<BodyPolicy::Kind>("kind");
    QTest::addColumn<QByteArray>("status");
    QTest::newRow("collected: an end to all patience") << BodyPolicy::Kind::Collect << "408"_ba;
    QTest::newRow("streamed: as long as it goes on") << BodyPolicy::Kind::Stream << "200"_ba;
}

void HttpLimitsTest::aSteadyBodyHasItsTime()
{
    QFETCH(const BodyPolicy::Kind, kind);
    QFETCH(const QByteArray, status);
    HttpServerSettings settings = quick();
    settings.limits.bodyTime = std::chrono::seconds(2);
    const auto server = bodyServer(kind, settings);
    RawClient client((*server)->port());
    QElapsedTimer time;
    time.start();
    client.write("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    const QByteArray chunk = "1000\r\n" + QByteArray(4096, 'x') + "\r\n";
    while (client.isOpen() && time.elapsed() < 4000) {
        client.write(chunk);
        client.socket().waitForReadyRead(100);
    }
    client.write("0\r\n\r\n");
    QVERIFY(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 " + status));
}

void HttpLimitsTest::aReaderThatTakesNothingIsCut()
{
    TestServer server(
        [](const Request &, const ExchangePtr &exchange) {
            Response response;
            response.source = std::make_shared<ZeroSource>();
            exchange->respond(std::move(response));
        },
        {},
        quick());
    RawClient client(server->port());
    client.socket().setReadBufferSize(1000);
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QTRY_COMPARE(server->counts().connections, 1);
    QTRY_COMPARE_WITH_TIMEOUT(server->counts().connections, 0, 6000);
}

void HttpLimitsTest::aHeldRequestHasNoDeadline()
{
    QMutex mutex;
    QList<ExchangePtr> held;
    TestServer server(
        [&](const Request &, const ExchangePtr &exchange) {
            const QMutexLocker lock(&mutex);
            held.append(exchange);
        },
        {},
        quick());
    RawClient client(server->port());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QTest::qWait(2500); // Well past every limit.
    QCOMPARE(server->counts().connections, 1);
    const QMutexLocker lock(&mutex);
    held.first()->respond({});
    QVERIFY(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 200"));
}

void HttpLimitsTest::connectionsAreCapped_data()
{
    QTest::addColumn<bool>("perAddress");
    QTest::newRow("in all") << false;
    QTest::newRow("per address") << true;
}

void HttpLimitsTest::connectionsAreCapped()
{
    QFETCH(bool, perAddress);
    HttpServerSettings settings;
    (perAddress ? settings.limits.maxConnectionsPerAddress : settings.limits.maxConnections) = 3;
    TestServer server(FunctionHandler::echo, {}, settings);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        clients.back()->write("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        QVERIFY(!clients.back()->readUntil("/x ").isEmpty());
    }
    QCOMPARE(talk(server->port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), ""_ba);
    clients.clear(); // Makes room again.
    QTRY_COMPARE(server->counts().connections, 0);
    QVERIFY(!talk(server->port(), "GET / HTTP/1.0\r\n\r\n").isEmpty());
}

void HttpLimitsTest::aHeldClientMaySendLittleAhead()
{
    QMutex mutex;
    QList<ExchangePtr> held;
    TestServer server([&](const Request &, const ExchangePtr &exchange) {
        const QMutexLocker lock(&mutex);
        held.append(exchange);
    });
    RawClient client(server->port());
    const qint64 before = memoryKiB();
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    client.socket().write(QByteArray(60'000'000, 'x'));
    for (int i = 0; i < 20; ++i) {
        client.socket().waitForBytesWritten(20);
    }
    QVERIFY(client.socket().bytesToWrite() > 30'000'000); // The rest waits at the client.
    QVERIFY(memoryKiB() - before < 130'000); // Which is us, with two copies.
    QCOMPARE(held.size(), 1);
}

void HttpLimitsTest::anAnswerThatIsNotReadStopsFurtherRequests()
{
    std::atomic<int> handled = 0;
    TestServer server([&handled](const Request &, const ExchangePtr &exchange) {
        ++handled;
        Response response;
        response.body = QByteArray(30'000'000, 'b');
        exchange->respond(std::move(response));
    });
    RawClient client(server->port());
    client.socket().setReadBufferSize(1000);
    client.write(QByteArray("GET / HTTP/1.1\r\nHost: h\r\n\r\n").repeated(50));
    QTRY_COMPARE(handled.load(), 1);
    QTest::qWait(100);
    QCOMPARE(handled.load(), 1);
}

void HttpLimitsTest::stoppingClosesIdleConnectionsAndFinishesTheOthers()
{
    QMutex mutex;
    QList<ExchangePtr> held;
    TestServer server([&](Request request, const ExchangePtr &exchange) {
        if (request.head.path == "/now") {
            exchange->respond({});
            return;
        }
        const QMutexLocker lock(&mutex);
        held.append(exchange);
    });
    RawClient idle(server->port());
    idle.write("GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
    QVERIFY(idle.readUntil("\r\n\r\n").startsWith("HTTP/1.1 200"));
    RawClient busy(server->port());
    busy.write("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
    QTRY_COMPARE([&] { const QMutexLocker lock(&mutex); return held.size(); }(), 1);
    server->stopAccepting();
    QCOMPARE(idle.readAll(), ""_ba);
    QVERIFY(!idle.isOpen());
    RawClient late(server->port());
    QVERIFY(!late.isOpen());
    held.first()->respond({});
    const QByteArray answer = busy.readAll();
    QVERIFY(answer.startsWith("HTTP/1.1 200") && answer.contains("Connection: close"));
}

void HttpLimitsTest::thousandsOfHeldRequestsAreSmall()
{
    constexpr int Count = 2000;
    QMutex mutex;
    QList<ExchangePtr> held;
    held.reserve(Count);
    TestServer server([&](const Request &, const ExchangePtr &exchange) {
        const QMutexLocker lock(&mutex);
        held.append(exchange);
    });
    // Clients without objects, so that what grows is the server.
    std::vector<int> clients;
    const qint64 before = memoryKiB();
    for (int i = 0; i < Count; ++i) {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        QCOMPARE(::connect(client, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        const QByteArray request = "POST /api/v4/jobs/request HTTP/1.1\r\nHost: h\r\nContent-Length: 400\r\n\r\n" + QByteArray(400, 'j');
        QCOMPARE(::send(client, request.constData(), static_cast<size_t>(request.size()), MSG_NOSIGNAL), request.size());
        clients.push_back(client);
    }
    QTRY_COMPARE([&] { const QMutexLocker lock(&mutex); return held.size(); }(), Count);
    const qint64 each = (memoryKiB() - before) * 1024 / Count;
    qInfo("bytes per held request: %lld", each);
    QVERIFY(each < 12'000);
    for (const int client : clients) {
        ::close(client);
    }
    QTRY_COMPARE(server->counts().connections, 0);
    QVERIFY(std::all_of(held.begin(), held.end(), [](const ExchangePtr &exchange) { return exchange->isGone(); }));
}

void HttpLimitsTest::exchangesOutliveTheServer()
{
    QMutex mutex;
    QList<ExchangePtr> held;
    std::atomic<int> gone = 0;
    TestServer server([&](const Request &, const ExchangePtr &exchange) {
        exchange->setGone([&gone] { ++gone; });
        const QMutexLocker lock(&mutex);
        held.append(exchange);
    });
    RawClient client(server->port());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QTRY_COMPARE([&] { const QMutexLocker lock(&mutex); return held.size(); }(), 1);
    server.stop();
    QCOMPARE(gone.load(), 1);
    QVERIFY(held.first()->isGone());
    bool told = false;
    held.first()->receive(nullptr, 10, [&told](const Result<qint64> &result) { told = !result; });
    QVERIFY(told);
    held.first()->respond({});
    held.clear();
}

CAPSTAN_TEST(HttpLimitsTest)
#include "tst_httplimits.moc"
