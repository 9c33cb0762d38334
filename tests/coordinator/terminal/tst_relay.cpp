// SPDX-License-Identifier: MIT
#include "tests/coordinator/terminal/relayfixture.h"
#include "tests/testmain.h"

#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::test;
using protocol::TerminalState;

namespace {

/// A viewer and a runner's end that have found each other.
struct OpenTerminal
{
    explicit OpenTerminal(RelayFixture &fixture,
                          qint64 credit = 256 * 1024,
                          const QString &query = u"job=1&user=2"_s)
        : viewer(std::make_unique<TestViewer>(fixture, query))
    {
        if (!QTest::qWaitFor([&] { return viewer->isConnected; })) {
            return;
        }
        const size_t before = fixture.host().opened().size();
        viewer->hello(credit);
        if (!QTest::qWaitFor([&] { return fixture.host().opened().size() > before; })) {
            return;
        }
        open = fixture.host().opened().back();
        connectRunner(fixture, 0);
    }

    void connectRunner(RelayFixture &fixture, qint64 offset)
    {
        runner = std::make_unique<TestRunner>(fixture, open);
        isReady = QTest::qWaitFor([&] { return runner->resume() != nullptr; });
        if (isReady) {
            runner->start(offset);
            isReady = QTest::qWaitFor([&] {
                const TerminalState state = viewer->state().state;
                return state == TerminalState::Connected || state == TerminalState::Held;
            });
        }
    }

    std::unique_ptr<TestViewer> viewer;
    std::unique_ptr<TestRunner> runner;
    terminal::RunnerOpen open;
    bool isReady = false;
};

QByteArray pattern(qsizetype size, int seed = 0)
{
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i) {
        bytes[i] = static_cast<char>('a' + (i * 7 + i / 251 + seed) % 26);
    }
    return bytes;
}

} // namespace

class RelayTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void passesBytesBothWays();
    void asksTheRunnerWithTheViewersSize();
    void answersSubprotocols_data();
    void answersSubprotocols();
    void speaksGitlabsSubprotocols_data();
    void speaksGitlabsSubprotocols();
    void refusesBeforeTheUpgrade_data();
    void refusesBeforeTheUpgrade();
    void refusesForeignRunners_data();
    void refusesForeignRunners();
    void comesBackAtAnOffset_data();
    void comesBackAtAnOffset();
    void losesNothingWhenTheStreamBreaks();
    void startsAnewWhenTheRunnerLacksBytes_data();
    void startsAnewWhenTheRunnerLacksBytes();
    void endsWhenGraceExpires();
    void endsAtOnceOnClose();
    void tellsHowTheShellEnded();
    void givesTheLastOutputWithoutCredit();
    void newestTabWrites();
    void theShellHasItsWritersSize();
    void observerSendsNothing();
    void laggingObserverBeginsAnew();
    void stalledViewerStopsTheShell();
    void stalledViewerLeavesOthersAlone();
    void inputWaitsForCredit();
    void floodOfInputIsBounded();
    void ignoresInsaneSizes_data();
    void ignoresInsaneSizes();
    void closesOnHostileFrames_data();
    void closesOnHostileFrames();
    void halfOpenViewerTimesOut();
    void endsWhenTheRunnerNeverComes();
    void endsOnProtocolBreach_data();
    void endsOnProtocolBreach();
    void tellsOfTheHold();
    void withdrawnRightEnds();
    void endsByKey_data();
    void endsByKey();
    void limitsSessions_data();
    void limitsSessions();
    void limitsHowOftenAUserOpens();
    void survivesARestart_data();
    void survivesARestart();
    void anObserverAdoptsNoShell();
    void aShellEndsWithItsTokenAlsoAfterARestart();
    void countsAndReports();
    void shutsDownPolitely();
};

void RelayTest::passesBytesBothWays()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal.viewer->socket.sendBinaryMessage("ls\r");
    QTRY_COMPARE(terminal.runner->input, "ls\r");
    const QByteArray all = QByteArray::fromHex("00ff1b5b316d") + "out\r\n";
    terminal.runner->output(all);
    QTRY_COMPARE(terminal.viewer->output, all);
    QCOMPARE(terminal.viewer->session().offset, 0);
    QVERIFY(!terminal.viewer->session().gap);
    QCOMPARE(terminal.viewer->role(), protocol::ViewerRole::Writer);
}

void RelayTest::asksTheRunnerWithTheViewersSize()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    QCOMPARE(terminal.open.size, (protocol::TerminalSize {100, 30}));
    QCOMPARE(terminal.open.owner.job, JobId {1});
    QCOMPARE(terminal.open.owner.user, UserId {2});
    QVERIFY(terminal.open.owner.session.size() >= 22); // 128 bits at least.
    const int before = terminal.runner->count<protocol::StreamResize>();
    terminal.viewer->send(protocol::ViewerResize {{132, 43}});
    QTRY_COMPARE(terminal.runner->count<protocol::StreamResize>(), before + 1);
    QCOMPARE(std::get<protocol::StreamResize>(terminal.runner->orders.back()).size,
             (protocol::TerminalSize {132, 43}));
}

void RelayTest::answersSubprotocols_data()
{
    QTest::addColumn<QByteArrayList>("asked");
    QTest::addColumn<QString>("answer");
    QTest::newRow("ours") << QByteArrayList {"capstan.terminal.v1"} << u"capstan.terminal.v1"_s;
    QTest::newRow("first known in the client's order")
        << QByteArrayList {"x.y", "base64.terminal.gitlab.com", "capstan.terminal.v1"}
        << u"base64.terminal.gitlab.com"_s;
    QTest::newRow("GitLab's") << QByteArrayList {"terminal.gitlab.com"} << u"terminal.gitlab.com"_s;
}

void RelayTest::answersSubprotocols()
{
    QFETCH(QByteArrayList, asked);
    QFETCH(QString, answer);
    RelayFixture fixture;
    TestViewer viewer(fixture, u"job=1&user=2"_s, asked);
    QTRY_VERIFY(viewer.isConnected);
    QCOMPARE(viewer.socket.subprotocol(), answer);
}

void RelayTest::speaksGitlabsSubprotocols_data()
{
    QTest::addColumn<bool>("isBase64");
    QTest::newRow("raw") << false;
    QTest::newRow("base64") << true;
}

void RelayTest::speaksGitlabsSubprotocols()
{
    QFETCH(bool, isBase64);
    RelayFixture fixture;
    TestViewer viewer(fixture,
                      u"job=1&user=2"_s,
                      {isBase64 ? "base64.terminal.gitlab.com" : "terminal.gitlab.com"});
    QTRY_COMPARE(fixture.host().opened().size(), 1U);
    TestRunner runner(fixture, fixture.host().opened().front());
    QTRY_VERIFY(runner.resume());
    runner.start(0);
    runner.output("\x1b[31mred");
    QTRY_COMPARE(viewer.output, isBase64 ? QByteArray("\x1b[31mred").toBase64() : "\x1b[31mred");
    if (isBase64) {
        viewer.socket.sendTextMessage(QString::fromLatin1(QByteArray("a\0b", 3).toBase64()));
    } else {
        viewer.socket.sendBinaryMessage(QByteArray("a\0b", 3));
    }
    QTRY_COMPARE(runner.input, QByteArray("a\0b", 3));
    QVERIFY(viewer.news.empty());
    // More than any window: without credit messages the socket itself is the brake.
    QByteArray sent;
    while (sent.size() < 2'000'000) {
        QTRY_VERIFY(runner.limit - 8 - sent.size() > 0);
        const QByteArray piece
            = pattern(std::min<qint64>(runner.limit - 8 - sent.size(), 30'000), int(sent.size() % 97));
        runner.output(piece);
        sent += piece;
    }
    if (!isBase64) {
        QTRY_COMPARE(viewer.output.size(), sent.size() + 8);
        QCOMPARE(viewer.output.last(sent.size()), sent);
    }
}

void RelayTest::refusesBeforeTheUpgrade_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QByteArrayList>("asked");
    const QByteArrayList ours {"capstan.terminal.v1"};
    QTest::newRow("no known subprotocol") << u"job=1&user=2"_s << QByteArrayList {"chat"};
    QTest::newRow("an absent session")
        << u"job=1&user=2&session=AAAAAAAAAAAAAAAAAAAAAA&offset=0"_s << ours;
    QTest::newRow("another user's session") << u"job=1&user=3&session=%1"_s << ours;
    QTest::newRow("another job's session") << u"job=9&user=2&session=%1"_s << ours;
    QTest::newRow("watching by another job's right")
        << u"job=9&user=3&role=observer&session=%1"_s << ours;
    QTest::newRow("a session id that is none") << u"job=1&user=2&session=%00"_s << ours;
}

void RelayTest::refusesBeforeTheUpgrade()
{
    QFETCH(QString, query);
    QFETCH(QByteArrayList, asked);
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    if (query.contains("%1"_L1)) {
        query = query.arg(QString::fromLatin1(terminal.open.owner.session));
    }
    QSignalSpy refused(&fixture.relay(), &terminal::TerminalRelay::refused);
    TestViewer viewer(fixture, query, asked);
    QVERIFY(refused.wait());
    QTRY_VERIFY(viewer.isClosed);
    QVERIFY(!viewer.isConnected);
    QCOMPARE(terminal.viewer->state().state, TerminalState::Connected);
}

void RelayTest::refusesForeignRunners_data()
{
    QTest::addColumn<qint64>("runner");
    QTest::addColumn<QByteArray>("session");
    QTest::addColumn<QByteArray>("secret");
    QTest::newRow("another runner") << qint64(8) << QByteArray() << QByteArray();
    QTest::newRow("another session")
        << qint64(7) << QByteArray("AAAAAAAAAAAAAAAAAAAAAA") << QByteArray();
    QTest::newRow("no secret") << qint64(7) << QByteArray() << QByteArray("x");
    QTest::newRow("another job in the secret")
        << qint64(7) << QByteArray() << QByteArray("9.2.0.") + QByteArray(64, 'a');
}

void RelayTest::refusesForeignRunners()
{
    QFETCH(qint64, runner);
    QFETCH(QByteArray, session);
    QFETCH(QByteArray, secret);
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal::RunnerOpen open = terminal.open;
    if (!session.isEmpty()) {
        open.owner.session = session;
    }
    if (!secret.isEmpty()) {
        open.secret = Secret {secret};
    }
    QSignalSpy refused(&fixture.relay(), &terminal::TerminalRelay::refused);
    TestRunner foreign(fixture, open, runner);
    QVERIFY(refused.wait());
    QTRY_VERIFY(foreign.isClosed);
    QVERIFY(!foreign.isConnected);
    terminal.runner->output("still mine");
    QTRY_COMPARE(terminal.viewer->output, "still mine");
}

void RelayTest::comesBackAtAnOffset_data()
{
    QTest::addColumn<qint64>("written");
    QTest::addColumn<qint64>("offset");
    QTest::addColumn<qint64>("from");
    QTest::addColumn<bool>("gap");
    const qint64 ring = 4096;
    QTest::newRow("where it left") << qint64(1000) << qint64(1000) << qint64(1000) << false;
    QTest::newRow("a little behind") << qint64(1000) << qint64(400) << qint64(400) << false;
    QTest::newRow("from the start") << qint64(1000) << qint64(0) << qint64(0) << false;
    QTest::newRow("without an offset") << qint64(1000) << qint64(-1) << qint64(0) << false;
    QTest::newRow("over the ring's border") << ring + 100 << ring - 50 << ring - 50 << false;
    QTest::newRow("the oldest byte there is") << ring + 100 << qint64(100) << qint64(100) << false;
    // Lines are 100 bytes in the test's output: a screen begins behind a line's end.
    QTest::newRow("one byte too old") << ring + 101 << qint64(100) << qint64(200) << true;
    QTest::newRow("long gone") << 3 * ring << qint64(5) << 2 * ring + 100 - (2 * ring) % 100 << true;
    QTest::newRow("from the future") << qint64(1000) << qint64(1001) << qint64(0) << true;
    QTest::newRow("far from the future")
        << qint64(1000) << std::numeric_limits<qint64>::max() << qint64(0) << true;
}

void RelayTest::comesBackAtAnOffset()
{
    QFETCH(qint64, written);
    QFETCH(qint64, offset);
    QFETCH(qint64, from);
    QFETCH(bool, gap);
    terminal::RelayLimits limits;
    limits.ringBytes = 4096;
    RelayFixture fixture(limits);
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    QByteArray all;
    while (all.size() < written) {
        const qint64 line = std::min<qint64>(100, written - all.size());
        all += pattern(line - 1, static_cast<int>(all.size() / 100)) + (line == 100 ? '\n' : '.');
        QTRY_VERIFY(terminal.runner->limit >= all.size());
        terminal.runner->output(all.last(line));
    }
    QTRY_COMPARE(terminal.viewer->output.size(), written);
    terminal.viewer->socket.abort();
    QTRY_COMPARE(fixture.relay().counts().viewers, 0);

    QString query = u"job=1&user=2&session="_s + QString::fromLatin1(terminal.open.owner.session);
    if (offset >= 0) {
        query += u"&offset=%1"_s.arg(offset);
    }
    TestViewer back(fixture, query);
    QTRY_VERIFY(back.isConnected);
    back.hello();
    QTRY_COMPARE(back.offset(), written);
    QCOMPARE(back.session().offset, from);
    QCOMPARE(back.session().gap, gap);
    QCOMPARE(back.output, all.sliced(from));
    terminal.runner->output("more");
    QTRY_COMPARE(back.output, all.sliced(from) + "more");
}

void RelayTest::losesNothingWhenTheStreamBreaks()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    const QByteArray first = pattern(5000);
    terminal.runner->output(first);
    QTRY_COMPARE(terminal.viewer->output, first);
    terminal.runner->socket.abort();
    QTRY_COMPARE(terminal.viewer->state().state, TerminalState::Reconnecting);
    terminal.viewer->socket.sendBinaryMessage("typed meanwhile");
    terminal.connectRunner(fixture, 5000);
    QVERIFY(terminal.isReady);
    QCOMPARE(terminal.runner->resume()->offset, 5000);
    QTRY_COMPARE(terminal.runner->input, "typed meanwhile");
    terminal.runner->output("second");
    QTRY_COMPARE(terminal.viewer->output, first + "second");
}

void RelayTest::startsAnewWhenTheRunnerLacksBytes_data()
{
    QTest::addColumn<qint64>("offset");
    QTest::newRow("it has dropped some") << qint64(9000);
    QTest::newRow("it is not as far as we thought") << qint64(2);
}

void RelayTest::startsAnewWhenTheRunnerLacksBytes()
{
    QFETCH(qint64, offset);
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal.runner->output("before");
    QTRY_COMPARE(terminal.viewer->output, "before");
    terminal.runner->socket.abort();
    QTRY_COMPARE(terminal.viewer->state().state, TerminalState::Reconnecting);
    terminal.connectRunner(fixture, offset);
    QVERIFY(terminal.isReady);
    terminal.runner->output("behind the gap");
    QTRY_COMPARE(terminal.viewer->output, "behind the gap");
    QCOMPARE(terminal.viewer->session().offset, offset);
    QVERIFY(terminal.viewer->session().gap);
}

void RelayTest::endsWhenGraceExpires()
{
    terminal::RelayLimits limits;
    limits.graceTime = std::chrono::milliseconds {300};
    limits.tick = std::chrono::milliseconds {20};
    RelayFixture fixture(limits);
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    QSignalSpy ended(&fixture.relay(), &terminal::TerminalRelay::sessionEnded);
    terminal.viewer->socket.abort();
    QTRY_COMPARE(fixture.relay().counts().viewers, 0);
    QCOMPARE(fixture.relay().counts().sessions, 1);
    QVERIFY(ended.wait());
    const auto end = ended.front().front().value<terminal::SessionEnd>();
    QCOMPARE(end.reason, terminal::EndReason::GraceExpired);
    QVERIFY(end.duration >= limits.graceTime);
    QTRY_COMPARE(terminal.runner->count<protocol::StreamClose>(), 1);
    QTRY_VERIFY(terminal.runner->isClosed);
    QCOMPARE(fixture.host().closed(), std::vector {terminal.open.owner.session});
}

void RelayTest::endsAtOnceOnClose()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal.viewer->send(protocol::ViewerClose {});
    QTRY_VERIFY(terminal.viewer->isClosed);
    QCOMPARE(terminal.viewer->state().state, TerminalState::Ended);
    QCOMPARE(terminal.viewer->state().reason, "closed");
    QCOMPARE(terminal.viewer->socket.closeCode(), QWebSocketProtocol::CloseCodeNormal);
    QTRY_COMPARE(terminal.runner->count<protocol::StreamClose>(), 1);
    QTRY_COMPARE(fixture.relay().counts().sessions, 0);
}

void RelayTest::tellsHowTheShellEnded()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal.runner->output("bye");
    terminal.runner->say(protocol::TerminalExit {false, 3});
    QTRY_VERIFY(terminal.viewer->isClosed);
    QCOMPARE(terminal.viewer->output, "bye");
    QCOMPARE(terminal.viewer->state().reason, "shell exited");
    const auto isExit = [](const auto &news) {
        return news == protocol::TerminalNews {protocol::TerminalExit {false, 3}};
    };
    QVERIFY(std::any_of(terminal.viewer->news.begin(), terminal.viewer->news.end(), isExit));
    QCOMPARE(terminal.runner->count<protocol::StreamClose>(), 0);
}

void RelayTest::givesTheLastOutputWithoutCredit()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture, 10);
    QVERIFY(terminal.isReady);
    const QByteArray last = pattern(200'000);
    terminal.runner->output(last);
    QTRY_COMPARE(terminal.viewer->output.size(), 10);
    terminal.runner->say(protocol::TerminalExit {false, 0});
    QTRY_VERIFY(terminal.viewer->isClosed);
    QCOMPARE(terminal.viewer->output, last);
}

void RelayTest::newestTabWrites()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal.runner->output("prompt$ ");
    QTRY_COMPARE(terminal.viewer->output, "prompt$ ");
    const QString query
        = u"job=1&user=2&session="_s + QString::fromLatin1(terminal.open.owner.session);
    TestViewer second(fixture, query);
    QTRY_VERIFY(second.isConnected);
    second.hello();
    QTRY_COMPARE(second.output, "prompt$ ");
    QTRY_COMPARE(terminal.viewer->role(), protocol::ViewerRole::Observer);
    QCOMPARE(second.role(), protocol::ViewerRole::Writer);
    terminal.viewer->socket.sendBinaryMessage("old tab");
    second.socket.sendBinaryMessage("new tab");
    QTRY_COMPARE(terminal.runner->input, "new tab");
    terminal.runner->output("both see this");
    QTRY_COMPARE(terminal.viewer->output, "prompt$ both see this");
    QTRY_COMPARE(second.output, "prompt$ both see this");
    // The old tab takes the keyboard back.
    terminal.viewer->send(protocol::ViewerTake {});
    QTRY_COMPARE(terminal.viewer->role(), protocol::ViewerRole::Writer);
    QTRY_COMPARE(second.role(), protocol::ViewerRole::Observer);
    terminal.viewer->socket.sendBinaryMessage("!");
    QTRY_COMPARE(terminal.runner->input, "new tab!");
    // And when it goes, the other one writes again: no grace, somebody is there.
    terminal.viewer->socket.abort();
    QTRY_COMPARE(second.role(), protocol::ViewerRole::Writer);
}

void RelayTest::theShellHasItsWritersSize()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    const auto lastSize = [&terminal] {
        const auto &orders = terminal.runner->orders;
        const auto found = std::find_if(orders.rbegin(), orders.rend(), [](const auto &order) {
            return std::holds_alternative<protocol::StreamResize>(order);
        });
        return found == orders.rend() ? protocol::TerminalSize {}
                                      : std::get<protocol::StreamResize>(*found).size;
    };
    TestViewer second(fixture,
                      u"job=1&user=2&session="_s
                          + QString::fromLatin1(terminal.open.owner.session));
    QTRY_VERIFY(second.isConnected);
    second.hello();
    QTRY_COMPARE(terminal.viewer->role(), protocol::ViewerRole::Observer);
    second.send(protocol::ViewerResize {{120, 40}});
    QTRY_COMPARE(lastSize(), (protocol::TerminalSize {120, 40}));
    // The window of the tab that only watches changes nothing until it takes the keyboard.
    terminal.viewer->send(protocol::ViewerResize {{90, 20}});
    QTRY_COMPARE(fixture.relay().counts().droppedFrames, 1);
    QCOMPARE(lastSize(), (protocol::TerminalSize {120, 40}));
    terminal.viewer->send(protocol::ViewerTake {});
    QTRY_COMPARE(lastSize(), (protocol::TerminalSize {90, 20}));
    // When it goes, the other one's size is the shell's again.
    terminal.viewer->socket.abort();
    QTRY_COMPARE(lastSize(), (protocol::TerminalSize {120, 40}));
}

void RelayTest::observerSendsNothing()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    const QString query = u"job=1&user=3&role=observer&session="_s
        + QString::fromLatin1(terminal.open.owner.session);
    TestViewer observer(fixture, query);
    QTRY_VERIFY(observer.isConnected);
    observer.hello();
    QTRY_COMPARE(observer.role(), protocol::ViewerRole::Observer);
    observer.socket.sendBinaryMessage("rm -rf /\r");
    observer.send(protocol::ViewerResize {{10, 10}});
    observer.send(protocol::ViewerTake {});
    observer.send(protocol::ViewerClose {});
    QTRY_COMPARE(fixture.relay().counts().droppedFrames, 3);
    terminal.viewer->socket.sendBinaryMessage("ok");
    QTRY_COMPARE(terminal.runner->input, "ok");
    QCOMPARE(observer.role(), protocol::ViewerRole::Observer);
    QCOMPARE(fixture.relay().counts().sessions, 1);
    const auto &orders = terminal.runner->orders;
    QVERIFY(std::none_of(orders.begin(), orders.end(), [](const auto &order) {
        return order == protocol::StreamOrder {protocol::StreamResize {{10, 10}}};
    }));
}

void RelayTest::laggingObserverBeginsAnew()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture, 1 << 30);
    QVERIFY(terminal.isReady);
    const QString query = u"job=1&user=3&role=observer&session="_s
        + QString::fromLatin1(terminal.open.owner.session);
    TestViewer observer(fixture, query);
    QTRY_VERIFY(observer.isConnected);
    observer.hello(1000);
    QTRY_VERIFY(!observer.session().session.isEmpty());
    QByteArray all;
    for (int i = 0; i < 30; ++i) {
        const QByteArray piece = pattern(29'999, i) + '\n';
        QTRY_VERIFY(terminal.runner->limit >= all.size() + piece.size());
        terminal.runner->output(piece);
        all += piece;
    }
    // The writer was never slowed by it.
    QTRY_COMPARE(terminal.viewer->output.size(), all.size());
    QCOMPARE(terminal.viewer->output, all);
    QCOMPARE(observer.output.size(), 1000);
    observer.send(protocol::ViewerCredit {1 << 20});
    QTRY_COMPARE(observer.offset(), all.size());
    QVERIFY(observer.session().gap);
    QCOMPARE(observer.output, all.last(observer.output.size()));
    QCOMPARE(all.at(observer.session().offset - 1), '\n');
}

void RelayTest::stalledViewerStopsTheShell()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture, 50'000);
    QVERIFY(terminal.isReady);
    QByteArray all;
    while (all.size() + 10'000 <= terminal.runner->limit) {
        all += pattern(10'000, static_cast<int>(all.size()));
        terminal.runner->output(all.last(10'000));
        QTest::qWait(1);
    }
    QTRY_COMPARE(terminal.viewer->output.size(), 50'000);
    QVERIFY(all.size() <= 256 * 1024); // All that the shell may ever write ahead.
    const qint64 granted = terminal.runner->limit;
    QTest::qWait(50);
    QCOMPARE(terminal.runner->limit, granted);
    QCOMPARE(terminal.viewer->output.size(), 50'000);
    terminal.viewer->send(protocol::ViewerCredit {1 << 20});
    QTRY_COMPARE(terminal.viewer->output.size(), all.size());
    QCOMPARE(terminal.viewer->output, all);
    QTRY_VERIFY(terminal.runner->limit > granted);
}

void RelayTest::stalledViewerLeavesOthersAlone()
{
    RelayFixture fixture;
    OpenTerminal stalled(fixture, 0);
    OpenTerminal other(fixture);
    QVERIFY(stalled.isReady && other.isReady);
    stalled.runner->output(pattern(200'000));
    for (int i = 0; i < 20; ++i) {
        other.viewer->socket.sendBinaryMessage("k");
        QTRY_COMPARE(other.runner->input.size(), i + 1);
        other.runner->output("k");
        QTRY_COMPARE(other.viewer->output.size(), i + 1);
    }
    QCOMPARE(stalled.viewer->output.size(), 0);
}

void RelayTest::inputWaitsForCredit()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    const QByteArray typed = pattern(100'000);
    terminal.viewer->socket.sendBinaryMessage(typed.first(60'000));
    terminal.viewer->socket.sendBinaryMessage(typed.sliced(60'000));
    QTRY_COMPARE(terminal.runner->input.size(), protocol::InitialInputCredit);
    QTest::qWait(30);
    QCOMPARE(terminal.runner->input.size(), protocol::InitialInputCredit);
    terminal.runner->say(protocol::StreamInputCredit {10});
    QTRY_COMPARE(terminal.runner->input.size(), protocol::InitialInputCredit + 10);
    terminal.runner->say(protocol::StreamInputCredit {100'000});
    QTRY_COMPARE(terminal.runner->input, typed);
}

void RelayTest::floodOfInputIsBounded()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture, 1000);
    QVERIFY(terminal.isReady);
    const QByteArray piece = pattern(60'000);
    for (int i = 0; i < 100; ++i) {
        terminal.viewer->socket.sendBinaryMessage(piece);
    }
    // The relay stops reading: the sender's socket fills up instead.
    QTest::qWait(200);
    QVERIFY(fixture.relay().counts().inputBytes < 500'000);
    // The shell's answers come through although the viewer's credit is stuck behind its input.
    terminal.runner->output(pattern(100'000));
    QTRY_COMPARE(terminal.viewer->output.size(), 100'000);
    terminal.runner->say(protocol::StreamInputCredit {1 << 20});
    while (terminal.runner->input.size() < 6'000'000) {
        const qsizetype before = terminal.runner->input.size();
        QTRY_VERIFY(terminal.runner->input.size() > before || before == 6'000'000);
        terminal.runner->say(protocol::StreamInputCredit {terminal.runner->input.size() - before});
    }
    QCOMPARE(terminal.runner->input, piece.repeated(100));
}

void RelayTest::ignoresInsaneSizes_data()
{
    QTest::addColumn<QString>("columns");
    QTest::addColumn<QString>("rows");
    QTest::newRow("zero") << u"0"_s << u"0"_s;
    QTest::newRow("negative") << u"-1"_s << u"24"_s;
    QTest::newRow("2^31") << u"2147483648"_s << u"24"_s;
    QTest::newRow("huge") << u"10000"_s << u"10000"_s;
    QTest::newRow("just too wide") << u"1001"_s << u"24"_s;
    QTest::newRow("fractions") << u"80.5"_s << u"24"_s;
    QTest::newRow("beyond doubles") << u"1e999"_s << u"24"_s;
    QTest::newRow("text") << u"\"80\""_s << u"24"_s;
    QTest::newRow("null") << u"null"_s << u"24"_s;
}

void RelayTest::ignoresInsaneSizes()
{
    QFETCH(QString, columns);
    QFETCH(QString, rows);
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    QTRY_COMPARE(terminal.runner->count<protocol::StreamResize>(), 1);
    if (columns != u"1e999"_s) { // That is no JSON number that Qt reads: closes, as bad JSON does.
        terminal.viewer->socket.sendTextMessage(
            uR"({"type":"resize","columns":%1,"rows":%2})"_s.arg(columns, rows));
    }
    terminal.viewer->socket.sendBinaryMessage("x");
    QTRY_COMPARE(terminal.runner->input, "x");
    QCOMPARE(terminal.runner->count<protocol::StreamResize>(), 1);
}

void RelayTest::closesOnHostileFrames_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("binary");
    QTest::addColumn<bool>("sayHello");
    QTest::addColumn<int>("code");
    const int policy = QWebSocketProtocol::CloseCodePolicyViolated;
    QTest::newRow("no JSON") << QByteArray("{") << QByteArray() << true << policy;
    QTest::newRow("no object") << QByteArray("[1]") << QByteArray() << true << policy;
    QTest::newRow("no type") << QByteArray("{}") << QByteArray() << true << policy;
    QTest::newRow("type is a number") << QByteArray(R"({"type":1})") << QByteArray() << true << policy;
    QTest::newRow("negative credit")
        << QByteArray(R"({"type":"credit","bytes":-1})") << QByteArray() << true << policy;
    QTest::newRow("credit past all bounds")
        << QByteArray(R"({"type":"credit","bytes":9223372036854775807})") << QByteArray() << true
        << policy;
    QTest::newRow("hello twice") << QByteArray(R"({"type":"hello","columns":1,"rows":1,"credit":1})")
                                 << QByteArray() << true << policy;
    QTest::newRow("input before hello") << QByteArray() << QByteArray("x") << false << policy;
    QTest::newRow("control before hello")
        << QByteArray(R"({"type":"close"})") << QByteArray() << false << policy;
    QTest::newRow("deep nesting") << QByteArray(4000, '[') << QByteArray() << true << policy;
    QTest::newRow("a long text") << QByteArray(5000, ' ') << QByteArray() << true
                                 << int(QWebSocketProtocol::CloseCodeTooMuchData);
    QTest::newRow("a long input frame") << QByteArray() << QByteArray(65'537, 'x') << true
                                        << int(QWebSocketProtocol::CloseCodeTooMuchData);
}

void RelayTest::closesOnHostileFrames()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, binary);
    QFETCH(bool, sayHello);
    QFETCH(int, code);
    RelayFixture fixture;
    TestViewer viewer(fixture, u"job=1&user=2"_s);
    QTRY_VERIFY(viewer.isConnected);
    if (sayHello) {
        viewer.hello();
        QTRY_COMPARE(viewer.state().text.isEmpty(), false);
    }
    if (!text.isEmpty()) {
        viewer.socket.sendTextMessage(QString::fromUtf8(text));
    }
    if (!binary.isEmpty()) {
        viewer.socket.sendBinaryMessage(binary);
    }
    QTRY_VERIFY(viewer.isClosed);
    QCOMPARE(int(viewer.socket.closeCode()), code);
}

void RelayTest::halfOpenViewerTimesOut()
{
    terminal::RelayLimits limits;
    limits.helloTime = std::chrono::milliseconds {100};
    limits.tick = std::chrono::milliseconds {20};
    RelayFixture fixture(limits);
    TestViewer viewer(fixture, u"job=1&user=2"_s);
    QTRY_VERIFY(viewer.isConnected);
    QTRY_VERIFY(viewer.isClosed);
    QTRY_COMPARE(fixture.relay().counts().sessions, 0);
    QVERIFY(fixture.host().opened().empty());
    QVERIFY(fixture.host().closed().empty()); // No shell was ever asked for.
}

void RelayTest::endsWhenTheRunnerNeverComes()
{
    terminal::RelayLimits limits;
    limits.runnerTime = std::chrono::milliseconds {100};
    limits.tick = std::chrono::milliseconds {20};
    RelayFixture fixture(limits);
    TestViewer viewer(fixture, u"job=1&user=2"_s);
    QTRY_VERIFY(viewer.isConnected);
    viewer.hello();
    QTRY_COMPARE(viewer.state().state, TerminalState::Waiting);
    QTRY_VERIFY(viewer.isClosed);
    QCOMPARE(viewer.state().reason, "runner lost");
    QCOMPARE(fixture.host().closed().size(), 1U);

    TestViewer refusedOne(fixture, u"job=1&user=2"_s);
    QTRY_VERIFY(refusedOne.isConnected);
    refusedOne.hello();
    QTRY_COMPARE(fixture.host().opened().size(), 2U);
    const QByteArray session = fixture.host().opened().back().owner.session;
    fixture.relay().refuseSession(session, "no bash here");
    QTRY_VERIFY(refusedOne.isClosed);
    QCOMPARE(refusedOne.state().reason, "runner refused");
    QCOMPARE(refusedOne.state().text, "no bash here");
}

void RelayTest::endsOnProtocolBreach_data()
{
    QTest::addColumn<int>("breach");
    QTest::newRow("output past its credit") << 0;
    QTest::newRow("output before start") << 1;
    QTest::newRow("two starts") << 2;
    QTest::newRow("bad JSON") << 3;
}

void RelayTest::endsOnProtocolBreach()
{
    QFETCH(int, breach);
    RelayFixture fixture;
    OpenTerminal terminal(fixture, 1000);
    QVERIFY(terminal.isReady);
    if (breach == 0) {
        terminal.runner->output(pattern(200'000));
        terminal.runner->output(pattern(200'000));
    } else if (breach == 1) {
        terminal.runner = std::make_unique<TestRunner>(fixture, terminal.open);
        QTRY_VERIFY(terminal.runner->resume());
        terminal.runner->output("x");
    } else if (breach == 2) {
        terminal.runner->say(protocol::StreamStart {0});
    } else {
        terminal.runner->socket.sendTextMessage(u"{\"type\":"_s);
    }
    QTRY_VERIFY(terminal.viewer->isClosed);
    QCOMPARE(terminal.viewer->state().reason, "runner lost");
    QTRY_VERIFY(terminal.runner->isClosed);
}

void RelayTest::tellsOfTheHold()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    const Timestamp until = fromMilliseconds(1'900'000'000'123);
    fixture.relay().setHeld(JobId {1}, until);
    QTRY_COMPARE(terminal.viewer->state().state, TerminalState::Held);
    QCOMPARE(terminal.viewer->state().until, until);
    OpenTerminal later(fixture); // Opened while the job is held already.
    QTRY_COMPARE(later.viewer->state().state, TerminalState::Held);
    fixture.relay().setHeld(JobId {1}, std::nullopt);
    QTRY_COMPARE(terminal.viewer->state().state, TerminalState::Connected);
}

void RelayTest::withdrawnRightEnds()
{
    terminal::RelayLimits limits;
    limits.rightsInterval = std::chrono::milliseconds {50};
    limits.tick = std::chrono::milliseconds {20};
    RelayFixture fixture(limits);
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    QTest::qWait(150);
    QCOMPARE(terminal.viewer->state().state, TerminalState::Connected);
    fixture.host().setMayStay(false);
    QTRY_VERIFY(terminal.viewer->isClosed);
    QCOMPARE(terminal.viewer->state().reason, "right withdrawn");
    QCOMPARE(terminal.viewer->socket.closeCode(), QWebSocketProtocol::CloseCodePolicyViolated);
    QTRY_COMPARE(terminal.runner->count<protocol::StreamClose>(), 1);
}

void RelayTest::endsByKey_data()
{
    QTest::addColumn<QString>("by");
    QTest::addColumn<bool>("ends");
    QTest::newRow("the job") << u"job"_s << true;
    QTest::newRow("another job") << u"other job"_s << false;
    QTest::newRow("the user") << u"user"_s << true;
    QTest::newRow("the runner") << u"runner"_s << true;
    QTest::newRow("no sign-in at all") << u"no login"_s << false;
    QTest::newRow("no token at all") << u"no token"_s << false;
}

void RelayTest::endsByKey()
{
    QFETCH(QString, by);
    QFETCH(bool, ends);
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal::TerminalRelay &relay = fixture.relay();
    const QHash<QString, std::function<void()>> calls {
        {u"job"_s, [&] { relay.endJob(JobId {1}, terminal::EndReason::JobFinished); }},
        {u"other job"_s, [&] { relay.endJob(JobId {2}, terminal::EndReason::JobFinished); }},
        {u"user"_s, [&] { relay.endUser(UserId {2}, terminal::EndReason::RightWithdrawn); }},
        {u"runner"_s, [&] { relay.endRunner(RunnerId {7}, terminal::EndReason::RunnerLost); }},
        {u"no token"_s, [&] { relay.endToken(AccessTokenId {}, terminal::EndReason::RightWithdrawn); }},
        {u"no login"_s, [&] { relay.endLogin(SessionId {}, terminal::EndReason::RightWithdrawn); }},
    };
    calls.value(by)();
    terminal.runner->output("after");
    if (ends) {
        QTRY_VERIFY(terminal.viewer->isClosed);
    } else {
        QTRY_COMPARE(terminal.viewer->output, "after");
    }
}

void RelayTest::limitsSessions_data()
{
    QTest::addColumn<QString>("limit");
    QTest::addColumn<QString>("query");
    QTest::addColumn<bool>("isRefused");
    QTest::newRow("instance") << u"instance"_s << u"job=5&user=6"_s << true;
    QTest::newRow("user") << u"user"_s << u"job=5&user=2"_s << true;
    QTest::newRow("another user") << u"user"_s << u"job=1&user=6"_s << false;
    QTest::newRow("job") << u"job"_s << u"job=1&user=6"_s << true;
    QTest::newRow("another job") << u"job"_s << u"job=5&user=2"_s << false;
    QTest::newRow("runner") << u"runner"_s << u"job=5&user=6"_s << true;
}

void RelayTest::limitsSessions()
{
    QFETCH(QString, limit);
    QFETCH(QString, query);
    QFETCH(bool, isRefused);
    terminal::RelayLimits limits;
    (limit == u"instance"_s   ? limits.maxSessions
         : limit == u"user"_s ? limits.maxSessionsPerUser
         : limit == u"job"_s  ? limits.maxSessionsPerJob
                              : limits.maxSessionsPerRunner)
        = 1;
    RelayFixture fixture(limits);
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    TestViewer second(fixture, query);
    if (isRefused) {
        QTRY_VERIFY(second.isClosed);
        QVERIFY(!second.isConnected);
        QVERIFY2(second.socket.errorString().contains(u"423"_s), qPrintable(second.socket.errorString()));
        // Room again once the first has ended.
        terminal.viewer->send(protocol::ViewerClose {});
        QTRY_COMPARE(fixture.relay().counts().sessions, 0);
        TestViewer third(fixture, query);
        QTRY_VERIFY(third.isConnected);
    } else {
        QTRY_VERIFY(second.isConnected);
    }
}

void RelayTest::limitsHowOftenAUserOpens()
{
    terminal::RelayLimits limits;
    limits.maxOpensPerMinute = 3;
    RelayFixture fixture(limits);
    for (int i = 0; i < 3; ++i) {
        TestViewer viewer(fixture, u"job=1&user=2"_s);
        QTRY_VERIFY(viewer.isConnected);
    }
    TestViewer fourth(fixture, u"job=1&user=2"_s);
    QTRY_VERIFY(fourth.isClosed);
    QVERIFY2(fourth.socket.errorString().contains(u"429"_s), qPrintable(fourth.socket.errorString()));
    TestViewer other(fixture, u"job=1&user=3"_s);
    QTRY_VERIFY(other.isConnected);
}

void RelayTest::survivesARestart_data()
{
    QTest::addColumn<bool>("viewerFirst");
    QTest::addColumn<qint64>("user");
    QTest::addColumn<bool>("isKept");
    QTest::newRow("the runner is back first") << false << qint64(2) << true;
    QTest::newRow("the viewer is back first") << true << qint64(2) << true;
    QTest::newRow("another user wants it") << false << qint64(3) << false;
}

void RelayTest::survivesARestart()
{
    QFETCH(bool, viewerFirst);
    QFETCH(qint64, user);
    QFETCH(bool, isKept);
    RelayFixture fixture({}, Secret {"a key from the data directory"});
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal.runner->output("before the restart");
    QTRY_COMPARE(terminal.viewer->output, "before the restart");
    fixture.restartRelay();
    QTRY_VERIFY(terminal.viewer->isClosed && terminal.runner->isClosed);

    std::unique_ptr<TestViewer> viewer;
    const auto comeBack = [&] {
        viewer = std::make_unique<TestViewer>(
            fixture,
            u"job=1&user=%1&session=%2&offset=18"_s.arg(user).arg(
                QString::fromLatin1(terminal.open.owner.session)));
        return QTest::qWaitFor([&] { return viewer->isConnected || viewer->isClosed; });
    };
    if (viewerFirst) {
        QVERIFY(comeBack());
        viewer->hello();
        QTRY_COMPARE(viewer->state().state, TerminalState::Reconnecting);
    }
    TestRunner runner(fixture, terminal.open);
    QTRY_VERIFY(runner.resume());
    runner.start(runner.resume()->offset);
    runner.output(QByteArray("before the restart, after it").sliced(runner.resume()->offset));
    if (!viewerFirst) {
        QVERIFY(comeBack());
        QCOMPARE(viewer->isConnected, isKept);
        if (!isKept) {
            return;
        }
        viewer->hello();
    }
    QTRY_COMPARE(viewer->output, ", after it");
    QVERIFY(!viewer->session().gap);
    QCOMPARE(fixture.host().opened().size(), 1U); // No second shell.
}

void RelayTest::anObserverAdoptsNoShell()
{
    RelayFixture fixture({}, Secret {"a key from the data directory"});
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    fixture.restartRelay();
    QTRY_VERIFY(terminal.viewer->isClosed && terminal.runner->isClosed);
    const QString session = QString::fromLatin1(terminal.open.owner.session);
    TestViewer observer(fixture, u"job=1&user=3&role=observer&session=%1"_s.arg(session));
    QTRY_VERIFY(observer.isConnected || observer.isClosed);
    QVERIFY(!observer.isConnected);

    TestRunner runner(fixture, terminal.open);
    QTRY_VERIFY(runner.resume());
    runner.start(runner.resume()->offset);
    TestViewer owner(fixture, u"job=1&user=2&session=%1"_s.arg(session));
    QTRY_VERIFY(owner.isConnected);
    TestViewer again(fixture, u"job=1&user=3&role=observer&session=%1"_s.arg(session));
    QTRY_VERIFY(again.isConnected);
}

void RelayTest::aShellEndsWithItsTokenAlsoAfterARestart()
{
    RelayFixture fixture({}, Secret {"a key from the data directory"});
    OpenTerminal terminal(fixture, 256 * 1024, u"job=1&user=2&token=8"_s);
    QVERIFY(terminal.isReady);
    fixture.restartRelay();
    QTRY_VERIFY(terminal.viewer->isClosed && terminal.runner->isClosed);
    TestRunner runner(fixture, terminal.open);
    QTRY_VERIFY(runner.resume());
    QSignalSpy ended(&fixture.relay(), &terminal::TerminalRelay::sessionEnded);
    fixture.relay().endToken(AccessTokenId {9}, terminal::EndReason::RightWithdrawn);
    fixture.relay().endToken(AccessTokenId {8}, terminal::EndReason::RightWithdrawn);
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<terminal::SessionEnd>().reason,
             terminal::EndReason::RightWithdrawn);
}

void RelayTest::countsAndReports()
{
    RelayFixture fixture;
    QSignalSpy opened(&fixture.relay(), &terminal::TerminalRelay::sessionOpened);
    QSignalSpy joined(&fixture.relay(), &terminal::TerminalRelay::viewerJoined);
    QSignalSpy left(&fixture.relay(), &terminal::TerminalRelay::viewerLeft);
    QSignalSpy ended(&fixture.relay(), &terminal::TerminalRelay::sessionEnded);
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    terminal.viewer->socket.sendBinaryMessage("12345");
    terminal.runner->output("1234567");
    QTRY_COMPARE(terminal.viewer->output.size(), 7);
    QTRY_COMPARE(fixture.relay().counts().inputBytes, 5);
    QCOMPARE(fixture.relay().counts().outputBytes, 7);
    QCOMPARE(fixture.relay().counts().sessions, 1);
    QCOMPARE(fixture.relay().counts().viewers, 1);
    terminal.viewer->send(protocol::ViewerClose {});
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(opened.size(), 1);
    QCOMPARE(joined.size(), 1);
    QCOMPARE(left.size(), 1);
    const auto end = ended.front().front().value<terminal::SessionEnd>();
    QCOMPARE(end.inputBytes, 5);
    QCOMPARE(end.outputBytes, 7);
    QCOMPARE(end.reason, terminal::EndReason::Closed);
}

void RelayTest::shutsDownPolitely()
{
    RelayFixture fixture;
    OpenTerminal terminal(fixture);
    QVERIFY(terminal.isReady);
    fixture.relay().shutDown();
    QTRY_VERIFY(terminal.viewer->isClosed);
    QCOMPARE(terminal.viewer->state().reason, "shutting down");
    QCOMPARE(terminal.viewer->socket.closeCode(), QWebSocketProtocol::CloseCodeGoingAway);
    TestViewer late(fixture, u"job=1&user=2"_s);
    QTRY_VERIFY(late.isClosed);
    QVERIFY(!late.isConnected);
}

CAPSTAN_TEST(RelayTest)
#include "tst_relay.moc"
