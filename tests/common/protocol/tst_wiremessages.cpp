// SPDX-License-Identifier: MIT
#include "common/protocol/liveevent.h"
#include "common/protocol/runnerchannel.h"
#include "common/protocol/terminalmessage.h"
#include "common/protocol/terminalstream.h"
#include "tests/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::protocol;

namespace {

const QByteArray WireSession = "0123456789abcdefABCDEF";

template<typename Message, typename Decode>
void roundTrip(const std::vector<Message> &messages, Decode decode)
{
    QSet<size_t> alternatives;
    for (const Message &message : messages) {
        const QByteArray text = encode(message);
        const Result<Message> back = decode(text);
        QVERIFY2(back.isOk(), text.constData());
        QVERIFY2(*back == message, text.constData());
        alternatives.insert(message.index());
    }
    QCOMPARE(alternatives.size(), qsizetype(std::variant_size_v<Message>));
}

/// Any bytes give a message or an error.
template<typename Message, typename Decode>
void mutate(const std::vector<Message> &messages, Decode decode)
{
    QRandomGenerator random(11);
    for (const Message &message : messages) {
        const QByteArray text = encode(message);
        for (qsizetype cut = 0; cut < text.size(); ++cut) {
            QVERIFY(!decode(text.first(cut)).isOk());
        }
        for (int round = 0; round < 200; ++round) {
            QByteArray mangled = text;
            for (int i = random.bounded(1, 5); i > 0; --i) {
                mangled[random.bounded(static_cast<int>(mangled.size()))] = static_cast<char>(random.bounded(256));
            }
            const auto result = decode(mangled);
            QVERIFY(result.isOk() || !result.error().detail.isEmpty());
        }
    }
}

const std::vector<ViewerMessage> ViewerMessages {
    ViewerHello {{120, 40}, 262144}, ViewerHello {{0, 0}, 0}, ViewerResize {{1000, 1}},
    ViewerCredit {1}, ViewerTake {}, ViewerClose {}, UnknownMessage {"paste"}};

const std::vector<TerminalNews> ViewerNews {
    TerminalStateNews {TerminalState::Waiting, "words", {}, {}},
    TerminalStateNews {TerminalState::Held, "words \"quoted\"", fromMilliseconds(1'700'000'000'123), {}},
    TerminalStateNews {TerminalState::Ended, "", {}, "closed"},
    TerminalSessionNews {WireSession, 1LL << 52, true}, TerminalRoleNews {ViewerRole::Observer},
    TerminalRoleNews {ViewerRole::Writer}, TerminalExit {false, 0}, TerminalExit {true, 9},
    UnknownMessage {"later"}};

const std::vector<StreamOrder> StreamOrders {StreamResume {1LL << 52, 262144}, StreamCredit {65536},
                                             StreamResize {{80, 24}}, StreamClose {}, UnknownMessage {"x"}};

const std::vector<StreamNews> StreamNewses {StreamStart {7}, StreamInputCredit {1}, TerminalExit {true, 15},
                                            UnknownMessage {"x"}};

const std::vector<ChannelOrder> ChannelOrders {
    ChannelWelcome {}, ChannelWork {}, ChannelCancel {JobId {41}, true}, ChannelCancel {JobId {41}, false},
    ChannelTerminalOpen {JobId {41}, WireSession, Secret {"1.2.3.ab"}, {80, 24}},
    ChannelTerminalClose {JobId {41}, WireSession},
    ChannelTraceInterval {JobId {41}, std::chrono::milliseconds {100}}, ChannelDrain {}, UnknownMessage {"x"}};

const std::vector<ChannelNews> ChannelNewses {
    ChannelHello {"1.0", {JobId {1}, JobId {2}}, {WireSession}, std::chrono::minutes {30}}, ChannelHello {},
    ChannelTerminalRefused {JobId {41}, WireSession, "no shell"},
    ChannelHold {JobId {41}, fromMilliseconds(1'700'000'000'123)}, ChannelReleased {JobId {41}},
    UnknownMessage {"x"}};

const std::vector<LiveRequest> LiveRequests {
    LiveSubscribe {"job:41"}, LiveUnsubscribe {"projects"}, LiveTrace {JobId {41}, 1LL << 40},
    LiveTraceCredit {JobId {41}, 65536}, LiveTraceStop {JobId {41}}, UnknownMessage {"x"}};

} // namespace

class WireMessagesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrips();
    void survivesMutation();
    void refuses_data();
    void refuses();
    void topics_data();
    void topics();
    void buildsLiveEvents();
};

void WireMessagesTest::roundTrips()
{
    roundTrip(ViewerMessages, decodeViewerMessage);
    roundTrip(ViewerNews, decodeTerminalNews);
    roundTrip(StreamOrders, decodeStreamOrder);
    roundTrip(StreamNewses, decodeStreamNews);
    roundTrip(ChannelOrders, decodeChannelOrder);
    roundTrip(ChannelNewses, decodeChannelNews);
    roundTrip(LiveRequests, decodeLiveRequest);
}

void WireMessagesTest::survivesMutation()
{
    mutate(ViewerMessages, decodeViewerMessage);
    mutate(ViewerNews, decodeTerminalNews);
    mutate(StreamOrders, decodeStreamOrder);
    mutate(StreamNewses, decodeStreamNews);
    mutate(ChannelOrders, decodeChannelOrder);
    mutate(ChannelNewses, decodeChannelNews);
    mutate(LiveRequests, decodeLiveRequest);
}

void WireMessagesTest::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("place");
    QTest::newRow("empty") << QByteArray() << u"message"_s;
    QTest::newRow("a list") << QByteArray("[]") << u"message"_s;
    QTest::newRow("not UTF-8") << QByteArray("{\"type\":\"\xff\xfe\"}") << u"message"_s;
    QTest::newRow("two values") << QByteArray("{}{}") << u"message"_s;
    QTest::newRow("no type") << QByteArray(R"({"typ":"credit"})") << u"type"_s;
    QTest::newRow("null type") << QByteArray(R"({"type":null})") << u"type"_s;
    QTest::newRow("no bytes") << QByteArray(R"({"type":"credit"})") << u"bytes"_s;
    QTest::newRow("bytes as text") << QByteArray(R"({"type":"credit","bytes":"1"})") << u"bytes"_s;
    QTest::newRow("negative") << QByteArray(R"({"type":"credit","bytes":-1})") << u"bytes"_s;
    QTest::newRow("a fraction") << QByteArray(R"({"type":"credit","bytes":1.5})") << u"bytes"_s;
    QTest::newRow("beyond the bound") << QByteArray(R"({"type":"credit","bytes":1073741825})") << u"bytes"_s;
    QTest::newRow("2^63") << QByteArray(R"({"type":"credit","bytes":9223372036854775808})") << u"bytes"_s;
    QTest::newRow("beyond doubles") << QByteArray(R"({"type":"credit","bytes":1e300})") << u"bytes"_s;
    QTest::newRow("nested deeply")
        << R"({"type":"credit","bytes":)" + QByteArray(2000, '[') + QByteArray(2000, ']') + '}'
        << u""_s;
    QTest::newRow("too long") << R"({"type":"close","x":")" + QByteArray(5000, 'x') + "\"}" << u"message"_s;
}

void WireMessagesTest::refuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, place);
    const Result<ViewerMessage> result = decodeViewerMessage(text);
    QVERIFY(!result.isOk());
    QVERIFY2(result.error().detail.startsWith(place), qPrintable(result.error().detail));
}

void WireMessagesTest::topics_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("exists");
    for (const char *text : {"projects", "runners", "project:1", "pipeline:3", "job:999999999999999999"}) {
        QTest::newRow(text) << QByteArray(text) << true;
    }
    for (const char *text : {"", "project", "project:", "project:0", "project:01", "project:+1", "project: 1",
                             "project:-1", "project:1:2", "Projects", "job:1\n", "job:9999999999999999999"}) {
        QTest::newRow(text) << QByteArray(text) << false;
    }
}

void WireMessagesTest::topics()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, exists);
    const std::optional<Topic> topic = topicFromText(text);
    QCOMPARE(topic.has_value(), exists);
    if (topic) {
        QCOMPARE(toText(*topic), text);
    }
}

void WireMessagesTest::buildsLiveEvents()
{
    const auto object = [](const QByteArray &text) { return QJsonDocument::fromJson(text).object(); };
    const QByteArray bytes = QByteArray::fromHex("00ff1b5b") + "\"<b>";
    const QJsonObject trace = object(liveTrace({JobId {41}, 10, 99}, bytes));
    QCOMPARE(QByteArray::fromBase64(trace.value("data"_L1).toString().toLatin1()), bytes);
    QCOMPARE(trace.value("offset"_L1).toInteger(), 10);
    QCOMPARE(trace.value("size"_L1).toInteger(), 99);
    const QJsonObject changed
        = object(liveChanged(Topic::job(JobId {41}), LiveEntity::Job, 41, R"({"name":"a\"b"})"));
    QCOMPARE(changed.value("data"_L1).toObject().value("name"_L1).toString(), u"a\"b"_s);
    // A topic that a stranger made up comes back inert.
    QCOMPARE(object(liveRefused("a\"},{\"b", u"no"_s)).value("topic"_L1).toString(), u"a\"},{\"b"_s);
}

CAPSTAN_TEST(WireMessagesTest)
#include "tst_wiremessages.moc"
