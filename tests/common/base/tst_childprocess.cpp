// SPDX-License-Identifier: MIT
#include "common/base/childprocess.h"
#include "tests/testmain.h"

#include <QDir>
#include <QPointer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace ci;
using namespace Qt::StringLiterals;

namespace {

ChildCommand shell(const QByteArray &script)
{
    ChildCommand command;
    command.program = "sh";
    command.arguments = {"-c", script};
    return command;
}

// Past the C library, which keeps 32 and 33 for itself.
void ignoreByTheKernel(int signalNumber)
{
    const uint64_t action[8] {reinterpret_cast<uintptr_t>(SIG_IGN)};
    QCOMPARE(::syscall(SYS_rt_sigaction, signalNumber, action, nullptr, size_t {8}), 0);
}

} // namespace

/// A child and all that it said.
class Child : public QObject
{
    Q_OBJECT

public:
    Child()
    {
        connect(&process, &ChildProcess::outputRead, this, [this](const QByteArray &bytes) { output += bytes; });
        connect(&process, &ChildProcess::errorRead, this, [this](const QByteArray &bytes) { errors += bytes; });
        connect(&process, &ChildProcess::finished, this, [this](ChildExit result) {
            exit = result;
            ++finishes;
        });
    }

    ChildProcess process;
    QByteArray output;
    QByteArray errors;
    std::optional<ChildExit> exit;
    int finishes = 0;
};

class ChildProcessTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsAndReports_data();
    void runsAndReports();
    void separatesAndMergesErrors();
    void feedsStandardInput();
    void survivesAChildThatDoesNotReadItsInput();
    void freesItsWriterWhenItDies();
    void refusesWhatCannotStart_data();
    void refusesWhatCannotStart();
    void hasItsDirectoryAndEnvironment();
    void leaksNoDescriptorAndNoSignalSetting();
    void aPausedChildBlocks();
    void killsTheWholeGroup();
    void terminatesThenKills();
    void tellsExitBeforeTheLastWriterOfThePipeEnds();
    void dyingKillsTheGroup();
    void mayDieInItsOwnSignals();
    void runsAgain();
    void changesTheUser();
};

void ChildProcessTest::runsAndReports_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<bool>("signaled");
    QTest::addColumn<int>("code");
    QTest::newRow("success") << "exit 0"_ba << false << 0;
    QTest::newRow("an exit code") << "exit 42"_ba << false << 42;
    QTest::newRow("a signal") << "kill -9 $$"_ba << true << 9;
}

void ChildProcessTest::runsAndReports()
{
    QFETCH(QByteArray, script);
    QFETCH(bool, signaled);
    QFETCH(int, code);
    Child child;
    QVERIFY(child.process.start(shell("echo hello; " + script)));
    QVERIFY(child.process.isRunning());
    const auto pid = static_cast<pid_t>(child.process.pid());
    QTRY_COMPARE(child.finishes, 1);
    QCOMPARE(child.output, "hello\n"_ba);
    QCOMPARE(child.exit->signaled, signaled);
    QCOMPARE(child.exit->code, code);
    QVERIFY(!child.process.isRunning());
    QCOMPARE(::kill(pid, 0), -1); // Reaped: not even a zombie is left.
}

void ChildProcessTest::separatesAndMergesErrors()
{
    Child apart;
    QVERIFY(apart.process.start(shell("echo out; echo err >&2")));
    QTRY_COMPARE(apart.finishes, 1);
    QCOMPARE(apart.output, "out\n"_ba);
    QCOMPARE(apart.errors, "err\n"_ba);
    Child merged;
    ChildCommand command = shell("echo out; echo err >&2");
    command.mergeErrors = true;
    QVERIFY(merged.process.start(command));
    QTRY_COMPARE(merged.finishes, 1);
    QCOMPARE(merged.output, "out\nerr\n"_ba);
    QVERIFY(merged.errors.isEmpty());
}

void ChildProcessTest::feedsStandardInput()
{
    const QByteArray text(3'000'000, 'z');
    Child child;
    QVERIFY(child.process.start(shell("cat")));
    child.process.write(text);
    child.process.closeInput();
    QVERIFY(child.process.bytesToWrite() > 0);
    QTRY_COMPARE(child.finishes, 1);
    QCOMPARE(child.output, text);
    QCOMPARE(child.process.bytesToWrite(), 0);
}

void ChildProcessTest::survivesAChildThatDoesNotReadItsInput()
{
    Child child;
    QVERIFY(child.process.start(shell("exec 0<&-; sleep 0.1; echo done")));
    child.process.write(QByteArray(1'000'000, 'x')); // SIGPIPE would end this test.
    QTRY_COMPARE(child.finishes, 1);
    QCOMPARE(child.output, "done\n"_ba);
    QCOMPARE(child.process.bytesToWrite(), 0);
}

void ChildProcessTest::freesItsWriterWhenItDies()
{
    Child child;
    bool isFree = false;
    connect(&child.process, &ChildProcess::inputWritten, this,
            [&] { isFree = child.process.bytesToWrite() == 0; });
    // The pipe stays open in a grandchild, which does not read either.
    QVERIFY(child.process.start(shell("sleep 100 <&0 >/dev/null 2>&1 & exit 0")));
    child.process.write(QByteArray(1'000'000, 'x'));
    QTRY_VERIFY(isFree);
    QTRY_COMPARE(child.finishes, 1);
}

void ChildProcessTest::refusesWhatCannotStart_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("directory");
    QTest::newRow("a program that is not in PATH") << "no-such-program"_ba << ""_ba;
    QTest::newRow("a path that does not exist") << "/no/such/program"_ba << ""_ba;
    QTest::newRow("a directory") << "/tmp"_ba << ""_ba;
    QTest::newRow("a file that is no program") << "/etc/passwd"_ba << ""_ba;
    QTest::newRow("a directory that does not exist") << "sh"_ba << "/no/such/directory"_ba;
    QTest::newRow("a NUL in the name") << "s\0h"_ba << ""_ba;
}

void ChildProcessTest::refusesWhatCannotStart()
{
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, directory);
    Child child;
    ChildCommand command;
    command.program = program;
    command.directory = directory;
    const Result<void> started = child.process.start(command);
    QVERIFY(!started);
    QVERIFY(!started.error().detail.isEmpty());
    QVERIFY(!child.process.isRunning());
    QCOMPARE(child.finishes, 0);
    QVERIFY(child.process.start(shell("exit 3"))); // And may be used after it.
    QTRY_COMPARE(child.finishes, 1);
}

void ChildProcessTest::hasItsDirectoryAndEnvironment()
{
    const QTemporaryDir directory;
    Child child;
    ChildCommand command = shell("pwd; echo \"$A\"; env | wc -l");
    command.directory = directory.path().toUtf8();
    command.environment = QList<QByteArray> {"A=b c", "PATH=/usr/bin:/bin"};
    QVERIFY(child.process.start(command));
    QTRY_COMPARE(child.finishes, 1);
    QVERIFY(child.output.startsWith(QDir(directory.path()).canonicalPath().toUtf8() + "\nb c\n"));
    QVERIFY(child.output.split('\n').at(2).toInt() <= 4); // PWD and the like are the shell's.
}

void ChildProcessTest::leaksNoDescriptorAndNoSignalSetting()
{
    const int leaky = ::open("/dev/null", O_RDONLY); // Without close-on-exec.
    ignoreByTheKernel(32); // Which the C library lets nobody set; who started us may have.
    Child child;
    QVERIFY(child.process.start(
        shell("ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status; ps -o pgid= -p $$; echo $$")));
    QTRY_COMPARE(child.finishes, 1);
    ::close(leaky);
    QVERIFY2(child.output.startsWith("0 1 2 3 "), child.output.constData()); // 3 is ls's own.
    const QList<QByteArray> lines = child.output.split('\n');
    QVERIFY2(lines.at(0).endsWith("SigBlk:\t0000000000000000"), lines.at(0).constData());
    QCOMPARE(lines.at(1), "SigIgn:\t0000000000000000"_ba);
    QCOMPARE(lines.at(2).trimmed(), lines.at(3)); // Leads its own group.
}

void ChildProcessTest::aPausedChildBlocks()
{
    Child child;
    child.process.setOutputPaused(true);
    QVERIFY(child.process.start(shell("head -c 2000000 /dev/zero; echo end >&2")));
    QTest::qWait(100);
    QVERIFY(child.output.isEmpty());
    QVERIFY(child.process.isRunning()); // Stuck on its full pipe.
    child.process.setOutputPaused(false);
    QTRY_COMPARE(child.finishes, 1);
    QCOMPARE(child.output.size(), 2'000'000);
    QCOMPARE(child.errors, "end\n"_ba);
}

void ChildProcessTest::killsTheWholeGroup()
{
    Child child;
    QVERIFY(child.process.start(shell("sleep 100 & echo $!; wait")));
    QTRY_VERIFY(child.output.endsWith('\n'));
    child.process.signalGroup(SIGKILL);
    QTRY_COMPARE(child.finishes, 1);
    QVERIFY(child.exit->signaled);
}

void ChildProcessTest::terminatesThenKills()
{
    Child polite;
    QVERIFY(polite.process.start(shell("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done")));
    QTRY_COMPARE(polite.output, "up\n"_ba);
    polite.process.terminate(std::chrono::seconds(10));
    QTRY_COMPARE(polite.finishes, 1);
    QCOMPARE(polite.exit->code, 5);
    Child stubborn;
    QVERIFY(stubborn.process.start(shell("trap '' TERM; echo up; while :; do sleep 0.05; done")));
    QTRY_COMPARE(stubborn.output, "up\n"_ba);
    stubborn.process.terminate(std::chrono::milliseconds(100));
    QTRY_COMPARE(stubborn.finishes, 1);
    QCOMPARE(stubborn.exit->code, SIGKILL);
}

void ChildProcessTest::tellsExitBeforeTheLastWriterOfThePipeEnds()
{
    Child child;
    QSignalSpy exited(&child.process, &ChildProcess::exited);
    QVERIFY(child.process.start(shell("sleep 100 & exit 7")));
    QTRY_COMPARE(exited.size(), 1);
    QCOMPARE(child.finishes, 0);
    child.process.signalGroup(SIGKILL); // The group is still there, and still ours.
    QTRY_COMPARE(child.finishes, 1);
    QCOMPARE(child.exit->code, 7);
}

void ChildProcessTest::dyingKillsTheGroup()
{
    pid_t sleeper = 0;
    pid_t leader = 0;
    {
        Child child;
        QVERIFY(child.process.start(shell("sleep 100 & echo $!; wait")));
        QTRY_VERIFY(child.output.endsWith('\n'));
        sleeper = child.output.trimmed().toInt();
        leader = static_cast<pid_t>(child.process.pid());
    }
    QVERIFY(sleeper > 0);
    QTRY_COMPARE(::kill(leader, 0), -1);
    const auto isAlive = [sleeper] {
        QFile status(u"/proc/%1/stat"_s.arg(sleeper));
        return status.open(QIODevice::ReadOnly) && !status.readAll().contains(") Z ");
    };
    QTRY_VERIFY(!isAlive());
}

void ChildProcessTest::mayDieInItsOwnSignals()
{
    for (const int which : {0, 1, 2}) {
        QPointer<ChildProcess> process = new ChildProcess(this);
        const auto die = [process] { delete process.data(); };
        if (which == 0) {
            connect(process, &ChildProcess::outputRead, this, die);
        } else if (which == 1) {
            connect(process, &ChildProcess::exited, this, die);
        } else {
            connect(process, &ChildProcess::finished, this, die);
        }
        QVERIFY(process->start(shell("echo x")));
        QTRY_VERIFY(process.isNull());
    }
}

void ChildProcessTest::runsAgain()
{
    Child child;
    for (int i = 1; i <= 20; ++i) {
        QVERIFY(child.process.start(shell("exit " + QByteArray::number(i))));
        QVERIFY(!child.process.start(shell("exit 0"))); // Not while it runs.
        QTRY_COMPARE(child.finishes, i);
        QCOMPARE(child.exit->code, i);
    }
}

void ChildProcessTest::changesTheUser()
{
    if (::getuid() != 0) {
        QSKIP("only root may change the user");
    }
    Child child;
    ChildCommand command = shell("id -u; id -g; id -G");
    command.userId = 65534;
    QVERIFY(child.process.start(command));
    QTRY_COMPARE(child.finishes, 1);
    QCOMPARE(child.output, "65534\n65534\n65534\n"_ba);
}

CAPSTAN_TEST(ChildProcessTest)
#include "tst_childprocess.moc"
