// SPDX-License-Identifier: MIT
#include "common/net/frames.h"
#include "common/net/httpclient.h"
#include "common/net/websocket.h"
#include "tests/common/net/testserver.h"
#include "tests/testmain.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QWebSocket>

using namespace ci;
using namespace ci::net;
using namespace ci::net::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray HandshakeHead = "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                                 "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                 "Sec-WebSocket-Protocol: a, b\r\n\r\n";

QByteArray maskedFrame(Opcode opcode, const QByteArray &payload)
{
    const MaskKey key {1, 2, 3, 4};
    QByteArray frame = frameHead(opcode, payload.size(), key) + payload;
    char *start = frame.data() + (frame.size() - payload.size());
    applyMask(start, start, payload.size(), key);
    return frame;
}

} // namespace

/// Upgrades everything to a socket on a thread of its own that echoes.
class EchoPlace : public QObject
{
    Q_OBJECT

public:
    EchoPlace()
    {
        moveToThread(&m_thread);
        m_thread.start();
    }
    ~EchoPlace() override
    {
        m_thread.quit();
        m_thread.wait();
        qDeleteAll(sockets);
    }

    FunctionHandler::Handle handler()
    {
        return [this](const Request &request, const ExchangePtr &exchange) {
            if (!request.head.wantsUpgrade) {
                exchange->respond({});
                return;
            }
            UpgradeAnswer answer;
            answer.subprotocol = request.head.headers.hasToken("Sec-WebSocket-Protocol", "b") ? "b" : "";
            exchange->upgrade(answer, this, [this](WebSocket *socket) { adopt(socket); });
        };
    }

    QList<WebSocket *> sockets; ///< Of the thread; read after it has stopped, or from it.
    std::atomic<int> opened {0};
    std::atomic<int> lastClose {0};
    std::atomic<qint64> received {0};
    std::atomic<bool> pauses {false};

private:
    void adopt(WebSocket *socket)
    {
        QVERIFY(QThread::currentThread() == &m_thread);
        sockets.append(socket);
        if (pauses) {
            socket->setPaused(true);
        }
        connect(socket, &WebSocket::binaryReceived, this, [this, socket](const QByteArray &bytes) {
            received += bytes.size();
            socket->sendBinary(bytes);
        });
        connect(socket, &WebSocket::textReceived, socket, &WebSocket::sendText);
        connect(socket, &WebSocket::closed, this, [this](CloseCode code) {
            lastClose = static_cast<int>(code);
        });
        ++opened;
    }

    QThread m_thread;
};

class WebSocketTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void echoesToQt();
    void takesFramesGluedBehindTheHead();
    void closesOnWhatTheRfcForbids_data();
    void closesOnWhatTheRfcForbids();
    void joinsFragmentsCutAnywhere();
    void refusesASubprotocolNobodyOffered();
    void ourClientTalksToOurServer();
    void theClientReportsARefusedHandshake();
    void aPausedSocketStopsThePeer();
    void pingsAreAnswered();
    void closingIsClean();
    void aSocketMayDieInItsOwnSlot();
};

void WebSocketTest::echoesToQt()
{
    EchoPlace place;
    TestServer server(place.handler());
    QWebSocket peer;
    QSignalSpy binary(&peer, &QWebSocket::binaryMessageReceived);
    QSignalSpy text(&peer, &QWebSocket::textMessageReceived);
    QSignalSpy gone(&peer, &QWebSocket::disconnected);
    peer.open(QUrl(u"ws://127.0.0.1:%1/ws"_s.arg(server->port())));
    QTRY_COMPARE(place.opened.load(), 1);
    QTRY_COMPARE(peer.state(), QAbstractSocket::ConnectedState);
    const QList<int> sizes {0, 1, 125, 126, 127, 65535, 65536, 300'000};
    for (const int size : sizes) {
        QByteArray payload(size, 'x');
        for (qsizetype i = 0; i < payload.size(); ++i) {
            payload[i] = static_cast<char>(i * 7);
        }
        peer.sendBinaryMessage(payload);
        QTRY_COMPARE(binary.size(), 1);
        QCOMPARE(binary.takeFirst().first().toByteArray(), payload);
    }
    peer.sendTextMessage(u"grüße"_s);
    QTRY_COMPARE(text.size(), 1);
    QCOMPARE(text.first().first().toString(), u"grüße"_s);
    peer.close(QWebSocketProtocol::CloseCodeNormal, u"done"_s);
    QTRY_COMPARE(place.lastClose.load(), 1000);
    QTRY_COMPARE(gone.size(), 1);
    QTRY_COMPARE(server->counts().connections, 0);
}

void WebSocketTest::takesFramesGluedBehindTheHead()
{
    EchoPlace place;
    TestServer server(place.handler());
    RawClient client(server->port());
    client.write(HandshakeHead + maskedFrame(Opcode::Binary, "early") + maskedFrame(Opcode::Text, "bird"));
    const QByteArray answer = client.readUntil("bird");
    QVERIFY(answer.startsWith("HTTP/1.1 101 Switching Protocols\r\n"));
    QVERIFY(answer.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")); // RFC 6455, 1.3
    QVERIFY(answer.contains("\r\nSec-WebSocket-Protocol: b\r\n"));
    QVERIFY(answer.endsWith(frameHead(Opcode::Binary, 5) + "early" + frameHead(Opcode::Text, 4) + "bird"));
}

void WebSocketTest::closesOnWhatTheRfcForbids_data()
{
    QTest::addColumn<QByteArray>("frames");
    QTest::addColumn<int>("code");

    const QByteArray mask(4, '\0');
    const auto raw = [&mask](const char *head, const QByteArray &payload = {}) {
        return QByteArray::fromHex(head) + mask + payload;
    };
    QTest::newRow("an unmasked frame") << frameHead(Opcode::Binary, 1) + "x" << 1002;
    QTest::newRow("reserved bit 1") << raw("c280") << 1002;
    QTest::newRow("reserved bit 2") << raw("a280") << 1002;
    QTest::newRow("reserved bit 3") << raw("9280") << 1002;
    QTest::newRow("opcode 3") << raw("8380") << 1002;
    QTest::newRow("opcode 15") << raw("8f80") << 1002;
    QTest::newRow("a long ping") << raw("89fe007e", QByteArray(126, 'x')) << 1002;
    QTest::newRow("a fragmented ping") << raw("0980") << 1002;
    QTest::newRow("a length that is not minimal, 16 bits") << raw("82fe0001", "x") << 1002;
    QTest::newRow("a length that is not minimal, 64 bits") << raw("82ff0000000000000001", "x") << 1002;
    QTest::newRow("a negative length") << raw("82ff8000000000000000") << 1002;
    QTest::newRow("a message over the limit") << raw("82ff0000000000100001") << 1009;
    QTest::newRow("a huge message") << raw("82ff7fffffffffffffff") << 1009;
    QTest::newRow("fragments over the limit")
        << raw("02ff0000000000080000", QByteArray(0x80000, 'x')) + raw("80ff0000000000080001") << 1009;
    QTest::newRow("a continuation of nothing") << raw("8080") << 1002;
    QTest::newRow("a new message inside another") << raw("0281", "x") + raw("8281", "y") << 1002;
    QTest::newRow("text that is not UTF-8") << raw("8182", QByteArray::fromHex("c328")) << 1007;
    QTest::newRow("text with a surrogate") << raw("8183", QByteArray::fromHex("eda080")) << 1007;
    QTest::newRow("text with an overlong form") << raw("8182", QByteArray::fromHex("c080")) << 1007;
    QTest::newRow("a close of one byte") << raw("8881", "x") << 1002;
    QTest::newRow("a close with code 1005") << raw("8882", QByteArray::fromHex("03ed")) << 1002;
    QTest::newRow("a close with code 999") << raw("8882", QByteArray::fromHex("03e7")) << 1002;
    QTest::newRow("a close with a reason that is not UTF-8")
        << raw("8884", QByteArray::fromHex("03e8c328")) << 1002;
    QTest::newRow("an ordinary close") << raw("8882", QByteArray::fromHex("03e9")) << 1001;
}

void WebSocketTest::closesOnWhatTheRfcForbids()
{
    QFETCH(QByteArray, frames);
    QFETCH(int, code);
    EchoPlace place;
    TestServer server(place.handler());
    RawClient client(server->port());
    client.write(HandshakeHead + frames);
    const QByteArray answer = bodyOf(client.readAll());
    QVERIFY(answer.size() >= 4);
    QCOMPARE(static_cast<quint8>(answer[0]), quint8(0x88));
    QCOMPARE((static_cast<quint8>(answer[2]) << 8) | static_cast<quint8>(answer[3]), code);
    QCOMPARE(answer.size(), 2 + answer[1]); // One frame, the last.
    client.socket().close();
    QTRY_COMPARE(place.lastClose.load(), code);
}

void WebSocketTest::joinsFragmentsCutAnywhere()
{
    const QByteArray mask(4, '\0');
    const QByteArray stream = QByteArray::fromHex("0185") + mask + "Hallo" // Text, more follows.
        + QByteArray::fromHex("8981") + mask + "p" // A ping in between.
        + QByteArray::fromHex("0080") + mask // An empty fragment.
        + QByteArray::fromHex("8084") + mask + "Welt" + maskedFrame(Opcode::Binary, QByteArray(200, 'b'));
    for (qsizetype cut = 0; cut <= stream.size(); ++cut) {
        FrameReader reader(FrameReader::Masking::Required);
        QList<QByteArray> messages;
        for (QByteArrayView part : {QByteArrayView(stream).first(cut), QByteArrayView(stream).sliced(cut)}) {
            while (!part.isEmpty()) {
                part = part.sliced(reader.feed(part));
                QVERIFY(!reader.failure());
                if (const auto message = reader.takeMessage()) {
                    messages.append(message->payload);
                }
            }
        }
        QCOMPARE(messages, (QList<QByteArray> {"p", "HalloWelt", QByteArray(200, 'b')}));
    }
}

void WebSocketTest::refusesASubprotocolNobodyOffered()
{
    QObject context;
    TestServer server([&context](const Request &, const ExchangePtr &exchange) {
        exchange->upgrade({"zebra", {}}, &context, [](WebSocket *) { QFAIL("must not be called"); });
    });
    QTest::ignoreMessage(QtWarningMsg, "upgrade of a request that cannot be upgraded");
    QVERIFY(talk(server->port(), HandshakeHead).startsWith("HTTP/1.1 400 "));
}

void WebSocketTest::ourClientTalksToOurServer()
{
    EchoPlace place;
    TestServer server(place.handler());
    HttpClient client;
    std::unique_ptr<WebSocket> socket;
    client.openWebSocket(QUrl(u"ws://127.0.0.1:%1/ws"_s.arg(server->port())), {}, {"a", "b"}, this,
                         [&](const Result<WebSocket *> &result) { socket.reset(*result); });
    QTRY_VERIFY(socket != nullptr);
    QCOMPARE(socket->subprotocol(), "b"_ba);
    QByteArray echoed;
    connect(socket.get(), &WebSocket::binaryReceived, this, [&](const QByteArray &bytes) { echoed += bytes; });
    QByteArray sent;
    for (int i = 0; i < 400; ++i) { // Many small ones in one turn, and some large ones.
        const QByteArray piece = i % 20 == 0 ? QByteArray(70'000, 'L') : QByteArray::number(i);
        socket->sendBinary(piece);
        sent += piece;
    }
    QTRY_COMPARE(echoed.size(), sent.size());
    QCOMPARE(echoed, sent);
    QCOMPARE(socket->bytesToWrite(), 0);
    QSignalSpy closed(socket.get(), &WebSocket::closed);
    socket->close(CloseCode::GoingAway, "bye");
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(closed.first().at(0).value<CloseCode>(), CloseCode::GoingAway);
    QTRY_COMPARE(place.lastClose.load(), 1001);
}

void WebSocketTest::theClientReportsARefusedHandshake()
{
    TestServer server([](const Request &, const ExchangePtr &exchange) {
        Response response;
        response.status = 403;
        exchange->respond(std::move(response));
    });
    HttpClient client;
    std::optional<Error> error;
    client.openWebSocket(QUrl(u"ws://127.0.0.1:%1/"_s.arg(server->port())), {}, {}, this,
                         [&](const Result<WebSocket *> &result) { error = result.error(); });
    QTRY_VERIFY(error.has_value());
    QCOMPARE(error->kind, ErrorKind::Forbidden);
}

void WebSocketTest::aPausedSocketStopsThePeer()
{
    EchoPlace place;
    place.pauses = true;
    TestServer server(place.handler());
    HttpClient client;
    std::unique_ptr<WebSocket> socket;
    client.openWebSocket(QUrl(u"ws://127.0.0.1:%1/ws"_s.arg(server->port())), {}, {}, this,
                         [&](const Result<WebSocket *> &result) { socket.reset(*result); });
    QTRY_VERIFY(socket != nullptr);
    QTRY_COMPARE(place.opened.load(), 1);
    qint64 back = 0;
    connect(socket.get(), &WebSocket::binaryReceived, this, [&](const QByteArray &bytes) { back += bytes.size(); });
    constexpr qint64 Total = 64 * 1024 * 1024;
    const QByteArray piece(16 * 1024, 'x');
    for (qint64 sent = 0; sent < Total; sent += piece.size()) {
        socket->sendBinary(piece);
    }
    QSignalSpy written(socket.get(), &WebSocket::bytesWritten);
    while (written.wait(200)) { }
    QVERIFY(socket->bytesToWrite() > Total / 2); // The kernel's buffers took some, and that is all.
    QCOMPARE(place.received.load(), 0);
    QMetaObject::invokeMethod(&place, [&place] { place.sockets.first()->setPaused(false); }, Qt::QueuedConnection);
    QTRY_COMPARE_WITH_TIMEOUT(back, Total, 20'000);
    QCOMPARE(socket->bytesToWrite(), 0);
}

void WebSocketTest::pingsAreAnswered()
{
    EchoPlace place;
    TestServer server(place.handler());
    QWebSocket peer;
    QSignalSpy pong(&peer, &QWebSocket::pong);
    peer.open(QUrl(u"ws://127.0.0.1:%1/ws"_s.arg(server->port())));
    QTRY_COMPARE(peer.state(), QAbstractSocket::ConnectedState);
    peer.ping("hello");
    QTRY_COMPARE(pong.size(), 1);
    QCOMPARE(pong.first().at(1).toByteArray(), "hello"_ba);
}

void WebSocketTest::closingIsClean()
{
    EchoPlace place;
    TestServer server(place.handler());
    QWebSocket peer;
    QSignalSpy gone(&peer, &QWebSocket::disconnected);
    peer.open(QUrl(u"ws://127.0.0.1:%1/ws"_s.arg(server->port())));
    QTRY_COMPARE(place.opened.load(), 1);
    QTRY_COMPARE(peer.state(), QAbstractSocket::ConnectedState);
    QMetaObject::invokeMethod(
        &place, [&place] { place.sockets.first()->close(CloseCode::PolicyViolation, "no more"); },
        Qt::QueuedConnection);
    QTRY_COMPARE(gone.size(), 1);
    QCOMPARE(peer.closeCode(), QWebSocketProtocol::CloseCodePolicyViolated);
    QCOMPARE(peer.closeReason(), u"no more"_s);
    QTRY_COMPARE(place.lastClose.load(), 1008);
}

void WebSocketTest::aSocketMayDieInItsOwnSlot()
{
    EchoPlace place;
    TestServer server(place.handler());
    HttpClient client;
    WebSocket *socket = nullptr;
    client.openWebSocket(QUrl(u"ws://127.0.0.1:%1/ws"_s.arg(server->port())), {}, {}, this,
                         [&](const Result<WebSocket *> &result) { socket = *result; });
    QTRY_VERIFY(socket != nullptr);
    bool died = false;
    connect(socket, &WebSocket::binaryReceived, this, [&] {
        delete socket;
        died = true;
    });
    socket->sendBinary("1");
    socket->sendBinary("2");
    QTRY_VERIFY(died);
    QTRY_COMPARE(place.lastClose.load(), 1006);
}

CAPSTAN_TEST(WebSocketTest)
#include "tst_websocket.moc"
