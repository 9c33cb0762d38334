// SPDX-License-Identifier: MIT
#include "runner/jobprocess.h"
#include "runner/keeper/descriptors.h"
#include "runner/keeper/nursery.h"
#include "runner/keeper/wire.h"
#include "runner/keepernursery.h"
#include "tests/testmain.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace ci::runner;

static bool lives(const QByteArray &pid)
{
    QFile stat(u"/proc/%1/stat"_s.arg(QString::fromLatin1(pid.trimmed())));
    return stat.open(QIODevice::ReadOnly) && !stat.readAll().contains(") Z");
}

static KeeperCommand shell(const QByteArray &text)
{
    KeeperCommand command;
    command.program = "/bin/bash";
    command.arguments = {"-c", text};
    command.environment = {"PATH=/usr/bin:/bin"};
    return command;
}

class KeeperTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesOutputThenTheEnd_data();
    void givesOutputThenTheEnd();
    void saysWhyNothingStarted_data();
    void saysWhyNothingStarted();
    void killsWhateverLeftItsGroup();
    void diesWithItsMaker();
    void inheritsNothing();
    void changesTheUser();
    void endsAForkBomb();
    void takesLongCommands();
    void startsANewNurseryAfterOneIsKilled();
    void forksFromTheSmallProgram();
    void canAlsoForkFromThisOne();
};

void KeeperTest::givesOutputThenTheEnd_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("value");
    QTest::addColumn<bool>("signaled");
    QTest::newRow("well") << "echo out; echo err >&2"_ba << 0 << false;
    QTest::newRow("badly") << "echo out; echo err >&2; exit 5"_ba << 5 << false;
    QTest::newRow("by a signal") << "echo out; echo err >&2; kill -9 $$"_ba << 9 << true;
}

void KeeperTest::givesOutputThenTheEnd()
{
    QFETCH(QByteArray, text);
    QFETCH(int, value);
    QFETCH(bool, signaled);
    JobProcess process;
    QByteArray output;
    std::optional<ProgramEnd> end;
    connect(&process, &JobProcess::outputRead, this, [&](const QByteArray &bytes) { output += bytes; });
    connect(&process, &JobProcess::finished, this, [&](ProgramEnd given) {
        end = given;
        QCOMPARE(output, "out\nerr\n"_ba);
    });
    QVERIFY(process.start(shell(text)).isOk());
    QTRY_VERIFY(end.has_value());
    QCOMPARE(end->value, value);
    QCOMPARE(end->kind == ProgramEnd::Kind::Signaled, signaled);
    QSignalSpy gone(&process, &JobProcess::gone);
    process.end();
    QVERIFY(gone.wait());
}

void KeeperTest::saysWhyNothingStarted_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("directory");
    QTest::addColumn<int>("error");
    QTest::newRow("no program") << "/nonexistent"_ba << "/"_ba << ENOENT;
    QTest::newRow("no directory") << "/bin/true"_ba << "/nonexistent"_ba << ENOENT;
    QTest::newRow("not a program") << "/etc/passwd"_ba << "/"_ba << EACCES;
}

void KeeperTest::saysWhyNothingStarted()
{
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, directory);
    QFETCH(int, error);
    JobProcess process;
    std::optional<ProgramEnd> end;
    connect(&process, &JobProcess::finished, this, [&](ProgramEnd given) { end = given; });
    QSignalSpy gone(&process, &JobProcess::gone);
    KeeperCommand command;
    command.program = program;
    command.directory = directory;
    QVERIFY(process.start(command).isOk());
    QTRY_VERIFY(end.has_value());
    QCOMPARE(end->kind, ProgramEnd::Kind::CannotStart);
    QCOMPARE(end->value, error);
    QTRY_COMPARE(gone.size(), 1);
}

void KeeperTest::killsWhateverLeftItsGroup()
{
    QTemporaryDir directory;
    const QByteArray list = directory.filePath(u"pids"_s).toUtf8();
    JobProcess process;
    QSignalSpy finished(&process, &JobProcess::finished);
    QVERIFY(process.start(shell("setsid bash -c 'echo $$ >> " + list
                                + "; (setsid nohup bash -c \"echo \\$\\$ >> " + list
                                + "; exec sleep 300\" &) ; sleep 300' & "
                                  "while [ $(wc -l < " + list + " 2>/dev/null || echo 0) -lt 2 ]; "
                                  "do sleep 0.02; done")).isOk());
    QVERIFY(finished.wait(10'000));
    QFile file(directory.filePath(u"pids"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QList<QByteArray> pids = file.readAll().split('\n');
    pids.removeAll("");
    QCOMPARE(pids.size(), 2);
    for (const QByteArray &pid : pids) {
        QVERIFY(lives(pid)); // The background outlives the program …
    }
    QSignalSpy gone(&process, &JobProcess::gone);
    process.end();
    QVERIFY(gone.wait());
    for (const QByteArray &pid : pids) {
        QVERIFY2(!lives(pid), pid.constData()); // … and not the job.
    }
}

// kill -9 of the runner must leave nothing of the job.
void KeeperTest::diesWithItsMaker()
{
    QTemporaryDir directory;
    const QByteArray list = directory.filePath(u"pids"_s).toUtf8();
    const KeeperCommand command = shell("echo $$ >> " + list + "; setsid sleep 300 & echo $! >> "
                                        + list + "; echo >> " + list + "; wait");
    const pid_t maker = ::fork();
    if (maker == 0) {
        KeeperCommand own = command;
        own.output = 1;
        own.error = 2;
        auto keeper = Keeper::start(own);
        ::pause();
        ::_exit(0);
    }
    QFile file(directory.filePath(u"pids"_s));
    QByteArray text;
    QTRY_VERIFY_WITH_TIMEOUT(
        (file.close(), file.open(QIODevice::ReadOnly) && (text = file.readAll()).endsWith("\n\n")),
        10'000);
    ::kill(maker, SIGKILL);
    ::waitpid(maker, nullptr, 0);
    QList<QByteArray> pids = text.split('\n');
    pids.removeAll("");
    QCOMPARE(pids.size(), 2);
    for (const QByteArray &pid : pids) {
        QTRY_VERIFY2(!lives(pid), pid.constData());
    }
}

// More than one message between the two, and a value as long as the kernel takes.
void KeeperTest::takesLongCommands()
{
    KeeperCommand command = shell("echo ${#A} ${#B} $1");
    command.environment << "A=" + QByteArray(120'000, 'a') << "B=" + QByteArray(100'000, 'b');
    command.arguments << "zero"_ba << QByteArray(90'000, 'c');
    JobProcess process;
    QByteArray output;
    connect(&process, &JobProcess::outputRead, this, [&](const QByteArray &bytes) { output += bytes; });
    QSignalSpy finished(&process, &JobProcess::finished);
    QVERIFY(process.start(command).isOk());
    QVERIFY(finished.wait());
    QCOMPARE(output, "120000 100000 " + QByteArray(90'000, 'c') + '\n');
}

void KeeperTest::startsANewNurseryAfterOneIsKilled()
{
    const pid_t first = KeeperNursery::instance().process();
    QCOMPARE(::kill(first, SIGKILL), 0);
    siginfo_t info {};
    QCOMPARE(::waitid(P_PID, static_cast<id_t>(first), &info, WEXITED | WNOWAIT), 0);
    JobProcess process;
    QSignalSpy finished(&process, &JobProcess::finished);
    QVERIFY(process.start(shell("true")).isOk());
    QVERIFY(finished.wait());
    QVERIFY(KeeperNursery::instance().process() != first);
}

void KeeperTest::forksFromTheSmallProgram()
{
    const pid_t nursery = KeeperNursery::instance().process();
    // It may still be on its way from our fork to its own program.
    QTRY_VERIFY(QFile::symLinkTarget(u"/proc/%1/exe"_s.arg(nursery)).contains("capstan-nursery"_L1));
}

void KeeperTest::canAlsoForkFromThisOne()
{
    int requests[2];
    int channel[2];
    QCOMPARE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, requests), 0);
    QCOMPARE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel), 0);
    const pid_t nursery = ::fork();
    if (nursery == 0) {
        ci::keeper::tendNursery(requests[1]);
    }
    ::close(requests[1]);
    QVERIFY(ci::keeper::sendDescriptors(requests[0], "", 1, {channel[1]}));
    ::close(channel[1]);
    constexpr char Text[] = "/bin/false\0/\0false";
    ci::keeper::CommandHead head;
    head.bytes = sizeof Text;
    head.arguments = 1;
    QVERIFY(ci::keeper::sendCommand(channel[0], head, Text, 1, 2, -1));
    ci::keeper::Hello hello;
    QCOMPARE(::recv(channel[0], &hello, sizeof hello, 0), ssize_t {sizeof hello});
    QVERIFY(hello.program > 0);
    ci::keeper::News news;
    QCOMPARE(::recv(channel[0], &news, sizeof news, 0), ssize_t {sizeof news});
    QCOMPARE(news.kind, ci::keeper::News::Kind::Exited);
    QCOMPARE(news.value, 1);
    ::close(channel[0]);
    ::close(requests[0]);
    QCOMPARE(::waitpid(nursery, nullptr, 0), nursery);
}

void KeeperTest::inheritsNothing()
{
    qputenv("CAPSTAN_TEST_SECRET", "x");
    const int leak = ::open("/etc/passwd", O_RDONLY); // Not close-on-exec, on purpose.
    JobProcess process;
    QByteArray output;
    connect(&process, &JobProcess::outputRead, this, [&](const QByteArray &bytes) { output += bytes; });
    QSignalSpy finished(&process, &JobProcess::finished);
    QVERIFY(process.start(shell("ls -l /proc/$$/fd; env; trap; umask; grep Sig[BI] /proc/$$/status")).isOk());
    QVERIFY(finished.wait());
    ::close(leak);
    QVERIFY(!output.contains("passwd"));
    QVERIFY(!output.contains("CAPSTAN_TEST_SECRET"));
    QVERIFY(output.contains("SigBlk:\t0000000000000000"));
    QVERIFY(output.contains("SigIgn:\t0000000000000000"));
    QVERIFY(output.contains("0022"));
}

void KeeperTest::changesTheUser()
{
    if (::geteuid() != 0) {
        QSKIP("only root can change the user");
    }
    const ci::Result<JobUser> nobody = findUser("nobody");
    QVERIFY(nobody.isOk());
    QVERIFY(!findUser("no-such-user-here").isOk());
    JobProcess process;
    QByteArray output;
    connect(&process, &JobProcess::outputRead, this, [&](const QByteArray &bytes) { output += bytes; });
    QSignalSpy finished(&process, &JobProcess::finished);
    KeeperCommand command = shell("id -u; id -G; cat /etc/shadow; kill -9 $PPID; cat /proc/$PPID/environ");
    command.user = *nobody;
    QVERIFY(process.start(command).isOk());
    QVERIFY(finished.wait());
    QVERIFY(output.startsWith("65534\n"));
    QVERIFY(!output.contains("root:"));
    QVERIFY(output.contains("ermission denied") || output.contains("not permitted"));
}

void KeeperTest::endsAForkBomb()
{
    JobProcess process;
    QSignalSpy gone(&process, &JobProcess::gone);
    QVERIFY(process.start(shell("ulimit -u 200; f() { for i in 1 2 3; do (sleep 0.01; f) & done; wait; };"
                                "g() { local d=$1; [ $d -gt 3 ] && exec setsid sleep 100;"
                                " for i in 1 2 3; do (g $((d+1))) & done; wait; }; g 0")).isOk());
    QTRY_VERIFY(process.isRunning());
    process.end();
    QVERIFY(gone.wait(10'000));
}

CAPSTAN_TEST(KeeperTest)
#include "tst_keeper.moc"
