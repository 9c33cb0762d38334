// SPDX-License-Identifier: MIT
#include "common/net/httpserver.h"
#include "coordinator/live/livehub.h"
#include "coordinator/live/missedevents.h"
#include "tests/testmain.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMutex>
#include <QNetworkRequest>
#include <QSignalSpy>
#include <QTest>
#include <QUrlQuery>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

using namespace Qt::StringLiterals;
using namespace ci;
using protocol::LiveEntity;
using protocol::Topic;

namespace {

/// Logs in memory, as the storage room keeps them in files.
class Logs final : public live::TraceReader
{
public:
    Result<live::TraceState> state(JobId job) override
    {
        const QMutexLocker lock(&m_mutex);
        return live::TraceState {m_logs.value(job).size(), m_complete.contains(job)};
    }
    Result<QByteArray> read(JobId job, qint64 offset, qint64 maximum) override
    {
        const QMutexLocker lock(&m_mutex);
        return m_logs.value(job).mid(offset, maximum);
    }
    qint64 append(JobId job, const QByteArray &bytes)
    {
        const QMutexLocker lock(&m_mutex);
        m_logs[job] += bytes;
        return m_logs.value(job).size();
    }
    void clear(JobId job)
    {
        const QMutexLocker lock(&m_mutex);
        m_logs.remove(job);
    }
    void complete(JobId job)
    {
        const QMutexLocker lock(&m_mutex);
        m_complete.insert(job);
    }

private:
    QMutex m_mutex;
    QHash<JobId, QByteArray> m_logs;
    QSet<JobId> m_complete;
};

class HubFixture final : private net::RequestHandler
{
public:
    explicit HubFixture(live::LiveLimits limits = {})
        : hub(clock, logs, [this](const live::LiveCaller &caller, const QList<Topic> &topics, const live::PermissionAnswer &answer) {
              const QMutexLocker lock(&mutex);
              asked += topics;
              if (holdsAnswers) {
                  held.append([answer, topics] {
                      answer(QList<live::Permission>(topics.size(), live::Permission::Granted));
                  });
                  return;
              }
              QList<live::Permission> permissions;
              for (const Topic &topic : topics) {
                  const bool isDenied = denied.contains(topic) || caller.user == UserId {13};
                  permissions.append(isBlind        ? live::Permission::Unknown
                                         : isDenied ? live::Permission::Denied
                                                    : live::Permission::Granted);
              }
              answer(permissions);
          }, limits)
    {
        net::HttpServerSettings settings;
        settings.threads = 1;
        server = std::move(*net::HttpServer::create(settings, *this));
    }
    ~HubFixture() override { server.reset(); }

    void setBlind(bool blind)
    {
        const QMutexLocker lock(&mutex);
        isBlind = blind;
    }
    void deny(const Topic &topic)
    {
        const QMutexLocker lock(&mutex);
        denied.insert(topic);
    }

    /// Answers all that was held back so far; how many there were.
    qsizetype release()
    {
        const QMutexLocker lock(&mutex);
        for (const auto &answer : held) {
            answer();
        }
        return std::exchange(held, {}).size();
    }
    qsizetype questions()
    {
        const QMutexLocker lock(&mutex);
        return asked.size();
    }
    /// What was asked since the last call, sorted.
    QByteArrayList takeQuestions()
    {
        const QMutexLocker lock(&mutex);
        QByteArrayList words;
        for (const Topic &topic : std::exchange(asked, {})) {
            words.append(protocol::toText(topic));
        }
        std::sort(words.begin(), words.end());
        return words;
    }

    SystemClock clock;
    Logs logs;
    QMutex mutex;
    QSet<Topic> denied;
    bool holdsAnswers = false; ///< Set before a page comes.
    QList<std::function<void()>> held;
    bool isBlind = false; ///< Nobody can tell what may be seen.
    QList<Topic> asked;
    live::LiveHub hub;
    std::unique_ptr<net::HttpServer> server;

private:
    net::BodyPolicy bodyPolicy(const net::RequestHead &) const override { return {}; }
    void handle(net::Request request, net::ExchangePtr exchange) override
    {
        const QUrlQuery query(QString::fromLatin1(request.head.query));
        hub.attach({UserId {query.queryItemValue(u"user"_s).toLongLong()},
                    SessionId {query.queryItemValue(u"login"_s).toLongLong()},
                    AccessTokenId {query.queryItemValue(u"token"_s).toLongLong()}},
                   exchange);
    }
};

class Browser final : public QObject
{
    Q_OBJECT

public:
    explicit Browser(const HubFixture &fixture, const QString &query = u"user=2&login=5"_s)
    {
        QObject::connect(&socket, &QWebSocket::connected, this, [this] { isConnected = true; });
        QObject::connect(&socket, &QWebSocket::disconnected, this, [this] { isClosed = true; });
        QObject::connect(&socket,
                         QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error),
                         this,
                         [this] { isClosed = true; });
        QObject::connect(&socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
            const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
            const QString type = object.value("type"_L1).toString();
            if (type == u"trace_reset"_s) {
                log.clear();
            }
            if (type == u"trace"_s) {
                QCOMPARE(object.value("offset"_L1).toInteger(), logStart + log.size());
                log += QByteArray::fromBase64(object.value("data"_L1).toString().toLatin1());
            }
            messages.append(object);
        });
        QWebSocketHandshakeOptions options;
        options.setSubprotocols({QString::fromLatin1(protocol::LiveV1)});
        socket.open(QNetworkRequest(QUrl(
                        u"ws://127.0.0.1:%1/-/live?%2"_s.arg(fixture.server->port()).arg(query))),
                    options);
    }

    void send(const protocol::LiveRequest &request)
    {
        socket.sendTextMessage(QString::fromUtf8(protocol::encode(request)));
    }
    int count(const QString &type) const
    {
        return static_cast<int>(std::count_if(messages.begin(), messages.end(), [&](const auto &m) {
            return m.value("type"_L1).toString() == type;
        }));
    }
    QJsonObject last(const QString &type) const
    {
        for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
            if (it->value("type"_L1).toString() == type) {
                return *it;
            }
        }
        return {};
    }
    bool subscribe(const Topic &topic)
    {
        const int before = count(u"subscribed"_s);
        send(protocol::LiveSubscribe {protocol::toText(topic)});
        return QTest::qWaitFor([&] { return count(u"subscribed"_s) > before; });
    }

    QWebSocket socket;
    QList<QJsonObject> messages;
    QByteArray log;
    qint64 logStart = 0;
    bool isConnected = false;
    bool isClosed = false;
};

/// A client's text frame with a mask of zeros.
QByteArray frame(const QByteArray &text)
{
    return QByteArray::fromHex("81") + static_cast<char>(0x80 | text.size()) + QByteArray(4, '\0')
        + text;
}

/// Speaks the handshake and then never reads.
bool beginLagging(QTcpSocket &socket, const HubFixture &fixture)
{
    socket.connectToHost(QHostAddress::LocalHost, fixture.server->port());
    if (!QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::ConnectedState; })) {
        return false;
    }
    socket.setReadBufferSize(1024);
    socket.write("GET /-/live?user=2&login=6 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                 "Sec-WebSocket-Protocol: capstan.live.v1\r\n\r\n");
    return true;
}

} // namespace

class LiveHubTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsSubscribersOnly();
    void refuses_data();
    void refuses();
    void sendsTheNewestOfATurn();
    void limitsSubscriptions();
    void followsALog_data();
    void followsALog();
    void stopsWithoutCredit();
    void beginsAnewAfterAReset();
    void endsWithTheJob();
    void tellsOfAnEchoQuickly();
    void saysWhetherALogIsWatched();
    void withdrawsRights();
    void keepsWhatWasGrantedWhileNobodyCanTell();
    void laggingPageIsBounded();
    void aPageThatDoesNotReadIsNotReadEither();
    void asksForFewRightsAtOnce();
    void asksAgainForEachThingOnce();
    void asksAgainOnlyForWhatMayHaveChanged();
    void endsByKey_data();
    void endsByKey();
    void endsWithItsToken();
    void closesOnHostileMessages_data();
    void closesOnHostileMessages();
    void limitsPages();
    void missedEventsKeepTheNewest();
};

void LiveHubTest::tellsSubscribersOnly()
{
    HubFixture fixture;
    Browser one(fixture);
    Browser two(fixture);
    QTRY_VERIFY(one.isConnected && two.isConnected);
    QVERIFY(!fixture.hub.hasListeners(Topic::job(JobId {41})));
    QVERIFY(one.subscribe(Topic::job(JobId {41})));
    QVERIFY(two.subscribe(Topic::job(JobId {42})));
    QVERIFY(fixture.hub.hasListeners(Topic::job(JobId {41})));
    fixture.hub.publish(Topic::job(JobId {41}), LiveEntity::Job, 41, R"({"status":"running"})");
    fixture.hub.publish(Topic::job(JobId {43}), LiveEntity::Job, 43, "{}");
    QTRY_COMPARE(one.count(u"changed"_s), 1);
    const QJsonObject changed = one.last(u"changed"_s);
    QCOMPARE(changed.value("topic"_L1).toString(), u"job:41"_s);
    QCOMPARE(changed.value("entity"_L1).toString(), u"job"_s);
    QCOMPARE(changed.value("id"_L1).toInteger(), 41);
    QCOMPARE(changed.value("data"_L1).toObject().value("status"_L1).toString(), u"running"_s);
    QCOMPARE(two.count(u"changed"_s), 0);
    one.send(protocol::LiveUnsubscribe {"job:41"});
    QTRY_VERIFY(!fixture.hub.hasListeners(Topic::job(JobId {41})));
}

void LiveHubTest::refuses_data()
{
    QTest::addColumn<QByteArray>("topic");
    QTest::newRow("what may not be seen") << QByteArray("project:9");
    QTest::newRow("what does not exist") << QByteArray("jobs:1");
    QTest::newRow("no number") << QByteArray("job:x");
    QTest::newRow("zero") << QByteArray("job:0");
    QTest::newRow("negative") << QByteArray("job:-1");
    QTest::newRow("leading zero") << QByteArray("job:01");
    QTest::newRow("beyond 64 bits") << QByteArray("job:99999999999999999999");
    QTest::newRow("no id") << QByteArray("pipeline:");
    QTest::newRow("an id too many") << QByteArray("runners:1");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("what a page asks to see whether it is heard") << QByteArray("?");
    QTest::newRow("markup") << QByteArray("<b>\"</b>");
}

void LiveHubTest::refuses()
{
    QFETCH(QByteArray, topic);
    HubFixture fixture;
    fixture.deny(Topic::project(ProjectId {9}));
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    browser.send(protocol::LiveSubscribe {topic});
    QTRY_COMPARE(browser.count(u"refused"_s), 1);
    QCOMPARE(browser.last(u"refused"_s).value("topic"_L1).toString().toUtf8(), topic);
    QVERIFY(browser.subscribe(Topic::runners())); // The connection goes on.
}

void LiveHubTest::sendsTheNewestOfATurn()
{
    HubFixture fixture;
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    QVERIFY(browser.subscribe(Topic::pipeline(PipelineId {3})));
    const Topic topic = Topic::pipeline(PipelineId {3});
    for (int i = 1; i <= 2000; ++i) {
        fixture.hub.publish(topic, LiveEntity::Job, 1, QByteArray::number(i));
    }
    fixture.hub.publish(topic, LiveEntity::Pipeline, 3, "\"done\"");
    QTRY_COMPARE(browser.last(u"changed"_s).value("entity"_L1).toString(), u"pipeline"_s);
    QVERIFY(browser.count(u"changed"_s) < 1000);
    QCOMPARE(browser.messages.at(browser.messages.size() - 2).value("data"_L1).toInt(), 2000);
}

void LiveHubTest::limitsSubscriptions()
{
    live::LiveLimits limits;
    limits.maxSubscriptions = 3;
    HubFixture fixture(limits);
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    QVERIFY(browser.subscribe(Topic::projects()));
    QVERIFY(browser.subscribe(Topic::runners()));
    browser.send(protocol::LiveTrace {JobId {1}, 0});
    browser.send(protocol::LiveSubscribe {"job:1"});
    QTRY_COMPARE(browser.count(u"refused"_s), 1);
    browser.send(protocol::LiveTrace {JobId {2}, 0});
    QTRY_COMPARE(browser.count(u"trace_refused"_s), 1);
}

void LiveHubTest::followsALog_data()
{
    QTest::addColumn<qint64>("stored");
    QTest::addColumn<qint64>("offset");
    QTest::addColumn<qint64>("from");
    QTest::newRow("from the start") << qint64(500'000) << qint64(0) << qint64(0);
    QTest::newRow("from the middle") << qint64(500'000) << qint64(499'000) << qint64(499'000);
    QTest::newRow("from the end") << qint64(500) << qint64(500) << qint64(500);
    QTest::newRow("from behind the end") << qint64(500) << qint64(501) << qint64(0);
    QTest::newRow("of a job without a log") << qint64(0) << qint64(0) << qint64(0);
}

void LiveHubTest::followsALog()
{
    QFETCH(qint64, stored);
    QFETCH(qint64, offset);
    QFETCH(qint64, from);
    HubFixture fixture;
    const JobId job {41};
    QByteArray all;
    for (qint64 i = 0; i < stored; ++i) {
        all += static_cast<char>(i * 31 + i / 253);
    }
    fixture.logs.append(job, all);
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    browser.logStart = from;
    browser.send(protocol::LiveTrace {job, offset});
    QTRY_COMPARE(browser.log.size(), stored - from);
    QCOMPARE(browser.count(u"trace_reset"_s), offset > stored ? 1 : 0);
    for (int i = 0; i < 20; ++i) {
        all += "more\n";
        fixture.hub.traceGrew(job, fixture.logs.append(job, "more\n"));
    }
    QTRY_COMPARE(browser.log, all.sliced(from));
    if (stored > from) {
        QCOMPARE(browser.last(u"trace"_s).value("size"_L1).toInteger(), all.size());
    }
}

void LiveHubTest::stopsWithoutCredit()
{
    live::LiveLimits limits;
    limits.initialTraceCredit = 1000;
    HubFixture fixture(limits);
    const JobId job {41};
    fixture.logs.append(job, QByteArray(5000, 'x'));
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    browser.send(protocol::LiveTrace {job, 0});
    QTRY_COMPARE(browser.log.size(), 1000);
    fixture.hub.traceGrew(job, 5000);
    QVERIFY(browser.subscribe(Topic::runners()));
    QCOMPARE(browser.log.size(), 1000);
    browser.send(protocol::LiveTraceCredit {job, 100});
    QTRY_COMPARE(browser.log.size(), 1100);
    browser.send(protocol::LiveTraceCredit {job, 1 << 30});
    QTRY_COMPARE(browser.log.size(), 5000);
}

void LiveHubTest::beginsAnewAfterAReset()
{
    HubFixture fixture;
    const JobId job {41};
    fixture.logs.append(job, "the first try");
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    browser.send(protocol::LiveTrace {job, 0});
    QTRY_COMPARE(browser.log, "the first try");
    fixture.logs.clear(job);
    fixture.hub.traceReset(job);
    fixture.hub.traceGrew(job, fixture.logs.append(job, "again"));
    QTRY_COMPARE(browser.log, "again");
    QCOMPARE(browser.count(u"trace_reset"_s), 1);
}

void LiveHubTest::endsWithTheJob()
{
    HubFixture fixture;
    const JobId job {41};
    const qint64 size = fixture.logs.append(job, "all of it");
    Browser live(fixture);
    QTRY_VERIFY(live.isConnected);
    live.send(protocol::LiveTrace {job, 0});
    QTRY_COMPARE(live.log, "all of it");
    QCOMPARE(live.count(u"trace_end"_s), 0);
    fixture.logs.complete(job);
    fixture.hub.traceEnded(job, size);
    QTRY_COMPARE(live.count(u"trace_end"_s), 1);
    QCOMPARE(live.last(u"trace_end"_s).value("size"_L1).toInteger(), size);
    Browser late(fixture);
    QTRY_VERIFY(late.isConnected);
    late.send(protocol::LiveTrace {job, 0});
    QTRY_COMPARE(late.count(u"trace_end"_s), 1);
    QCOMPARE(late.log, "all of it");
}

void LiveHubTest::tellsOfAnEchoQuickly()
{
    HubFixture fixture;
    const JobId job {41};
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    browser.send(protocol::LiveTrace {job, 0});
    QVERIFY(browser.subscribe(Topic::runners()));
    qint64 slowest = 0;
    for (int i = 1; i <= 20; ++i) {
        QElapsedTimer timer;
        timer.start();
        fixture.hub.traceGrew(job, fixture.logs.append(job, "x"));
        QVERIFY(QTest::qWaitFor([&] { return browser.log.size() == i; }));
        slowest = std::max(slowest, timer.elapsed());
    }
    QVERIFY2(slowest < 250, QByteArray::number(slowest));
}

void LiveHubTest::saysWhetherALogIsWatched()
{
    HubFixture fixture;
    QSignalSpy watched(&fixture.hub, &live::LiveHub::traceWatched);
    Browser one(fixture);
    Browser two(fixture);
    QTRY_VERIFY(one.isConnected && two.isConnected);
    one.send(protocol::LiveTrace {JobId {41}, 0});
    QTRY_COMPARE(watched.size(), 1);
    QCOMPARE(watched.last().at(1).toBool(), true);
    two.send(protocol::LiveTrace {JobId {41}, 0});
    QVERIFY(two.subscribe(Topic::runners()));
    one.send(protocol::LiveTraceStop {JobId {41}});
    QVERIFY(one.subscribe(Topic::runners()));
    QCOMPARE(watched.size(), 1);
    two.socket.abort();
    QTRY_COMPARE(watched.size(), 2);
    QCOMPARE(watched.last().at(1).toBool(), false);
}

void LiveHubTest::withdrawsRights()
{
    HubFixture fixture;
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    const Topic topic = Topic::job(JobId {41});
    QVERIFY(browser.subscribe(topic));
    browser.send(protocol::LiveTrace {JobId {41}, 0});
    fixture.hub.traceGrew(JobId {41}, fixture.logs.append(JobId {41}, "public"));
    QTRY_COMPARE(browser.log, "public");
    fixture.deny(topic);
    fixture.hub.recheck(UserId {2});
    QTRY_COMPARE(browser.count(u"refused"_s), 1);
    QTRY_COMPARE(browser.count(u"trace_refused"_s), 1);
    fixture.hub.publish(topic, LiveEntity::Job, 41, "{}");
    fixture.hub.traceGrew(JobId {41}, fixture.logs.append(JobId {41}, "secret"));
    QVERIFY(browser.subscribe(Topic::runners()));
    QCOMPARE(browser.count(u"changed"_s), 0);
    QCOMPARE(browser.log, "public");
}

void LiveHubTest::keepsWhatWasGrantedWhileNobodyCanTell()
{
    HubFixture fixture;
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    QVERIFY(browser.subscribe(Topic::runners()));
    fixture.setBlind(true);
    const qsizetype before = fixture.questions();
    browser.send(protocol::LiveSubscribe {"projects"});
    QTRY_COMPARE(fixture.questions(), before + 1);
    fixture.hub.recheck(UserId {2});
    QTRY_COMPARE(fixture.questions(), before + 3);
    fixture.hub.publish(Topic::runners(), LiveEntity::Runner, 1, "{}");
    QTRY_COMPARE(browser.count(u"changed"_s), 1);
    QCOMPARE(browser.count(u"refused"_s), 0);
    QCOMPARE(browser.count(u"subscribed"_s), 1);
    fixture.setBlind(false);
    fixture.hub.recheck(UserId {2});
    QTRY_COMPARE(browser.count(u"subscribed"_s), 2);
}

void LiveHubTest::laggingPageIsBounded()
{
    live::LiveLimits limits;
    limits.socketHighWater = 64 * 1024;
    limits.maxMissedBytes = 64 * 1024;
    HubFixture fixture(limits);
    Browser quick(fixture);
    QTcpSocket lagging;
    QVERIFY(beginLagging(lagging, fixture));
    lagging.write(frame(R"({"type":"subscribe","topic":"runners"})"));
    QTRY_VERIFY(quick.isConnected);
    QTRY_COMPARE(fixture.hub.pages(), 2);
    QTRY_VERIFY(fixture.hub.hasListeners(Topic::runners()));
    QVERIFY(quick.subscribe(Topic::runners()));
    const QByteArray data = '"' + QByteArray(30'000, 'x') + '"';
    for (int i = 1; i <= 500; ++i) { // 15 MB, each for another runner.
        fixture.hub.publish(Topic::runners(), LiveEntity::Runner, i, data);
        QVERIFY(QTest::qWaitFor([&] { return quick.count(u"changed"_s) == i; }));
    }
    // Now it reads: what was dropped is named.
    lagging.setReadBufferSize(0);
    QByteArray got;
    QTRY_VERIFY_WITH_TIMEOUT((got += lagging.readAll()).contains(R"("type":"resync")"), 20'000);
    QVERIFY(got.size() < 14'000'000);
}

void LiveHubTest::aPageThatDoesNotReadIsNotReadEither()
{
    live::LiveLimits limits;
    limits.silence = std::chrono::milliseconds {500};
    limits.pingInterval = std::chrono::milliseconds {100};
    HubFixture fixture(limits);
    QTcpSocket lagging;
    QVERIFY(beginLagging(lagging, fixture));
    QTRY_COMPARE(fixture.hub.pages(), 1);
    // It never stops asking for what is refused.
    const QByteArray question
        = frame(R"({"type":"subscribe","topic":")" + QByteArray(60, 'x') + R"("})");
    const auto ask = [&] {
        if (lagging.bytesToWrite() < 256 * 1024) {
            lagging.write(question.repeated(4096));
        }
    };
    connect(&lagging, &QTcpSocket::bytesWritten, this, ask);
    ask();
    QTRY_COMPARE_WITH_TIMEOUT(fixture.hub.pages(), 0, 20'000);
}

void LiveHubTest::asksForFewRightsAtOnce()
{
    live::LiveLimits limits;
    limits.maxQuestions = 4;
    HubFixture fixture(limits);
    fixture.holdsAnswers = true;
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    for (int i = 1; i <= 50; ++i) {
        browser.send(protocol::LiveTrace {JobId {i}, 0});
        browser.send(protocol::LiveTraceStop {JobId {i}});
    }
    qsizetype most = 0;
    QTRY_VERIFY((most = std::max(most, fixture.release()), fixture.questions() == 50));
    QVERIFY2(most <= 4, QByteArray::number(most));
}

void LiveHubTest::asksAgainForEachThingOnce()
{
    HubFixture fixture;
    const Topic topic = Topic::job(JobId {41});
    Browser one(fixture);
    Browser two(fixture);
    Browser other(fixture, u"user=2&login=6"_s);
    for (Browser *browser : {&one, &two, &other}) {
        QTRY_VERIFY(browser->isConnected);
        QVERIFY(browser->subscribe(topic));
        browser->send(protocol::LiveTrace {JobId {41}, 0});
        QVERIFY(browser->subscribe(Topic::runners()));
    }
    (void)fixture.takeQuestions();
    fixture.deny(topic);
    fixture.hub.recheck(UserId {});
    for (const Browser *browser : {&one, &two, &other}) {
        QTRY_COMPARE(browser->count(u"refused"_s), 1);
        QTRY_COMPARE(browser->count(u"trace_refused"_s), 1);
    }
    // Once for the tabs of one sign-in, whose end another does not share.
    QCOMPARE(fixture.takeQuestions(), QByteArrayList({"job:41", "job:41", "runners", "runners"}));
}

void LiveHubTest::asksAgainOnlyForWhatMayHaveChanged()
{
    HubFixture fixture;
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    for (const Topic &topic : {Topic::projects(), Topic::runners(), Topic::project(ProjectId {1}),
                               Topic::project(ProjectId {2}), Topic::pipeline(PipelineId {3})}) {
        QVERIFY(browser.subscribe(topic));
    }
    (void)fixture.takeQuestions();
    fixture.deny(Topic::project(ProjectId {2}));
    fixture.hub.recheck(UserId {}, ProjectId {2});
    QTRY_COMPARE(browser.count(u"refused"_s), 1);
    QCOMPARE(fixture.takeQuestions(), QByteArrayList({"pipeline:3", "project:2"}));
}

void LiveHubTest::endsByKey_data()
{
    QTest::addColumn<QString>("by");
    QTest::addColumn<bool>("ends");
    QTest::newRow("sign-out") << u"login"_s << true;
    QTest::newRow("another sign-out") << u"other login"_s << false;
    QTest::newRow("no sign-in at all") << u"no login"_s << false;
    QTest::newRow("a token, where none was used") << u"token"_s << false;
    QTest::newRow("no token at all") << u"no token"_s << false;
    QTest::newRow("blocked user") << u"user"_s << true;
    QTest::newRow("shutting down") << u"down"_s << true;
}

void LiveHubTest::endsByKey()
{
    QFETCH(QString, by);
    QFETCH(bool, ends);
    HubFixture fixture;
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    QVERIFY(browser.subscribe(Topic::runners()));
    const QHash<QString, std::function<void()>> calls {
        {u"login"_s, [&] { fixture.hub.endLogin(SessionId {5}, u"signed out"_s); }},
        {u"other login"_s, [&] { fixture.hub.endLogin(SessionId {6}, u"signed out"_s); }},
        {u"no login"_s, [&] { fixture.hub.endLogin(SessionId {}, u"signed out"_s); }},
        {u"token"_s, [&] { fixture.hub.endToken(AccessTokenId {8}, u"revoked"_s); }},
        {u"no token"_s, [&] { fixture.hub.endToken(AccessTokenId {}, u"revoked"_s); }},
        {u"user"_s, [&] { fixture.hub.endUser(UserId {2}, u"blocked"_s); }},
        {u"down"_s, [&] { fixture.hub.shutDown(); }},
    };
    calls.value(by)();
    fixture.hub.publish(Topic::runners(), LiveEntity::Runner, 1, "{}");
    if (ends) {
        QTRY_VERIFY(browser.isClosed);
        QCOMPARE(browser.count(u"bye"_s), 1);
        QTRY_COMPARE(fixture.hub.pages(), 0);
    } else {
        QTRY_COMPARE(browser.count(u"changed"_s), 1);
    }
}

void LiveHubTest::endsWithItsToken()
{
    HubFixture fixture;
    Browser one(fixture, u"user=2&token=8"_s);
    Browser other(fixture, u"user=2&token=9"_s);
    QTRY_VERIFY(one.isConnected && other.isConnected);
    fixture.hub.endToken(AccessTokenId {8}, u"revoked"_s);
    QTRY_VERIFY(one.isClosed);
    QCOMPARE(one.last(u"bye"_s).value("reason"_L1).toString(), u"revoked"_s);
    QVERIFY(other.subscribe(Topic::runners()));
}

void LiveHubTest::closesOnHostileMessages_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("no JSON") << QByteArray("hello");
    QTest::newRow("no type") << QByteArray("{}");
    QTest::newRow("topic is a number") << QByteArray(R"({"type":"subscribe","topic":7})");
    QTest::newRow("long topic")
        << R"({"type":"subscribe","topic":")" + QByteArray(65, 'a') + R"("})";
    QTest::newRow("negative offset") << QByteArray(R"({"type":"trace","job":1,"offset":-1})");
    QTest::newRow("job is text") << QByteArray(R"({"type":"trace","job":"1","offset":0})");
    QTest::newRow("credit past all bounds")
        << QByteArray(R"({"type":"trace_credit","job":1,"bytes":1e18})");
    QTest::newRow("too long") << QByteArray(5000, ' ');
}

void LiveHubTest::closesOnHostileMessages()
{
    QFETCH(QByteArray, text);
    HubFixture fixture;
    Browser browser(fixture);
    QTRY_VERIFY(browser.isConnected);
    browser.socket.sendTextMessage(QString::fromUtf8(text));
    QTRY_VERIFY(browser.isClosed);
    Browser next(fixture);
    QTRY_VERIFY(next.isConnected);
}

void LiveHubTest::limitsPages()
{
    live::LiveLimits limits;
    limits.maxPagesPerUser = 1;
    HubFixture fixture(limits);
    Browser first(fixture);
    QTRY_COMPARE(fixture.hub.pages(), 1);
    Browser second(fixture);
    QTRY_VERIFY(second.isClosed);
    QVERIFY(!second.isConnected);
    Browser other(fixture, u"user=3&login=9"_s);
    QTRY_VERIFY(other.isConnected);
}

void LiveHubTest::missedEventsKeepTheNewest()
{
    live::MissedEvents missed(100);
    const live::EventKey one {Topic::runners(), LiveEntity::Runner, 1};
    const live::EventKey two {Topic::projects(), LiveEntity::Project, 2};
    missed.add(one, "old");
    missed.add(two, "two");
    missed.add(one, "new");
    QCOMPARE(missed.takeNext(), "new");
    missed.forget(Topic::projects());
    QVERIFY(missed.isEmpty());
    QCOMPARE(missed.takeNext(), QByteArray());
    missed.add(one, QByteArray(60, 'x'));
    missed.add(two, QByteArray(60, 'x'));
    missed.add(one, "ignored");
    QCOMPARE(missed.takeNext().contains("resync"), true);
    QCOMPARE(missed.takeNext().contains("resync"), true);
    QVERIFY(missed.isEmpty());
}

CAPSTAN_TEST(LiveHubTest)
#include "tst_livehub.moc"
