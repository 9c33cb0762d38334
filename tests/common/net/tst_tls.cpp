// SPDX-License-Identifier: MIT
#include "common/net/frames.h"
#include "common/net/httpclient.h"
#include "common/net/websocket.h"
#include "tests/common/net/testserver.h"
#include "tests/paths.h"
#include "tests/testmain.h"

#include <QFile>
#include <QSignalSpy>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>
#include <QTest>
#include <QThread>
#include <QWebSocket>

using namespace ci;
using namespace ci::net;
using namespace ci::net::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray testFile(const char *name)
{
    QFile file(ci::test::sourceDirectory() + u"/tests/common/net/data/"_s + QString::fromLatin1(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

HttpServerSettings secured()
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setLocalCertificate(QSslCertificate(testFile("certificate.pem")));
    tls.setPrivateKey(QSslKey(testFile("key.pem"), QSsl::Ec));
    HttpServerSettings settings;
    settings.tls = tls;
    settings.limits.headTime = std::chrono::seconds(2);
    return settings;
}

QSslConfiguration trusting()
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setCaCertificates({QSslCertificate(testFile("certificate.pem"))});
    return tls;
}

} // namespace

class TlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void answersAndKeepsTheConnection();
    void refusesAnUnknownCertificate();
    void streamsLargeBodiesBothWays();
    void movesTheSocketWithBytesGluedBehindTheHead();
    void echoesOverOurClient();
    void echoesToQt();
    void pausingStopsThePeer();
    void aPlainClientIsCut();
    void aSilentHandshakeIsCut();
    void noticesThatAHeldClientLeft();

private:
    FunctionHandler::Handle echoSocket();

    QThread m_thread;
    QObject m_place;
    std::atomic<int> m_opened {0};
    std::atomic<int> m_closed {0};
    std::atomic<qint64> m_received {0};
    std::atomic<WebSocket *> m_last {nullptr};
    std::atomic<bool> m_pauses {false};
};

void TlsTest::initTestCase()
{
    m_place.moveToThread(&m_thread);
    m_thread.start();
}

void TlsTest::cleanupTestCase()
{
    m_thread.quit();
    m_thread.wait();
}

FunctionHandler::Handle TlsTest::echoSocket()
{
    m_opened = m_closed = 0;
    m_received = 0;
    m_pauses = false;
    return [this](Request request, const ExchangePtr &exchange) {
        QVERIFY(request.head.secure);
        if (!request.head.wantsUpgrade) {
            FunctionHandler::echo(std::move(request), exchange);
            return;
        }
        exchange->upgrade({}, &m_place, [this](WebSocket *socket) {
            QVERIFY(QThread::currentThread() == &m_thread);
            socket->setParent(&m_place);
            socket->setPaused(m_pauses);
            connect(socket, &WebSocket::binaryReceived, socket, [this, socket](const QByteArray &bytes) {
                m_received += bytes.size();
                socket->sendBinary(bytes);
            });
            connect(socket, &WebSocket::closed, socket, [this, socket] {
                ++m_closed;
                socket->deleteLater();
            });
            m_last = socket;
            ++m_opened;
        });
    };
}

void TlsTest::answersAndKeepsTheConnection()
{
    TestServer server(FunctionHandler::echo, {}, secured());
    HttpClient client;
    client.setTls(trusting());
    for (int i = 0; i < 3; ++i) {
        ClientRequest request;
        request.method = "GET";
        request.url = QUrl(u"https://localhost:%1/%2"_s.arg(server->port()).arg(i));
        QByteArray body;
        client.send(std::move(request), this, [&body](const Result<ClientResponse> &result) {
            body = result ? result->body : result.error().detail.toUtf8();
        });
        QTRY_COMPARE(body, "GET /" + QByteArray::number(i) + ' ');
    }
    QCOMPARE(server->counts().accepted, 1);
}

void TlsTest::refusesAnUnknownCertificate()
{
    TestServer server(FunctionHandler::echo, {}, secured());
    HttpClient client;
    std::optional<Error> error;
    ClientRequest request;
    request.method = "GET";
    request.url = QUrl(u"https://localhost:%1/"_s.arg(server->port()));
    client.send(std::move(request), this, [&error](const Result<ClientResponse> &result) { error = result.error(); });
    QTRY_VERIFY(error.has_value());
    QVERIFY(error->detail.contains(u"certificate"_s));
    QTRY_COMPARE(server->counts().connections, 0);
}

void TlsTest::streamsLargeBodiesBothWays()
{
    TestServer server(
        FunctionHandler::echo, [](const RequestHead &) { return BodyPolicy {BodyPolicy::Kind::Collect, 1 << 30}; }, secured());
    HttpClient client;
    client.setTls(trusting());
    ClientRequest request;
    request.method = "PUT";
    request.url = QUrl(u"https://127.0.0.1:%1/"_s.arg(server->port()));
    request.body = QByteArray(20'000'000, 'q');
    request.maxBodyBytes = 1 << 30;
    QByteArray body;
    client.send(std::move(request), this, [&body](const Result<ClientResponse> &result) {
        body = result ? result->body : result.error().detail.toUtf8();
    });
    QTRY_VERIFY_WITH_TIMEOUT(!body.isEmpty(), 30'000);
    QVERIFY2(body.size() > 1000, body.constData());
    QTRY_COMPARE_WITH_TIMEOUT(body.size(), 20'000'006, 30'000);
}

void TlsTest::movesTheSocketWithBytesGluedBehindTheHead()
{
    TestServer server(echoSocket(), {}, secured());
    QSslSocket client;
    client.setSslConfiguration(trusting());
    client.connectToHostEncrypted(u"localhost"_s, server->port());
    QVERIFY(client.waitForEncrypted(5000));
    const MaskKey key {1, 2, 3, 4};
    QByteArray payload = "early";
    applyMask(payload.data(), payload.data(), payload.size(), key);
    client.write("GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                 + frameHead(Opcode::Binary, 5, key) + payload);
    QByteArray answer;
    while (!answer.endsWith("early") && client.waitForReadyRead(5000)) {
        answer += client.readAll();
    }
    QVERIFY(answer.startsWith("HTTP/1.1 101 "));
    QVERIFY(answer.endsWith(frameHead(Opcode::Binary, 5) + "early"));
    client.abort();
    QTRY_COMPARE(m_closed.load(), 1);
    QTRY_COMPARE(server->counts().connections, 0);
}

void TlsTest::echoesOverOurClient()
{
    TestServer server(echoSocket(), {}, secured());
    HttpClient client;
    client.setTls(trusting());
    std::unique_ptr<WebSocket> socket;
    client.openWebSocket(QUrl(u"wss://localhost:%1/ws"_s.arg(server->port())), {}, {}, this,
                         [&socket](const Result<WebSocket *> &result) { socket.reset(*result); });
    QTRY_VERIFY(socket != nullptr);
    QByteArray sent;
    QByteArray echoed;
    connect(socket.get(), &WebSocket::binaryReceived, this, [&echoed](const QByteArray &bytes) { echoed += bytes; });
    for (int i = 0; i < 300; ++i) {
        const QByteArray piece(i * 100, static_cast<char>(i));
        socket->sendBinary(piece);
        sent += piece;
    }
    QTRY_COMPARE(echoed.size(), sent.size());
    QCOMPARE(echoed, sent);
    QSignalSpy closed(socket.get(), &WebSocket::closed);
    socket->close(CloseCode::Normal);
    QTRY_COMPARE_WITH_TIMEOUT(closed.size(), 1, 3000); // Not by the timer.
    QTRY_COMPARE(m_closed.load(), 1);
}

void TlsTest::echoesToQt()
{
    TestServer server(echoSocket(), {}, secured());
    QWebSocket peer;
    peer.setSslConfiguration(trusting());
    QSignalSpy binary(&peer, &QWebSocket::binaryMessageReceived);
    peer.open(QUrl(u"wss://localhost:%1/ws"_s.arg(server->port())));
    QTRY_COMPARE(peer.state(), QAbstractSocket::ConnectedState);
    peer.sendBinaryMessage(QByteArray(100'000, 'x'));
    QTRY_COMPARE(binary.size(), 1);
    peer.close();
    QTRY_COMPARE(m_closed.load(), 1);
}

void TlsTest::pausingStopsThePeer()
{
    const auto handler = echoSocket();
    m_pauses = true;
    TestServer server(handler, {}, secured());
    HttpClient client;
    client.setTls(trusting());
    std::unique_ptr<WebSocket> socket;
    client.openWebSocket(QUrl(u"wss://localhost:%1/ws"_s.arg(server->port())), {}, {}, this,
                         [&socket](const Result<WebSocket *> &result) { socket.reset(*result); });
    QTRY_VERIFY(socket != nullptr);
    qint64 back = 0;
    connect(socket.get(), &WebSocket::binaryReceived, this, [&back](const QByteArray &bytes) { back += bytes.size(); });
    constexpr qint64 Total = 32 * 1024 * 1024;
    const QByteArray piece(16 * 1024, 'x');
    for (qint64 sent = 0; sent < Total; sent += piece.size()) {
        socket->sendBinary(piece);
    }
    QSignalSpy written(socket.get(), &WebSocket::bytesWritten);
    while (written.wait(300)) { }
    QVERIFY(socket->bytesToWrite() > Total / 2);
    QCOMPARE(m_received.load(), 0);
    QMetaObject::invokeMethod(&m_place, [this] { m_last.load()->setPaused(false); }, Qt::QueuedConnection);
    QTRY_COMPARE_WITH_TIMEOUT(back, Total, 30'000);
}

void TlsTest::aPlainClientIsCut()
{
    TestServer server(FunctionHandler::echo, {}, secured());
    RawClient client(server->port());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QVERIFY(!client.readAll().contains("200"));
    QTRY_COMPARE(server->counts().connections, 0);
}

void TlsTest::aSilentHandshakeIsCut()
{
    TestServer server(FunctionHandler::echo, {}, secured());
    RawClient client(server->port());
    QTRY_COMPARE(server->counts().connections, 1);
    client.readAll(); // Ends when the server closes: after headTime, long before idleTime.
    QVERIFY(!client.isOpen());
}

void TlsTest::noticesThatAHeldClientLeft()
{
    QMutex mutex;
    QList<ExchangePtr> held;
    std::atomic<int> gone = 0;
    TestServer server(
        [&](const Request &, const ExchangePtr &exchange) {
            exchange->setGone([&gone] { ++gone; });
            const QMutexLocker lock(&mutex);
            held.append(exchange);
        },
        {},
        secured());
    {
        QSslSocket client;
        client.setSslConfiguration(trusting());
        client.connectToHostEncrypted(u"localhost"_s, server->port());
        QVERIFY(client.waitForEncrypted(5000));
        client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        client.waitForBytesWritten(1000);
        QTRY_COMPARE([&] { const QMutexLocker lock(&mutex); return held.size(); }(), 1);
    }
    QTRY_COMPARE(gone.load(), 1);
}

CAPSTAN_TEST(TlsTest)
#include "tst_tls.moc"
