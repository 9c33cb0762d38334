// SPDX-License-Identifier: MIT
#include "runner/terminals.h"
#include "tests/coordinator/terminal/relayfixture.h"
#include "tests/testmain.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::test;
using protocol::TerminalState;

namespace {

/// A runner with one job whose project is a temporary directory.
class OneJob final : public runner::TerminalHost
{
public:
    OneJob()
    {
        // Debian's /etc/bash.bashrc sets another prompt for root.
        QFile file(directory.filePath(u".bashrc"_s));
        if (file.open(QIODevice::WriteOnly)) {
            file.write("PS1='$ '\n");
        }
    }

    Result<runner::TerminalPlace> terminalPlace(JobId job) override
    {
        if (job != JobId {1}) {
            return notFound(u"the job does not run here"_s);
        }
        runner::TerminalPlace place;
        place.directory = QFile::encodeName(directory.path());
        place.environment = {"PATH=/usr/bin:/bin", "CI_JOB_ID=1", "HISTFILE=/dev/null",
                             "HOME=" + place.directory, "TERM=dumb"};
        return place;
    }

    QTemporaryDir directory;
};

/// Viewer, relay and server, runner, pty and shell: everything but the API between them.
class FullPath
{
public:
    explicit FullPath(Secret key = {}) : fixture({}, std::move(key))
    {
        runner::CoordinatorAddress address;
        address.url = QUrl(u"http://127.0.0.1:%1"_s.arg(fixture.port()));
        address.token = Secret {"token"};
        terminals = std::make_unique<runner::RunnerTerminals>(address, host);
    }

    /// A viewer at a shell that has shown its prompt.
    std::unique_ptr<TestViewer> open(qint64 credit = 256 * 1024)
    {
        auto viewer = std::make_unique<TestViewer>(fixture, u"job=1&user=2"_s);
        const size_t before = fixture.host().opened().size();
        if (!QTest::qWaitFor([&] { return viewer->isConnected; })) {
            return nullptr;
        }
        viewer->hello(credit);
        if (!QTest::qWaitFor([&] { return fixture.host().opened().size() > before; })) {
            return nullptr;
        }
        last = fixture.host().opened().back();
        terminals->open({last.owner.job, last.owner.session, last.secret, last.size});
        return QTest::qWaitFor([&] { return viewer->output.contains("$ "); }, 20'000)
            ? std::move(viewer)
            : nullptr;
    }

    QString comeBack(qint64 offset) const
    {
        return u"job=1&user=2&session=%1&offset=%2"_s
            .arg(QString::fromLatin1(last.owner.session)).arg(offset);
    }

    RelayFixture fixture;
    OneJob host;
    std::unique_ptr<runner::RunnerTerminals> terminals;
    terminal::RunnerOpen last;
};

/// Processes whose command line contains the text.
int processesWith(const QByteArray &text)
{
    int found = 0;
    const QStringList entries = QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs);
    for (const QString &entry : entries) {
        QFile file(u"/proc/"_s + entry + u"/cmdline"_s);
        if (file.open(QIODevice::ReadOnly) && file.readAll().replace('\0', ' ').contains(text)) {
            ++found;
        }
    }
    return found;
}

#ifdef __SANITIZE_ADDRESS__
constexpr qint64 MostMore = 64'000'000; // The sanitizer keeps what was freed.
#else
constexpr qint64 MostMore = 2'000'000;
#endif

qint64 residentBytes()
{
    QFile file(u"/proc/self/statm"_s);
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').at(1).toLongLong() * 4096 : 0;
}

} // namespace

class FullPathTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensAShellInTheProject();
    void followsTheViewersSize();
    void tellsTheExitStatus();
    void disconnectKillsEveryProcess();
    void endOfTheShellKillsWhatItLeft();
    void refusesAJobThatIsNotThere();
    void restartInAFloodLosesNoByte();
    void lostViewerComesBackToTheSameBytes();
    void stalledFloodKeepsMemoryAndOthersQuick();
    void longPasteArrivesWhole();
    void lonelyEndOfJobClosesAll();
};

void FullPathTest::opensAShellInTheProject()
{
    FullPath path;
    const auto viewer = path.open();
    QVERIFY(viewer);
    QCOMPARE(path.terminals->count(JobId {1}), 1);
    QCOMPARE(path.terminals->sessions(), QList {path.last.owner.session});
    viewer->socket.sendBinaryMessage("echo \"<$PWD|$CI_JOB_ID|$TERM|$-|$(tty)>\"\r");
    const QByteArray start = '<' + QFile::encodeName(path.host.directory.path()) + "|1|xterm-256color|";
    QTRY_VERIFY2(viewer->output.contains(start), viewer->output.constData());
    QTRY_VERIFY(viewer->output.contains("|/dev/pts/"));
    const qsizetype flags = viewer->output.indexOf(start) + start.size();
    QVERIFY(viewer->output.sliced(flags, 12).contains('i')); // An interactive shell with job control.
    QVERIFY(viewer->output.sliced(flags, 12).contains('m'));
}

void FullPathTest::followsTheViewersSize()
{
    FullPath path;
    const auto viewer = path.open();
    QVERIFY(viewer);
    viewer->socket.sendBinaryMessage("stty size\r");
    QTRY_VERIFY(viewer->output.contains("30 100\r\n"));
    viewer->send(protocol::ViewerResize {{132, 43}});
    viewer->send(protocol::ViewerResize {{0, -1}});
    viewer->socket.sendBinaryMessage("stty size\r");
    QTRY_VERIFY(viewer->output.contains("43 132\r\n"));
}

void FullPathTest::tellsTheExitStatus()
{
    FullPath path;
    const auto viewer = path.open();
    QVERIFY(viewer);
    QSignalSpy closed(path.terminals.get(), &runner::RunnerTerminals::closed);
    viewer->socket.sendBinaryMessage("echo last words; exit 3\r");
    QTRY_VERIFY(viewer->isClosed);
    QVERIFY(viewer->output.contains("last words\r\n"));
    QCOMPARE(viewer->state().reason, "shell exited");
    const protocol::TerminalNews exit = protocol::TerminalExit {false, 3};
    QVERIFY(std::find(viewer->news.begin(), viewer->news.end(), exit) != viewer->news.end());
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(closed.front().at(1).toInt(), 0);
}

void FullPathTest::disconnectKillsEveryProcess()
{
    FullPath path;
    const auto viewer = path.open();
    QVERIFY(viewer);
    viewer->socket.sendBinaryMessage("setsid sleep 86301 & (setsid sleep 86301 &) ; nohup sleep 86301 & "
                                     "(trap '' HUP TERM; sleep 86301) & "
                                     "python3 -c 'import os,time\nif os.fork()==0:\n os.setsid()\n"
                                     " if os.fork()==0: os.execlp(\"sleep\",\"sleep\",\"86301\")' ; "
                                     "echo all \"started\"\r");
    QTRY_VERIFY_WITH_TIMEOUT(viewer->output.contains("all started"), 20'000);
    QTRY_VERIFY(processesWith("sleep 86301") >= 4);
    viewer->send(protocol::ViewerClose {});
    QTRY_COMPARE_WITH_TIMEOUT(processesWith("sleep 86301"), 0, 5'000);
    QTRY_COMPARE(path.terminals->count(JobId {1}), 0);
}

void FullPathTest::endOfTheShellKillsWhatItLeft()
{
    FullPath path;
    const auto viewer = path.open();
    QVERIFY(viewer);
    viewer->socket.sendBinaryMessage("setsid nohup sleep 86302 >/dev/null 2>&1 & disown; exit\r");
    QTRY_VERIFY_WITH_TIMEOUT(viewer->isClosed, 10'000);
    QTRY_COMPARE(processesWith("sleep 86302"), 0);
}

void FullPathTest::refusesAJobThatIsNotThere()
{
    FullPath path;
    QSignalSpy refused(path.terminals.get(), &runner::RunnerTerminals::refused);
    path.terminals->open({JobId {2}, "AAAAAAAAAAAAAAAAAAAAAA", Secret {"x"}, {}});
    QCOMPARE(refused.size(), 1);
    QCOMPARE(path.terminals->count(JobId {2}), 0);
    // A session that the coordinator does not know: the shell is ended.
    path.terminals->open({JobId {1}, "AAAAAAAAAAAAAAAAAAAAAA", Secret {"x"}, {}});
    QCOMPARE(path.terminals->count(JobId {1}), 1);
    QTRY_COMPARE(path.terminals->count(JobId {1}), 0);
}

void FullPathTest::restartInAFloodLosesNoByte()
{
    FullPath path(Secret {"a key from the data directory"});
    auto viewer = path.open();
    QVERIFY(viewer);
    viewer->socket.sendBinaryMessage("stty -opost; seq 1 300000; echo \"the\" end\r");
    QByteArray all;
    for (int restart = 0; restart < 3; ++restart) {
        qint64 offset = 0;
        QTRY_VERIFY_WITH_TIMEOUT(viewer->output.size() > 50'000, 20'000);
        // The viewer takes what comes and grants it again.
        all += viewer->output;
        offset = viewer->offset();
        viewer->socket.abort();
        path.fixture.restartRelay();
        viewer = std::make_unique<TestViewer>(path.fixture, path.comeBack(offset));
        QTRY_VERIFY(viewer->isConnected);
        viewer->hello();
        QTRY_VERIFY_WITH_TIMEOUT(!viewer->session().session.isEmpty(), 20'000);
        QCOMPARE(viewer->session().offset, offset);
        QVERIFY(!viewer->session().gap);
    }
    qsizetype granted = 0;
    const bool isDone = QTest::qWaitFor(
        [&] {
            if (viewer->output.size() - granted > 64 * 1024) {
                viewer->send(protocol::ViewerCredit {viewer->output.size() - granted});
                granted = viewer->output.size();
            }
            return viewer->output.contains("the end\n");
        },
        60'000);
    QVERIFY(isDone);
    all += viewer->output;
    QByteArray expected;
    for (int i = 1; i <= 300'000; ++i) {
        expected += QByteArray::number(i) + '\n';
    }
    const qsizetype start = all.indexOf("1\n2\n3\n");
    QVERIFY(start > 0);
    QVERIFY(all.sliced(start, expected.size()) == expected);
}

void FullPathTest::lostViewerComesBackToTheSameBytes()
{
    FullPath path;
    auto viewer = path.open();
    QVERIFY(viewer);
    viewer->socket.sendBinaryMessage("stty -opost; for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.05; "
                                     "done; echo \"the\" end\r");
    QTRY_VERIFY(viewer->output.contains("line 2\n"));
    QByteArray all = viewer->output;
    const qint64 offset = viewer->offset();
    viewer->socket.abort();
    QTRY_COMPARE(path.fixture.relay().counts().viewers, 0);
    viewer = std::make_unique<TestViewer>(path.fixture, path.comeBack(offset));
    QTRY_VERIFY(viewer->isConnected);
    viewer->hello();
    QTRY_VERIFY(viewer->output.contains("the end\n"));
    all += viewer->output;
    QVERIFY(all.contains("line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\n"));
}

void FullPathTest::stalledFloodKeepsMemoryAndOthersQuick()
{
    FullPath path;
    const auto other = path.open();
    const auto stalled = path.open(100'000);
    QVERIFY(other && stalled);
    const qint64 before = residentBytes();
    stalled->socket.sendBinaryMessage("yes\r");
    QTRY_COMPARE(stalled->output.size(), 100'000);
    // Not in the line editor, which would wrap what is typed.
    other->socket.sendBinaryMessage("echo \"go\" on; exec cat\r");
    QTRY_VERIFY(other->output.contains("go on"));
    for (int i = 0; i < 50; ++i) {
        const QByteArray word = "key" + QByteArray::number(i) + "\r\n";
        other->socket.sendBinaryMessage(word);
        QTRY_VERIFY(other->output.contains(word));
    }
    QCOMPARE(stalled->output.size(), 100'000);
    // Both ends' rings and sockets; the test's own 100 KB come on top.
    QVERIFY2(residentBytes() - before < MostMore, QByteArray::number(residentBytes() - before));
    // It goes on where it stood, and the shell still obeys.
    stalled->send(protocol::ViewerCredit {1'000'000});
    stalled->socket.sendBinaryMessage("\x03");
    QTRY_VERIFY(stalled->output.size() > 100'000);
    QTRY_VERIFY_WITH_TIMEOUT(stalled->output.last(200).contains("$ "), 20'000);
}

void FullPathTest::longPasteArrivesWhole()
{
    FullPath path;
    const auto viewer = path.open(1 << 30);
    QVERIFY(viewer);
    viewer->socket.sendBinaryMessage("stty -echo; echo \"go\" on; cat > pasted; echo \"all\" read\r");
    QTRY_VERIFY(viewer->output.contains("go on"));
    QByteArray text;
    for (int i = 0; text.size() < 400'000; ++i) {
        text += "line " + QByteArray::number(i) + " of a long paste\n";
    }
    for (qsizetype at = 0; at < text.size(); at += 50'000) {
        viewer->socket.sendBinaryMessage(text.sliced(at, std::min<qsizetype>(50'000, text.size() - at)));
    }
    viewer->socket.sendBinaryMessage("\x04");
    QTRY_VERIFY_WITH_TIMEOUT(viewer->output.contains("all read"), 20'000);
    QFile file(path.host.directory.filePath(u"pasted"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll() == text);
}

void FullPathTest::lonelyEndOfJobClosesAll()
{
    FullPath path;
    const auto first = path.open();
    const auto second = path.open();
    QVERIFY(first && second);
    QCOMPARE(path.terminals->count(JobId {1}), 2);
    path.terminals->closeJob(JobId {1});
    QTRY_COMPARE(path.terminals->count(JobId {1}), 0);
    QTRY_VERIFY(first->isClosed && second->isClosed);
}

CAPSTAN_TEST(FullPathTest)
#include "tst_fullpath.moc"
