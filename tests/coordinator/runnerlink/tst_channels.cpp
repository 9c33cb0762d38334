// SPDX-License-Identifier: MIT
#include "common/net/httpserver.h"
#include "coordinator/runnerlink/channels.h"
#include "tests/testmain.h"

#include <QNetworkRequest>
#include <QSignalSpy>
#include <QTest>
#include <QUrlQuery>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

using namespace Qt::StringLiterals;
using namespace ci;

namespace {

class ChannelFixture final : private net::RequestHandler
{
public:
    explicit ChannelFixture(runnerlink::ChannelLimits limits = {}) : channels(clock, limits)
    {
        net::HttpServerSettings settings;
        settings.threads = 1;
        server = std::move(*net::HttpServer::create(settings, *this));
    }
    ~ChannelFixture() override { server.reset(); }

    SystemClock clock;
    runnerlink::RunnerChannels channels;
    std::unique_ptr<net::HttpServer> server;

private:
    net::BodyPolicy bodyPolicy(const net::RequestHead &) const override { return {}; }
    void handle(net::Request request, net::ExchangePtr exchange) override
    {
        const QUrlQuery query(QString::fromLatin1(request.head.query));
        channels.attach({RunnerId {query.queryItemValue(u"runner"_s).toLongLong()},
                         request.head.headers.value("X-System-Id", {})},
                        exchange);
    }
};

class Machine final : public QObject
{
    Q_OBJECT

public:
    Machine(const ChannelFixture &fixture, qint64 runner, const QByteArray &systemId)
    {
        QObject::connect(&socket, &QWebSocket::disconnected, this, [this] { isClosed = true; });
        QObject::connect(&socket,
                         QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error),
                         this,
                         [this] { isClosed = true; });
        QObject::connect(&socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
            orders.append(*protocol::decodeChannelOrder(text.toUtf8()));
        });
        QNetworkRequest request(QUrl(
            u"ws://127.0.0.1:%1/channel?runner=%2"_s.arg(fixture.server->port()).arg(runner)));
        request.setRawHeader("X-System-Id", systemId);
        QWebSocketHandshakeOptions options;
        options.setSubprotocols({QString::fromLatin1(protocol::RunnerChannelV1)});
        socket.open(request, options);
    }

    void say(const protocol::ChannelNews &news)
    {
        socket.sendTextMessage(QString::fromUtf8(protocol::encode(news)));
    }
    bool isWelcome()
    {
        return QTest::qWaitFor([this] { return !orders.isEmpty(); });
    }
    template<typename Order>
    int count() const
    {
        return static_cast<int>(std::count_if(orders.begin(), orders.end(), [](const auto &order) {
            return std::holds_alternative<Order>(order);
        }));
    }

    QWebSocket socket;
    QList<protocol::ChannelOrder> orders;
    bool isClosed = false;
};

const QByteArray Session = "AAAAAAAAAAAAAAAAAAAAAA";

} // namespace

class ChannelsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsWhoIsThere();
    void tellsTheRightMachine();
    void passesNews();
    void refusesTerminalsWithoutAChannel();
    void waitsForTheLastRefusal();
    void newChannelReplacesTheOld();
    void closesOnHostileMessages_data();
    void closesOnHostileMessages();
    void losesTheSilent();
    void limitsChannels();
    void countsALostMachineAsARefusal_data();
    void countsALostMachineAsARefusal();
    void cutsTheRevoked();
    void drains();
};

void ChannelsTest::knowsWhoIsThere()
{
    ChannelFixture fixture;
    QSignalSpy connected(&fixture.channels, &runnerlink::RunnerChannels::connected);
    QSignalSpy disconnected(&fixture.channels, &runnerlink::RunnerChannels::disconnected);
    QVERIFY(!fixture.channels.isConnected(RunnerId {7}));
    Machine machine(fixture, 7, "s_1");
    QVERIFY(machine.isWelcome());
    machine.say(protocol::ChannelHello {"1.0", {JobId {41}}, {Session}, std::chrono::minutes {30}});
    QTRY_COMPARE(connected.size(), 1);
    const auto hello = connected.front().at(1).value<protocol::ChannelHello>();
    QCOMPARE(hello.jobs, QList {JobId {41}});
    QCOMPARE(hello.terminals, QList {Session});
    QVERIFY(hello.sessionTimeout == std::chrono::minutes {30});
    QVERIFY(fixture.channels.isConnected(RunnerId {7}));
    QVERIFY(fixture.channels.isConnected(runnerlink::RunnerKey {RunnerId {7}, "s_1"}));
    QVERIFY(!fixture.channels.isConnected(runnerlink::RunnerKey {RunnerId {7}, "s_2"}));
    QCOMPARE(fixture.channels.count(), 1);
    machine.socket.abort();
    QTRY_COMPARE(disconnected.size(), 1);
    QVERIFY(!fixture.channels.isConnected(RunnerId {7}));
    QCOMPARE(fixture.channels.count(), 0);
}

void ChannelsTest::tellsTheRightMachine()
{
    ChannelFixture fixture;
    Machine one(fixture, 7, "s_1");
    Machine two(fixture, 7, "s_2");
    Machine other(fixture, 8, "s_1");
    QVERIFY(one.isWelcome() && two.isWelcome() && other.isWelcome());
    fixture.channels.sendWork(RunnerId {7});
    fixture.channels.sendCancel({RunnerId {7}, "s_2"}, JobId {41}, true);
    fixture.channels.sendTraceInterval({RunnerId {7}, "s_1"}, JobId {41}, std::chrono::milliseconds {100});
    fixture.channels.openTerminal({RunnerId {7}, "s_1"}, {JobId {41}, Session, Secret {"x"}, {90, 20}});
    fixture.channels.closeTerminal({RunnerId {7}, "s_1"}, JobId {41}, Session);
    QTRY_COMPARE(one.count<protocol::ChannelTerminalClose>(), 1);
    QCOMPARE(one.count<protocol::ChannelWork>(), 1);
    QCOMPARE(one.count<protocol::ChannelCancel>(), 0);
    const protocol::ChannelOrder open
        = protocol::ChannelTerminalOpen {JobId {41}, Session, Secret {"x"}, {90, 20}};
    const protocol::ChannelOrder interval
        = protocol::ChannelTraceInterval {JobId {41}, std::chrono::milliseconds {100}};
    QVERIFY(one.orders.contains(open));
    QVERIFY(one.orders.contains(interval));
    QTRY_COMPARE(two.count<protocol::ChannelCancel>(), 1);
    QCOMPARE(two.count<protocol::ChannelWork>(), 1);
    QCOMPARE(two.count<protocol::ChannelTerminalOpen>(), 0);
    QCOMPARE(other.orders.size(), 1);
}

void ChannelsTest::passesNews()
{
    ChannelFixture fixture;
    QSignalSpy held(&fixture.channels, &runnerlink::RunnerChannels::held);
    QSignalSpy released(&fixture.channels, &runnerlink::RunnerChannels::released);
    Machine machine(fixture, 7, "s_1");
    QVERIFY(machine.isWelcome());
    machine.say(protocol::ChannelHello {});
    machine.say(protocol::ChannelHold {JobId {41}, fromMilliseconds(123)});
    machine.say(protocol::UnknownMessage {"weather"});
    machine.say(protocol::ChannelReleased {JobId {41}});
    QTRY_COMPARE(released.size(), 1);
    QCOMPARE(held.size(), 1);
    QCOMPARE(held.front().at(0).value<runnerlink::RunnerKey>().runner, RunnerId {7});
    QCOMPARE(held.front().at(1).value<JobId>(), JobId {41});
    QCOMPARE(toMilliseconds(held.front().at(2).value<Timestamp>()), 123);
}

void ChannelsTest::refusesTerminalsWithoutAChannel()
{
    ChannelFixture fixture;
    QSignalSpy refused(&fixture.channels, &runnerlink::RunnerChannels::terminalRefused);
    fixture.channels.openTerminal({RunnerId {7}, {}}, {JobId {41}, Session, Secret {"x"}, {}});
    QTRY_COMPARE(refused.size(), 1);
    QCOMPARE(refused.front().at(1).value<protocol::ChannelTerminalRefused>().session, Session);
}

void ChannelsTest::waitsForTheLastRefusal()
{
    ChannelFixture fixture;
    QSignalSpy refused(&fixture.channels, &runnerlink::RunnerChannels::terminalRefused);
    QSignalSpy released(&fixture.channels, &runnerlink::RunnerChannels::released);
    Machine one(fixture, 7, "s_1");
    Machine two(fixture, 7, "s_2");
    QVERIFY(one.isWelcome() && two.isWelcome());
    one.say(protocol::ChannelHello {});
    two.say(protocol::ChannelHello {});
    fixture.channels.openTerminal({RunnerId {7}, {}}, {JobId {41}, Session, Secret {"x"}, {}});
    QTRY_VERIFY(one.orders.size() == 2 && two.orders.size() == 2);
    one.say(protocol::ChannelTerminalRefused {JobId {41}, Session, "not here"});
    one.say(protocol::ChannelReleased {JobId {1}});
    QTRY_COMPARE(released.size(), 1);
    QCOMPARE(refused.size(), 0);
    two.say(protocol::ChannelTerminalRefused {JobId {41}, Session, "not here either"});
    QTRY_COMPARE(refused.size(), 1);
}

void ChannelsTest::newChannelReplacesTheOld()
{
    ChannelFixture fixture;
    Machine old(fixture, 7, "s_1");
    QVERIFY(old.isWelcome());
    Machine fresh(fixture, 7, "s_1");
    QVERIFY(fresh.isWelcome());
    QTRY_VERIFY(old.isClosed);
    QCOMPARE(fixture.channels.count(), 1);
    fixture.channels.sendWork(RunnerId {7});
    QTRY_COMPARE(fresh.count<protocol::ChannelWork>(), 1);
}

void ChannelsTest::closesOnHostileMessages_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("sayHello");
    QTest::newRow("no JSON") << QByteArray("x") << true;
    QTest::newRow("news before hello") << QByteArray(R"({"type":"released","job":1})") << false;
    QTest::newRow("job zero") << QByteArray(R"({"type":"released","job":0})") << true;
    QTest::newRow("job is text") << QByteArray(R"({"type":"hold","job":"1","until_ms":1})") << true;
    QTest::newRow("jobs are no list") << QByteArray(R"({"type":"hello","jobs":{}})") << false;
    QTest::newRow("terminals are no ids")
        << QByteArray(R"({"type":"hello","terminals":["../../etc"]})") << false;
    QTest::newRow("endless list")
        << R"({"type":"hello","jobs":[1)" + QByteArray(",1").repeated(1000) + "]}" << false;
    QTest::newRow("too long") << QByteArray(70'000, ' ') << true;
    QTest::newRow("bad session")
        << QByteArray(R"({"type":"terminal_refused","job":1,"session":"a b","reason":""})") << true;
}

void ChannelsTest::closesOnHostileMessages()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, sayHello);
    ChannelFixture fixture;
    Machine machine(fixture, 7, "s_1");
    QVERIFY(machine.isWelcome());
    if (sayHello) {
        machine.say(protocol::ChannelHello {});
    }
    machine.socket.sendTextMessage(QString::fromUtf8(text));
    QTRY_VERIFY(machine.isClosed);
    QTRY_COMPARE(fixture.channels.count(), 0);
}

void ChannelsTest::losesTheSilent()
{
    runnerlink::ChannelLimits limits;
    limits.helloTime = std::chrono::milliseconds {100};
    ChannelFixture fixture(limits);
    Machine machine(fixture, 7, "s_1");
    QVERIFY(machine.isWelcome());
    QTRY_VERIFY(machine.isClosed); // It never says hello.

    limits.helloTime = std::chrono::seconds {10};
    limits.silence = std::chrono::milliseconds {200};
    limits.pingInterval = std::chrono::milliseconds {50};
    ChannelFixture second(limits);
    Machine answering(second, 7, "s_1");
    QTcpSocket silent; // Never answers a ping.
    silent.connectToHost(QHostAddress::LocalHost, second.server->port());
    QTRY_COMPARE(silent.state(), QAbstractSocket::ConnectedState);
    silent.write("GET /channel?runner=8 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                 "Sec-WebSocket-Protocol: capstan.runner.v1\r\n\r\n");
    QVERIFY(answering.isWelcome());
    answering.say(protocol::ChannelHello {});
    QTRY_COMPARE(second.channels.count(), 2);
    QTRY_COMPARE(second.channels.count(), 1);
    QVERIFY(second.channels.isConnected(RunnerId {7}));
}

void ChannelsTest::limitsChannels()
{
    runnerlink::ChannelLimits limits;
    limits.maxChannelsPerRunner = 1;
    ChannelFixture fixture(limits);
    Machine one(fixture, 7, "s_1");
    QVERIFY(one.isWelcome());
    Machine two(fixture, 7, "s_2");
    QTRY_VERIFY(two.isClosed);
    QVERIFY(two.orders.isEmpty());
    Machine again(fixture, 7, "s_1"); // A replacement is no further one.
    QVERIFY(again.isWelcome());
}

void ChannelsTest::cutsTheRevoked()
{
    ChannelFixture fixture;
    Machine machine(fixture, 7, "s_1");
    Machine other(fixture, 8, "s_1");
    QVERIFY(machine.isWelcome() && other.isWelcome());
    for (int i = 0; i < 20; ++i) {
        fixture.channels.sendWork(RunnerId {7}); // The goodbye has to wait behind these.
    }
    fixture.channels.cut(RunnerId {7});
    QTRY_VERIFY(machine.isClosed);
    QCOMPARE(machine.socket.closeCode(), QWebSocketProtocol::CloseCodePolicyViolated);
    QCOMPARE(machine.socket.closeReason(), u"token revoked"_s);
    QTRY_COMPARE(fixture.channels.count(), 1);
    QVERIFY(!other.isClosed);
}

void ChannelsTest::countsALostMachineAsARefusal_data()
{
    QTest::addColumn<bool>("isAlone");
    QTest::newRow("the only one") << true;
    QTest::newRow("the last that could have the job") << false;
}

void ChannelsTest::countsALostMachineAsARefusal()
{
    QFETCH(const bool, isAlone);
    ChannelFixture fixture;
    QSignalSpy refused(&fixture.channels, &runnerlink::RunnerChannels::terminalRefused);
    Machine one(fixture, 7, "s_1");
    QVERIFY(one.isWelcome());
    one.say(protocol::ChannelHello {});
    std::optional<Machine> two;
    if (!isAlone) {
        two.emplace(fixture, 7, "s_2");
        QVERIFY(two->isWelcome());
        two->say(protocol::ChannelHello {});
    }
    fixture.channels.openTerminal({RunnerId {7}, {}}, {JobId {41}, Session, Secret {"x"}, {}});
    QTRY_COMPARE(one.orders.size(), 2);
    if (two) {
        QTRY_COMPARE(two->orders.size(), 2);
        two->say(protocol::ChannelTerminalRefused {JobId {41}, Session, "not here"});
    }
    one.socket.abort();
    QTRY_COMPARE(refused.size(), 1);
    const auto refusal = refused.front().at(1).value<protocol::ChannelTerminalRefused>();
    QCOMPARE(refusal.session, Session);
    QCOMPARE(refusal.job, JobId {41});
}

void ChannelsTest::drains()
{
    ChannelFixture fixture;
    Machine machine(fixture, 7, "s_1");
    QVERIFY(machine.isWelcome());
    fixture.channels.drain();
    QTRY_COMPARE(machine.count<protocol::ChannelDrain>(), 1);
    QTRY_VERIFY(machine.isClosed);
    Machine late(fixture, 7, "s_1");
    QTRY_VERIFY(late.isClosed);
    QVERIFY(late.orders.isEmpty());
}

CAPSTAN_TEST(ChannelsTest)
#include "tst_channels.moc"
