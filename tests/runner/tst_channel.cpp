// SPDX-License-Identifier: MIT
#include "runner/channel.h"
#include "tests/testmain.h"

#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>
#include <QWebSocketServer>

using namespace Qt::StringLiterals;
using namespace ci;

namespace {

/// A coordinator's end, on Qt's own WebSocket server.
class ChannelServer final : public QObject
{
    Q_OBJECT

public:
    ChannelServer() : server(u"coordinator"_s, QWebSocketServer::NonSecureMode)
    {
        server.setSupportedSubprotocols({QString::fromLatin1(protocol::RunnerChannelV1)});
        QObject::connect(&server, &QWebSocketServer::newConnection, this, [this] {
            socket.reset(server.nextPendingConnection());
            ++connections;
            QObject::connect(socket.get(), &QWebSocket::textMessageReceived, this, [this](const QString &text) {
                news.append(*protocol::decodeChannelNews(text.toUtf8()));
            });
        });
        isListening = server.listen(QHostAddress::LocalHost, 0);
    }

    runner::CoordinatorAddress address() const
    {
        runner::CoordinatorAddress address;
        address.url = QUrl(u"http://127.0.0.1:%1/prefix/"_s.arg(server.serverPort()));
        address.token = Secret {"runner-token"};
        address.systemId = "s_1";
        return address;
    }
    void say(const protocol::ChannelOrder &order)
    {
        socket->sendTextMessage(QString::fromUtf8(protocol::encode(order)));
    }

    QWebSocketServer server;
    std::unique_ptr<QWebSocket> socket;
    QList<protocol::ChannelNews> news;
    int connections = 0;
    bool isListening = false;
};

} // namespace

class ChannelTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysHelloWithItsCredentials();
    void obeysOrders();
    void dialsAgain();
    void staysAwayWhenStopped();
    void backsOff();
};

void ChannelTest::saysHelloWithItsCredentials()
{
    ChannelServer server;
    QVERIFY(server.isListening);
    runner::RunnerChannel channel(server.address(), [] {
        return protocol::ChannelHello {"1.2", {JobId {41}}, {}, std::chrono::minutes {30}};
    });
    channel.start();
    QTRY_COMPARE(server.news.size(), 1);
    QCOMPARE(std::get<protocol::ChannelHello>(server.news.front()).jobs, QList {JobId {41}});
    const QNetworkRequest request = server.socket->request();
    QCOMPARE(request.url().path(), u"/prefix/api/v4/runners/channel"_s);
    QCOMPARE(request.rawHeader("RUNNER-TOKEN"), "runner-token");
    QCOMPARE(request.rawHeader("X-System-Id"), "s_1");
    QVERIFY(!request.url().toString().contains(u"runner-token"_s));
    channel.sayHeld(JobId {41}, fromMilliseconds(5));
    channel.sayReleased(JobId {41});
    QTRY_COMPARE(server.news.size(), 3);
    QCOMPARE(std::get<protocol::ChannelHold>(server.news.at(1)).until, fromMilliseconds(5));
}

void ChannelTest::obeysOrders()
{
    ChannelServer server;
    runner::RunnerChannel channel(server.address(), [] { return protocol::ChannelHello {}; });
    QSignalSpy work(&channel, &runner::RunnerChannel::workReady);
    QSignalSpy cancel(&channel, &runner::RunnerChannel::cancelAsked);
    QSignalSpy open(&channel, &runner::RunnerChannel::terminalAsked);
    QSignalSpy close(&channel, &runner::RunnerChannel::terminalCloseAsked);
    QSignalSpy interval(&channel, &runner::RunnerChannel::traceIntervalSet);
    channel.start();
    QTRY_COMPARE(server.news.size(), 1);
    server.say(protocol::ChannelWelcome {});
    server.say(protocol::ChannelWork {});
    server.socket->sendTextMessage(u"{nonsense"_s); // Ignored; the channel goes on.
    server.say(protocol::UnknownMessage {"weather"});
    server.say(protocol::ChannelCancel {JobId {41}, true});
    server.say(protocol::ChannelTerminalOpen {JobId {41}, "AAAAAAAAAAAAAAAAAAAAAA", Secret {"s"}, {90, 20}});
    server.say(protocol::ChannelTerminalClose {JobId {41}, "AAAAAAAAAAAAAAAAAAAAAA"});
    server.say(protocol::ChannelTraceInterval {JobId {41}, std::chrono::milliseconds {100}});
    QTRY_COMPARE(interval.size(), 1);
    QCOMPARE(work.size(), 1);
    QCOMPARE(cancel.size(), 1);
    QCOMPARE(cancel.front().at(1).toBool(), true);
    QCOMPARE(open.size(), 1);
    QCOMPARE(close.size(), 1);
}

void ChannelTest::dialsAgain()
{
    ChannelServer server;
    runner::RunnerChannel channel(server.address(), [] { return protocol::ChannelHello {}; });
    QSignalSpy lost(&channel, &runner::RunnerChannel::disconnected);
    channel.start();
    QTRY_COMPARE(server.news.size(), 1);
    server.socket->abort();
    QTRY_COMPARE(lost.size(), 1);
    QTRY_COMPARE(server.connections, 2);
    QTRY_COMPARE(server.news.size(), 2);
    server.say(protocol::ChannelDrain {});
    QTRY_COMPARE(lost.size(), 2);
    QTRY_COMPARE(server.connections, 3);
}

void ChannelTest::staysAwayWhenStopped()
{
    ChannelServer server;
    runner::RunnerChannel channel(server.address(), [] { return protocol::ChannelHello {}; });
    QSignalSpy lost(&channel, &runner::RunnerChannel::disconnected);
    channel.start();
    QTRY_COMPARE(server.news.size(), 1);
    channel.stop();
    QTRY_COMPARE(lost.size(), 1);
    QTest::qWait(600); // Longer than the first back-off.
    QCOMPARE(server.connections, 1);
    QVERIFY(!channel.isConnected());
}

void ChannelTest::backsOff()
{
    runner::ChannelBackoff backoff({std::chrono::milliseconds {100}, std::chrono::milliseconds {1000}});
    std::chrono::milliseconds step {100};
    for (int i = 0; i < 10; ++i) {
        const std::chrono::milliseconds wait = backoff.next();
        QVERIFY(wait >= step / 2 && wait <= step);
        step = std::min(step * 2, std::chrono::milliseconds {1000});
    }
    backoff.reset();
    QVERIFY(backoff.next() <= std::chrono::milliseconds {100});
}

CAPSTAN_TEST(ChannelTest)
#include "tst_channel.moc"
