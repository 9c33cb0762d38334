// SPDX-License-Identifier: MIT
#include "runner/jobrun.h"
#include "runner/uploadstage.h"
#include "tests/runner/fakecoordinator.h"
#include "tests/testmain.h"

#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QProcess>
#include <QSemaphore>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace ci::runner;
using ci::protocol::FailureReason;
using ci::protocol::JobPayload;
using ci::protocol::JobUpdate;
using ci::protocol::UpdateState;
using ci::test::FakeCoordinator;
using std::chrono::milliseconds;

static JobPayload scriptJob(const QStringList &script, const QStringList &after = {})
{
    JobPayload job;
    job.id = 41;
    job.token = ci::Secret("job-token-1234"_ba);
    job.gitInfo.repoUrl = u"http://gitlab-ci-token:job-token-1234@127.0.0.1:1/group/sample.git"_s;
    job.gitInfo.sha = QString(40, u'0');
    job.features.traceSections = true;
    job.runnerInfo.timeoutSeconds = 60;
    job.variables = {{u"GIT_STRATEGY"_s, u"none"_s, true, false, false, false}};
    job.steps = {{u"script"_s, script, 60, ci::protocol::RunWhen::OnSuccess, false}};
    if (!after.isEmpty()) {
        job.steps.append(
            {u"after_script"_s, after, 60, ci::protocol::RunWhen::Always, true});
    }
    return job;
}

static bool isAlive(const QByteArray &pid)
{
    QFile status(u"/proc/%1/stat"_s.arg(QString::fromLatin1(pid.trimmed())));
    return status.open(QIODevice::ReadOnly) && !status.readAll().contains(") Z");
}

class JobRunTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void confirmsRunsAndReports();
    void dropsARefusedJob();
    void waitsForTheConfirmation();
    void reportsExitCodes();
    void hidesSecretsAndItsOwnEnvironment();
    void hidesWhatMaskedVariablesResolveTo();
    void afterScriptSeesTheResult();
    void timeoutEndsTheJob();
    void timeoutEndsAFailedJob();
    void runsJobsWithAVeryLongTimeout();
    void scriptTimeoutLeavesAfterScript();
    void politeCancelRunsAfterScript();
    void abortEndsAllProcesses();
    void cancelComesWithAnAnswer();
    void backgroundLivesUntilTheEnd();
    void sendsTheLogAgainAfterLosses_data();
    void sendsTheLogAgainAfterLosses();
    void repeatsTheResultUntilAccepted_data();
    void repeatsTheResultUntilAccepted();
    void sendsTheResultWhereTheLogIsRefused();
    void endsWhereTheResultIsRefused();
    void sendsTheResultWhereTheLogIsLost();
    void terminalHoldsTheEnd();
    void holdEndsByItself();
    void fetchesRealRepositories();
    void fetchesAgainWhenTheCoordinatorWasAway();
    void fetchesSubmodules_data();
    void fetchesSubmodules();
    void carriesUntrackedFiles();
    void keepsCaches();
    void keepsCachesApart();
    void removesHalfCachesOfAnEarlierRunner();
    void carriesArtifacts();
    void failsWhenAnUploadIsRefused();
    void followsAnUploadElsewhere();
    void sendsAnUploadOnlyWhereItMay_data();
    void sendsAnUploadOnlyWhereItMay();
    void fileVariablesMayBeCalledAsOurFiles_data();
    void fileVariablesMayBeCalledAsOurFiles();
    void fileVariablesGoAway();
    void leavesLongRemovalsToAWorker();
    void asksNoWorkerForFewFiles();

private:
    JobRun *begin(const JobPayload &job);
    /// Runs to the end; the accepted update.
    JobUpdate finish(const JobPayload &job);
    /// Reports success with this log, without a job; whether that came to an end.
    bool report(JobLog &log);
    QByteArray file(const QString &name) const;
    QByteArray waitForFile(const QString &name) const;

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<FakeCoordinator> m_coordinator;
    std::unique_ptr<CoordinatorClient> m_client;
    std::unique_ptr<JobRun> m_run;
    QThreadPool m_workers;
    seconds m_sessionTimeout {60};
};

void JobRunTest::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_coordinator = std::make_unique<FakeCoordinator>();
    m_sessionTimeout = seconds {60};
}

void JobRunTest::cleanup()
{
    m_run.reset();
    m_client.reset();
    m_coordinator.reset();
}

JobRun *JobRunTest::begin(const JobPayload &job)
{
    JobOrder order;
    order.entry.name = u"test runner"_s;
    order.entry.url = m_coordinator->url();
    order.entry.token = ci::Secret("runnertoken1"_ba);
    order.entry.buildsDir = m_directory->filePath(u"builds"_s);
    order.entry.cacheDir = m_directory->filePath(u"cache"_s);
    order.systemId = "s_0123456789ab";
    order.payload = job;
    order.user = ownUser();
    order.sessionTimeout = m_sessionTimeout;
    order.workers = &m_workers;
    m_client = std::make_unique<CoordinatorClient>(order.entry, order.systemId);
    order.client = m_client.get();
    m_run = std::make_unique<JobRun>(order);
    m_run->start();
    return m_run.get();
}

JobUpdate JobRunTest::finish(const JobPayload &job)
{
    QSignalSpy ended(begin(job), &JobRun::ended);
    const bool isOver = ended.wait(30'000);
    const auto end = m_coordinator->end(job.id);
    if (!isOver || !end) {
        qWarning("no end; the log was: %s", m_coordinator->log(job.id).constData());
    }
    return end.value_or(JobUpdate());
}

QByteArray JobRunTest::file(const QString &name) const
{
    QFile found(m_directory->filePath(name));
    return found.open(QIODevice::ReadOnly) ? found.readAll() : QByteArray();
}

QByteArray JobRunTest::waitForFile(const QString &name) const
{
    [&] { QTRY_VERIFY_WITH_TIMEOUT(file(name).endsWith('\n'), 10'000); }();
    return file(name).trimmed();
}

void JobRunTest::confirmsRunsAndReports()
{
    const JobUpdate end = finish(scriptJob({u"echo hello"_s}));
    QCOMPARE(end.state, UpdateState::Success);
    const QByteArray log = m_coordinator->log(41);
    QVERIFY(log.contains("\033[32;1m$ echo hello\033[0;m\nhello\n"));
    QVERIFY(log.contains(":step_script\r\033[0K"));
    QVERIFY(log.contains("Job succeeded"));
    QCOMPARE(m_coordinator->calls().first(), "PUT running"_ba); // Before any PATCH.
    QCOMPARE(m_coordinator->calls().last(), "PUT success"_ba);
    QVERIFY(m_coordinator->calls().size() <= 4);
}

void JobRunTest::dropsARefusedJob()
{
    m_coordinator->disturb("PUT", 403, 1);
    QSignalSpy ended(begin(scriptJob({u"touch ran"_s})), &JobRun::ended);
    QVERIFY(ended.wait());
    QCOMPARE(m_coordinator->calls(), QByteArrayList {"PUT running"});
}

void JobRunTest::waitsForTheConfirmation()
{
    m_coordinator->disturb("PUT", 503, 2);
    QCOMPARE(finish(scriptJob({u"true"_s})).state, UpdateState::Success);
    QCOMPARE(m_coordinator->calls().mid(0, 3),
             (QByteArrayList {"PUT running", "PUT running", "PUT running"}));
}

void JobRunTest::reportsExitCodes()
{
    const JobUpdate end = finish(scriptJob({u"exit 37"_s}));
    QCOMPARE(end.state, UpdateState::Failed);
    QCOMPARE(end.failureReason, FailureReason::ScriptFailure);
    QCOMPARE(end.exitCode, 37);
    QVERIFY(m_coordinator->log(41).contains("ERROR: Job failed: exit status 37"));
}

void JobRunTest::hidesSecretsAndItsOwnEnvironment()
{
    qputenv("CAPSTAN_TEST_LEAK", "leaked-value");
    JobPayload job = scriptJob({u"echo $S; echo ${S:0:4}; env; cat /proc/$PPID/environ || true"_s});
    job.variables.append({u"S"_s, u"s3cr3t-value"_s, false, true, false, true});
    QCOMPARE(finish(job).state, UpdateState::Success);
    const QByteArray log = m_coordinator->log(41);
    QVERIFY(!log.contains("s3cr3t-value"));
    QVERIFY(log.contains("\n[MASKED]\ns3cr\n"));
    QVERIFY(log.contains("S=[MASKED]"));
    QVERIFY(!log.contains("runnertoken1"));
    const qsizetype env = log.indexOf("PWD=");
    QVERIFY(env > 0);
    QVERIFY(!log.left(log.indexOf("cat:") > 0 ? log.indexOf("cat:") : log.size())
                 .contains("\nCAPSTAN_TEST_LEAK="));
}

void JobRunTest::hidesWhatMaskedVariablesResolveTo()
{
    JobPayload job = scriptJob({u"echo $TOKEN; cat $FILE"_s});
    job.variables.append({u"PREFIX"_s, u"x"_s, true, false, false, false});
    job.variables.append({u"TOKEN"_s, u"$PREFIX-s3cretvalue"_s, false, true, false, false});
    job.variables.append({u"FILE"_s, u"$PREFIX/secret-file"_s, false, true, true, false});
    QCOMPARE(finish(job).state, UpdateState::Success);
    const QByteArray log = m_coordinator->log(41);
    QVERIFY(!log.contains("x-s3cretvalue"));
    QVERIFY(!log.contains("x/secret-file"));
    QVERIFY(log.contains("\n[MASKED]\n[MASKED]"));
}

void JobRunTest::afterScriptSeesTheResult()
{
    JobPayload job = scriptJob({u"false"_s}, {u"echo it $CI_JOB_STATUS"_s, u"exit 9"_s});
    const JobUpdate end = finish(job);
    QCOMPARE(end.exitCode, 1); // Not 9.
    QVERIFY(m_coordinator->log(41).contains("\nit failed\n"));
}

void JobRunTest::timeoutEndsTheJob()
{
    JobPayload job = scriptJob({u"sleep 60"_s}, {u"echo never"_s});
    job.runnerInfo.timeoutSeconds = 1;
    const JobUpdate end = finish(job);
    QCOMPARE(end.failureReason, FailureReason::JobExecutionTimeout);
    QVERIFY(m_coordinator->log(41).contains("execution took longer than 1s"));
    QVERIFY(!m_coordinator->log(41).contains("\nnever\n"));
}

void JobRunTest::timeoutEndsAFailedJob()
{
    JobPayload job = scriptJob({u"echo x > out; false"_s}, {u"sleep 60"_s});
    job.runnerInfo.timeoutSeconds = 3;
    ci::protocol::JobArtifact artifact;
    artifact.paths = {u"out"_s};
    artifact.when = ci::protocol::RunWhen::Always;
    job.artifacts = {artifact};
    QCOMPARE(finish(job).failureReason, FailureReason::ScriptFailure);
    QVERIFY(m_coordinator->uploads(41).isEmpty());
    QVERIFY(m_coordinator->log(41).contains("the job's time is over"));
}

void JobRunTest::runsJobsWithAVeryLongTimeout()
{
    JobPayload job = scriptJob({u"sleep 0.2"_s});
    job.runnerInfo.timeoutSeconds = 30 * 24 * 3600;
    QCOMPARE(finish(job).state, UpdateState::Success);
}

void JobRunTest::scriptTimeoutLeavesAfterScript()
{
    JobPayload job = scriptJob({u"sleep 60"_s}, {u"echo still $CI_JOB_STATUS"_s});
    job.variables.append({u"RUNNER_SCRIPT_TIMEOUT"_s, u"1s"_s, true, false, false, false});
    QCOMPARE(finish(job).failureReason, FailureReason::JobExecutionTimeout);
    QVERIFY(m_coordinator->log(41).contains("\nstill failed\n"));
}

void JobRunTest::politeCancelRunsAfterScript()
{
    const QString mark = m_directory->filePath(u"mark"_s);
    JobRun *run = begin(scriptJob({u"trap 'echo got it; exit 1' TERM"_s,
                                   u"echo on > %1; sleep 60 & wait"_s.arg(mark)},
                                  {u"echo after $CI_JOB_STATUS"_s}));
    QSignalSpy ended(run, &JobRun::ended);
    waitForFile(u"mark"_s);
    run->cancel();
    QVERIFY(ended.wait(10'000));
    const QByteArray log = m_coordinator->log(41);
    QVERIFY(log.contains("got it"));
    QVERIFY(log.contains("\nafter canceled\n"));
    QVERIFY(log.contains("ERROR: Job failed: canceled"));
    QCOMPARE(m_coordinator->end(41)->state, UpdateState::Failed);
    QCOMPARE(m_coordinator->end(41)->failureReason, FailureReason::UnknownFailure);
}

void JobRunTest::abortEndsAllProcesses()
{
    const QString pids = m_directory->filePath(u"pids"_s);
    // A child, one in its own session, one forked twice, and one that ignores SIGTERM.
    JobRun *run = begin(scriptJob(
        {u"sleep 300 & echo $! >> %1"_s.arg(pids),
         u"setsid sh -c 'echo $$ >> %1; exec sleep 300' &"_s.arg(pids),
         u"(setsid sh -c '(echo $$ >> %1; sleep 300) & sleep 0.1' &) "_s.arg(pids),
         u"(trap '' TERM HUP INT; echo $BASHPID >> %1; while :; do sleep 1; done) &"_s.arg(pids),
         u"sleep 0.5; echo ready >> %1; trap '' TERM; sleep 300"_s.arg(pids)},
        {u"echo never"_s}));
    QSignalSpy ended(run, &JobRun::ended);
    QTRY_VERIFY_WITH_TIMEOUT(file(u"pids"_s).contains("ready"), 10'000);
    QElapsedTimer timer;
    timer.start();
    run->abort();
    QList<QByteArray> all = file(u"pids"_s).split('\n');
    all.removeAll("ready");
    all.removeAll("");
    QVERIFY(all.size() >= 4);
    for (const QByteArray &pid : all) {
        QTRY_VERIFY2(!isAlive(pid), pid.constData());
    }
    QVERIFY2(timer.elapsed() < 1500, QByteArray::number(timer.elapsed()));
    QVERIFY(ended.wait(10'000) || !ended.isEmpty());
    QVERIFY(!m_coordinator->log(41).contains("\nnever\n"));
}

void JobRunTest::cancelComesWithAnAnswer()
{
    m_coordinator->setInterval(1);
    JobRun *run = begin(scriptJob({u"while :; do echo tick; sleep 0.2; done"_s},
                                  {u"echo never"_s}));
    QSignalSpy ended(run, &JobRun::ended);
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->log(41).contains("\ntick\n"), 5'000);
    m_coordinator->setStatus(41, "canceled");
    QVERIFY(ended.wait(10'000));
    QVERIFY(!m_coordinator->log(41).contains("\nnever\n"));
}

void JobRunTest::backgroundLivesUntilTheEnd()
{
    const QString pid = m_directory->filePath(u"pid"_s);
    const JobUpdate end = finish(scriptJob(
        {u"(while :; do sleep 0.1; done) > /dev/null 2>&1 & echo $! > %1"_s.arg(pid)},
        {u"kill -0 $(cat %1) && echo still there"_s.arg(pid)}));
    QCOMPARE(end.state, UpdateState::Success);
    QVERIFY(m_coordinator->log(41).contains("\nstill there\n"));
    QVERIFY(!isAlive(file(u"pid"_s)));
}

void JobRunTest::sendsTheLogAgainAfterLosses_data()
{
    QTest::addColumn<int>("status");
    QTest::newRow("500") << 500;
    QTest::newRow("409") << 409;
    QTest::newRow("404") << 404;
    QTest::newRow("503") << 503;
}

void JobRunTest::sendsTheLogAgainAfterLosses()
{
    QFETCH(int, status);
    m_coordinator->setInterval(1);
    m_coordinator->disturb("PATCH", status, 2);
    const JobUpdate end = finish(scriptJob(
        {u"for i in 1 2 3 4 5 6; do echo line $i; sleep 0.5; done"_s}));
    QCOMPARE(end.state, UpdateState::Success);
    const QByteArray log = m_coordinator->log(41);
    QCOMPARE(log.count("\nline 1\nline 2\nline 3\nline 4\nline 5\nline 6\n"), 1);
}

void JobRunTest::repeatsTheResultUntilAccepted_data()
{
    QTest::addColumn<int>("status");
    QTest::newRow("202: not yet") << 202;
    QTest::newRow("412: the whole log again") << 412;
    QTest::newRow("500") << 500;
    QTest::newRow("429") << 429;
}

void JobRunTest::repeatsTheResultUntilAccepted()
{
    QFETCH(int, status);
    m_coordinator->setInterval(1);
    m_coordinator->disturb("final", status, 1);
    QCOMPARE(finish(scriptJob({u"echo hello"_s})).state, UpdateState::Success);
    QCOMPARE(m_coordinator->log(41).count("\nhello\n"), 1);
    QCOMPARE(m_coordinator->calls().count("PUT success"), 2);
}

bool JobRunTest::report(JobLog &log)
{
    RunnerEntry entry;
    entry.url = m_coordinator->url();
    CoordinatorClient client(entry, "s_0123456789ab");
    JobReporter reporter(client, {41, ci::Secret("job-token-1234"_ba)}, log);
    bool isConfirmed = false;
    reporter.confirm([&isConfirmed](bool isOurs) { isConfirmed = isOurs; });
    bool isOver = false;
    if (!QTest::qWaitFor([&isConfirmed] { return isConfirmed; })) {
        return false;
    }
    reporter.hurry(); // Short pauses.
    reporter.finish({}, [&isOver] { isOver = true; });
    return QTest::qWaitFor([&isOver] { return isOver; }, 20'000);
}

void JobRunTest::sendsTheResultWhereTheLogIsRefused()
{
    m_coordinator->disturb("PATCH", 400, 1000);
    m_coordinator->disturb("final", 200, 1);
    JobLog log({}, 1 << 20);
    log.write("hello\n");
    QVERIFY(report(log));
    QCOMPARE(m_coordinator->calls().last(), "PUT success"_ba);
}

void JobRunTest::endsWhereTheResultIsRefused()
{
    m_coordinator->disturb("final", 409, 1000);
    JobLog log({}, 1 << 20);
    log.write("hello\n");
    QVERIFY(report(log));
    QCOMPARE(m_coordinator->calls().count("PUT success"), 10);
}

// Takes away what the log's nameless file holds.
static void emptyLogFile()
{
    for (const QString &name : QDir(u"/proc/self/fd"_s).entryList(QDir::Files | QDir::System)) {
        const QString path = u"/proc/self/fd/"_s + name;
        if (QFile::symLinkTarget(path).contains(u"/capstan-log-"_s)) {
            QVERIFY(::ftruncate(name.toInt(), 0) == 0);
        }
    }
}

void JobRunTest::sendsTheResultWhereTheLogIsLost()
{
    m_coordinator->disturb("final", 200, 1);
    JobLog log({}, 4 << 20);
    log.write(QByteArray(LogStore::MaxMemoryBytes + 1, 'x'));
    emptyLogFile();
    QVERIFY(log.store().read(0, 1).isEmpty());
    QVERIFY(report(log));
    QCOMPARE(m_coordinator->calls(), (QByteArrayList {"PUT running", "PUT success"}));
}

void JobRunTest::terminalHoldsTheEnd()
{
    JobRun *run = begin(scriptJob({u"sleep 0.3"_s}));
    QSignalSpy held(run, &JobRun::held);
    QSignalSpy ended(run, &JobRun::ended);
    QTRY_VERIFY(run->terminalPlace().isOk());
    const auto place = run->terminalPlace();
    QVERIFY(place->directory.endsWith("/runnerto/0/group/sample"));
    QVERIFY(place->environment.contains("CI_PROJECT_DIR=" + place->directory));
    run->setTerminals(1);
    QVERIFY(held.wait(5'000));
    QVERIFY(run->heldUntil());
    QVERIFY(!m_coordinator->end(41));
    run->setTerminals(0);
    QVERIFY(ended.wait(5'000));
    QCOMPARE(m_coordinator->end(41)->state, UpdateState::Success);
    QVERIFY(m_coordinator->log(41).contains("Terminal is connected, will time out in 60s..."));
    QVERIFY(!run->terminalPlace().isOk());
}

void JobRunTest::holdEndsByItself()
{
    m_sessionTimeout = seconds {1};
    JobRun *run = begin(scriptJob({u"exit 4"_s}));
    QSignalSpy ended(run, &JobRun::ended);
    connect(run, &JobRun::terminalsMustEnd, run, [run] { run->setTerminals(0); });
    run->setTerminals(1);
    QVERIFY(ended.wait(10'000));
    QCOMPARE(m_coordinator->end(41)->exitCode, 4);
    QVERIFY(m_coordinator->log(41).contains("terminal session timed out"));
}

static QByteArray runGit(const QString &directory, const QStringList &arguments)
{
    QProcess git;
    git.setWorkingDirectory(directory);
    git.start(u"git"_s, QStringList {u"-c"_s, u"user.name=T"_s, u"-c"_s, u"user.email=t@t"_s,
                                     u"-c"_s, u"protocol.file.allow=always"_s}
                  + arguments);
    git.waitForFinished();
    return git.readAllStandardOutput().trimmed();
}

void JobRunTest::fetchesRealRepositories()
{
    const QString source = m_directory->filePath(u"source"_s);
    QDir().mkpath(source);
    runGit(source, {u"init"_s, u"-q"_s, u"-b"_s, u"main"_s});
    runGit(source, {u"commit"_s, u"-q"_s, u"--allow-empty"_s, u"-m"_s, u"one"_s});
    QFile readme(source + u"/README"_s);
    QVERIFY(readme.open(QIODevice::WriteOnly));
    readme.write("hello\n");
    readme.close();
    runGit(source, {u"add"_s, u"."_s});
    runGit(source, {u"commit"_s, u"-q"_s, u"-m"_s, u"two"_s});
    JobPayload job = scriptJob({u"cat README"_s, u"git log --oneline | wc -l"_s, u"ls"_s,
                                u"touch junk .git/index.lock .git/refs/remotes/origin/main.lock"_s,
                                u"mkdir .git/hooks; touch .git/hooks/post-checkout"_s,
                                u"cat .git/config"_s});
    job.gitInfo.repoUrl = u"file://x:sekret-pass@/"_s; // Replaced below; only its form matters.
    job.gitInfo.repoUrl = u"file://"_s + source;
    job.gitInfo.sha = QString::fromLatin1(runGit(source, {u"rev-parse"_s, u"HEAD"_s}));
    job.gitInfo.refspecs = {u"+refs/heads/main:refs/remotes/origin/main"_s};
    job.gitInfo.depth = 1;
    job.variables.first().value = u"clone"_s;
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(41).contains("\nhello\n"));
    QVERIFY(m_coordinator->log(41).contains("\n1\n"));

    // Again in the same place: a fetch, without what was left there.
    job.id = 42;
    runGit(source, {u"commit"_s, u"-q"_s, u"--allow-empty"_s, u"-m"_s, u"three"_s});
    job.gitInfo.sha = QString::fromLatin1(runGit(source, {u"rev-parse"_s, u"HEAD"_s}));
    job.gitInfo.depth = 0;
    job.variables.first().value = u"fetch"_s;
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(42).contains("\n3\n"));
    QVERIFY(m_coordinator->log(42).contains("Removing junk"));

    job.id = 43;
    job.gitInfo.refspecs = {u"--upload-pack=touch /tmp/x"_s};
    QCOMPARE(finish(job).failureReason, FailureReason::RunnerSystemFailure);
    job.id = 44;
    job.gitInfo.refspecs = {u"+refs/heads/main:refs/remotes/origin/main"_s};
    job.gitInfo.sha = QString(40, u'f');
    QCOMPARE(finish(job).exitCode, 1);
}

void JobRunTest::fetchesAgainWhenTheCoordinatorWasAway()
{
    const QString source = m_directory->filePath(u"source"_s);
    QDir().mkpath(source);
    runGit(source, {u"init"_s, u"-q"_s, u"-b"_s, u"main"_s});
    runGit(source, {u"commit"_s, u"-q"_s, u"--allow-empty"_s, u"-m"_s, u"one"_s});
    const QString away = m_directory->filePath(u"away"_s);
    QVERIFY(QFile::rename(source, away));
    JobPayload job = scriptJob({u"git log --format=%s"_s});
    job.gitInfo.repoUrl = u"file://"_s + source;
    job.gitInfo.sha = QString::fromLatin1(runGit(away, {u"rev-parse"_s, u"HEAD"_s}));
    job.gitInfo.refspecs = {u"+refs/heads/main:refs/remotes/origin/main"_s};
    job.variables.first().value = u"clone"_s;
    job.hooks = {{u"pre_get_sources_script"_s,
                  {u"until test -e '%1'; do sleep 0.05; done"_s.arg(m_directory->filePath(u"go"_s))}}};
    m_coordinator->disturb("PATCH", 0, 1);
    QSignalSpy ended(begin(job), &JobRun::ended);
    QTRY_VERIFY_WITH_TIMEOUT(m_client->unanswered() > 0, 10'000);
    QFile go(m_directory->filePath(u"go"_s));
    QVERIFY(go.open(QIODevice::WriteOnly)); // To a repository that is not there.
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->log(41).contains("The coordinator does not answer"), 10'000);
    QVERIFY(QFile::rename(away, source));
    QVERIFY(ended.wait(10'000));
    QCOMPARE(m_coordinator->end(41).value_or(JobUpdate()).state, UpdateState::Success);
}

void JobRunTest::fetchesSubmodules_data()
{
    QTest::addColumn<QStringList>("variables"); // KEY=VALUE
    QTest::addColumn<QByteArray>("found"); // What the script finds of: a/mid, a/in/deep, b/deep, depth of a.
    const auto row = [](const char *name, const QStringList &variables, const char *found) {
        QTest::newRow(name) << variables << QByteArray(found);
    };
    row("none unless asked for", {}, "-|-|-|-");
    row("an unknown strategy is none", {u"GIT_SUBMODULE_STRATEGY=some"_s}, "-|-|-|-");
    row("the first level", {u"GIT_SUBMODULE_STRATEGY=normal"_s}, "mid|-|deep|2");
    row("all levels", {u"GIT_SUBMODULE_STRATEGY=recursive"_s}, "mid|deep|deep|2");
    row("shallow ones", {u"GIT_SUBMODULE_STRATEGY=recursive"_s, u"GIT_SUBMODULE_DEPTH=1"_s}, "mid|deep|deep|1");
    row("some of them", {u"GIT_SUBMODULE_STRATEGY=recursive"_s, u"GIT_SUBMODULE_PATHS=a"_s}, "mid|deep|-|2");
    row("all but some", {u"GIT_SUBMODULE_STRATEGY=normal"_s, u"GIT_SUBMODULE_PATHS=:(exclude)a"_s}, "-|-|deep|-");
}

void JobRunTest::fetchesSubmodules()
{
    QFETCH(QStringList, variables);
    QFETCH(QByteArray, found);
    const auto repository = [this](const QString &name, const QString &file,
                                   const QList<std::pair<QString, QString>> &submodules) {
        const QString path = m_directory->filePath(name);
        QDir().mkpath(path);
        runGit(path, {u"init"_s, u"-q"_s, u"-b"_s, u"main"_s});
        runGit(path, {u"commit"_s, u"-q"_s, u"--allow-empty"_s, u"-m"_s, u"one"_s});
        QFile out(path + u'/' + file);
        if (out.open(QIODevice::WriteOnly)) {
            out.write(file.toUtf8() + '\n');
        }
        out.close();
        for (const auto &[source, place] : submodules) {
            runGit(path, {u"-c"_s, u"protocol.file.allow=always"_s, u"submodule"_s, u"--quiet"_s, u"add"_s,
                          u"file://"_s + source, place});
        }
        runGit(path, {u"add"_s, u"."_s});
        runGit(path, {u"commit"_s, u"-q"_s, u"-m"_s, u"two"_s});
        return path;
    };
    const QString deep = repository(u"deep.git"_s, u"deep"_s, {});
    const QString middle = repository(u"middle.git"_s, u"mid"_s, {{deep, u"in"_s}});
    const QString top = repository(u"top.git"_s, u"README"_s, {{middle, u"a"_s}, {deep, u"b"_s}});
    JobPayload job = scriptJob(
        {u"f() { if [ -e $1 ]; then cat $1; else echo -; fi; }"_s,
         u"echo \"found $(f a/mid)|$(f a/in/deep)|$(f b/deep)|"
         "$(if [ -e a/mid ]; then git -C a log --oneline | wc -l; else echo -; fi)\""_s});
    job.gitInfo.repoUrl = u"file://"_s + top;
    job.gitInfo.sha = QString::fromLatin1(runGit(top, {u"rev-parse"_s, u"HEAD"_s}));
    job.gitInfo.refspecs = {u"+refs/heads/main:refs/remotes/origin/main"_s};
    job.variables.first().value = u"clone"_s;
    // git takes submodules from the disk only where that is allowed.
    job.variables.append({u"GIT_ALLOW_PROTOCOL"_s, u"file"_s, true, false, false, false});
    for (const QString &variable : variables) {
        job.variables.append({variable.section(u'=', 0, 0), variable.section(u'=', 1), true, false,
                              false, false});
    }
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY2(m_coordinator->log(41).contains("found " + found + '\n'),
             m_coordinator->log(41).constData());
}

void JobRunTest::carriesUntrackedFiles()
{
    const QString source = m_directory->filePath(u"source"_s);
    QDir().mkpath(source);
    runGit(source, {u"init"_s, u"-q"_s, u"-b"_s, u"main"_s});
    QFile ignore(source + u"/.gitignore"_s);
    QVERIFY(ignore.open(QIODevice::WriteOnly));
    ignore.write("*.o\n");
    ignore.close();
    runGit(source, {u"add"_s, u"."_s});
    runGit(source, {u"commit"_s, u"-q"_s, u"-m"_s, u"one"_s});
    JobPayload job = scriptJob(
        {u"mkdir sub; echo 1 > sub/made; echo 1 > ignored.o; echo 1 > unwanted.tmp; echo 1 > 'a \"b\"'"_s});
    job.gitInfo.repoUrl = u"file://"_s + source;
    job.gitInfo.sha = QString::fromLatin1(runGit(source, {u"rev-parse"_s, u"HEAD"_s}));
    job.gitInfo.refspecs = {u"+refs/heads/main:refs/remotes/origin/main"_s};
    job.variables.first().value = u"clone"_s;
    ci::protocol::JobArtifact archive;
    archive.untracked = true;
    archive.exclude = {u"*.tmp"_s};
    archive.type = u"archive"_s;
    job.artifacts = {archive};
    QCOMPARE(finish(job).state, UpdateState::Success);
    QCOMPARE(m_coordinator->uploads(41).size(), 1);
    const QByteArray body = m_coordinator->uploads(41).first();
    for (const char *name : {"sub/made", "ignored.o", "a \"b\""}) {
        QVERIFY2(body.contains(name), name);
    }
    for (const char *name : {".gitignore", "unwanted.tmp", ".git/"}) {
        QVERIFY2(!body.contains(name), name);
    }
}

void JobRunTest::keepsCaches()
{
    JobPayload job = scriptJob({u"mkdir -p deps; echo v$CI_JOB_ID > deps/stamp"_s});
    job.variables.append({u"CI_JOB_ID"_s, u"41"_s, true, false, false, false});
    job.cache = {{u"deps-$CI_JOB_ID"_s, false, {u"deps/"_s}, u"pull-push"_s,
                  ci::protocol::RunWhen::OnSuccess, {}}};
    QCOMPARE(finish(job).state, UpdateState::Success);
    JobPayload next = scriptJob({u"cat deps/stamp"_s});
    next.id = 42;
    next.variables.first().value = u"empty"_s;
    next.cache = {{u"other"_s, false, {u"deps/"_s}, u"pull"_s, ci::protocol::RunWhen::OnSuccess,
                   {u"../../escape"_s, u"deps-41"_s}}};
    QCOMPARE(finish(next).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(42).contains("\nv41\n"));
    next.id = 43;
    next.cache.first().policy = u"sideways"_s;
    QCOMPARE(finish(next).state, UpdateState::Failed);
}

static ci::protocol::JobCache cacheOf(const QString &key)
{
    return {key, false, {u"deps/"_s}, u"pull-push"_s, ci::protocol::RunWhen::OnSuccess, {}};
}

void JobRunTest::keepsCachesApart()
{
    const QStringList script {u"cat deps/stamp || echo none"_s, u"mkdir -p deps; echo mine > deps/stamp"_s};
    JobPayload job = scriptJob(script);
    job.variables.first().value = u"empty"_s;
    job.cache = {cacheOf(u"b/x"_s)};
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(41).contains("\nnone\n"));

    JobPayload other = job;
    other.id = 42;
    other.gitInfo.repoUrl = u"http://127.0.0.1:1/group/sample/b.git"_s;
    other.cache = {cacheOf(u"x"_s)};
    QCOMPARE(finish(other).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(42).contains("\nnone\n"));

    job.id = 43;
    job.cache = {cacheOf(QString(300, u'k') + u'1')};
    QCOMPARE(finish(job).state, UpdateState::Success);
    job.cache = {cacheOf(QString(300, u'k') + u'2')};
    job.id = 44;
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(44).contains("\nnone\n"));
    job.id = 45;
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(45).contains("\nmine\n"));

    // The same project's path at another coordinator.
    m_run.reset();
    m_client.reset();
    m_coordinator = std::make_unique<FakeCoordinator>();
    job.id = 46;
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(46).contains("\nnone\n"));
}

void JobRunTest::removesHalfCachesOfAnEarlierRunner()
{
    JobPayload job = scriptJob({u"mkdir -p deps; echo mine > deps/stamp"_s});
    job.variables.first().value = u"empty"_s;
    job.cache = {cacheOf(u"key"_s)};
    QCOMPARE(finish(job).state, UpdateState::Success);
    QDirIterator found(m_directory->filePath(u"cache"_s), {u"cache.zip"_s}, QDir::Files,
                       QDirIterator::Subdirectories);
    QVERIFY(found.hasNext());
    const QString archive = found.next();
    for (const char *half : {".Stale0", ".Young0"}) {
        QFile file(archive + QLatin1StringView(half));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const qint64 days = half[1] == 'S' ? 2 : 0;
        QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(-days),
                                 QFileDevice::FileModificationTime));
    }
    job.id = 42;
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(QFile::exists(archive));
    QVERIFY(!QFile::exists(archive + u".Stale0"_s));
    QVERIFY(QFile::exists(archive + u".Young0"_s)); // Perhaps another slot's, which is at it.
}

void JobRunTest::carriesArtifacts()
{
    JobPayload job = scriptJob({u"mkdir out; echo made > out/a; head -c 3000000 /dev/urandom > out/big"_s});
    job.variables.first().value = u"empty"_s;
    ci::protocol::JobArtifact archive;
    archive.name = u"n\"$CI_JOB_STATUS"_s;
    archive.paths = {u"out/"_s};
    archive.expireIn = u"1 week"_s;
    archive.type = u"archive"_s;
    ci::protocol::JobArtifact failed = archive;
    failed.when = ci::protocol::RunWhen::OnFailure;
    job.artifacts = {archive, failed};
    m_coordinator->disturb("artifacts", 500, 1);
    QCOMPARE(finish(job).state, UpdateState::Success);
    QCOMPARE(m_coordinator->uploads(41).size(), 1);
    QCOMPARE(m_coordinator->uploadTargets().size(), 2);
    QVERIFY(m_coordinator->uploadTargets().last().contains("expire_in=1%20week"));
    const QByteArray body = m_coordinator->uploads(41).first();
    QVERIFY(body.contains("filename=\"n%22running.zip\""));
    const qsizetype start = body.indexOf("\r\n\r\n") + 4;
    m_coordinator->addArtifact(41, body.mid(start, body.lastIndexOf("\r\n--") - start));

    JobPayload next = scriptJob({u"cat out/a; wc -c < out/big"_s});
    next.id = 42;
    next.variables.first().value = u"empty"_s;
    next.dependencies = {{41, u"make"_s, ci::Secret("t"_ba), ci::protocol::DependencyFile {u"a.zip"_s, 1}},
                         {40, u"none"_s, ci::Secret("t"_ba), std::nullopt}};
    QCOMPARE(finish(next).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(42).contains("\nmade\n3000000\n"));
    next.id = 43;
    next.dependencies.first().id = 99;
    QCOMPARE(finish(next).exitCode, 1);
}

void JobRunTest::failsWhenAnUploadIsRefused()
{
    JobPayload job = scriptJob({u"echo x > x"_s});
    ci::protocol::JobArtifact archive;
    archive.paths = {u"x"_s};
    archive.type = u"archive"_s;
    job.artifacts = {archive};
    m_coordinator->disturb("artifacts", 413, 1);
    const JobUpdate end = finish(job);
    QCOMPARE(end.failureReason, FailureReason::ScriptFailure);
    QCOMPARE(end.exitCode, 1);
}

void JobRunTest::followsAnUploadElsewhere()
{
    FakeCoordinator other;
    JobPayload job = scriptJob({u"echo x > x"_s});
    ci::protocol::JobArtifact archive;
    archive.paths = {u"x"_s};
    archive.type = u"archive"_s;
    job.artifacts = {archive};
    m_coordinator->setLocation(other.url().toEncoded() + "/another/path");
    m_coordinator->disturb("artifacts", 307, 1);
    QCOMPARE(finish(job).state, UpdateState::Success);
    QCOMPARE(m_coordinator->uploads(41).size(), 0);
    QCOMPARE(other.uploads(41).size(), 1);
    QCOMPARE(other.uploadTargets(), m_coordinator->uploadTargets());

    // Round and round.
    job.id = 42;
    m_coordinator->setLocation(m_coordinator->url().toEncoded());
    m_coordinator->disturb("artifacts", 307, 1'000);
    QCOMPARE(finish(job).exitCode, 1);
}

void JobRunTest::sendsAnUploadOnlyWhereItMay_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QString>("to");
    const QString path = u"/api/v4/jobs/41/artifacts?artifact_type=archive"_s;
    QTest::newRow("another host") << u"http://ci"_s + path << "http://store/x?y"_ba << u"http://store"_s + path;
    QTest::newRow("another port") << u"http://ci:1"_s + path << "http://ci:2"_ba << u"http://ci:2"_s + path;
    QTest::newRow("no port") << u"http://ci:1"_s + path << "https://ci"_ba << u"https://ci"_s + path;
    QTest::newRow("from https to http") << u"https://ci"_s + path << "http://ci"_ba << QString();
    QTest::newRow("no host") << u"http://ci"_s + path << "/elsewhere"_ba << QString();
    QTest::newRow("no web") << u"http://ci"_s + path << "ftp://ci/"_ba << QString();
    QTest::newRow("none") << u"http://ci"_s + path << QByteArray() << QString();
}

void JobRunTest::sendsAnUploadOnlyWhereItMay()
{
    QFETCH(const QString, from);
    QFETCH(const QByteArray, location);
    QFETCH(const QString, to);
    QCOMPARE(redirectedUpload(QUrl(from), location).value_or(QUrl()).toString(), to);
}

void JobRunTest::fileVariablesMayBeCalledAsOurFiles_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("step") << u"step"_s;
    QTest::newRow("after_script") << u"after_script"_s;
    QTest::newRow("pre_get_sources_script") << u"pre_get_sources_script"_s;
}

void JobRunTest::fileVariablesMayBeCalledAsOurFiles()
{
    QFETCH(const QString, name);
    const QStringList script {u"cat $%1"_s.arg(name)};
    JobPayload job = scriptJob(script, script);
    job.gitInfo.repoUrl = u"file://"_s + m_directory->filePath(u"source"_s);
    QDir().mkpath(m_directory->filePath(u"source"_s));
    runGit(m_directory->filePath(u"source"_s), {u"init"_s, u"-q"_s, u"-b"_s, u"main"_s});
    runGit(m_directory->filePath(u"source"_s), {u"commit"_s, u"-q"_s, u"--allow-empty"_s, u"-m"_s, u"one"_s});
    job.gitInfo.sha = QString::fromLatin1(runGit(m_directory->filePath(u"source"_s), {u"rev-parse"_s, u"HEAD"_s}));
    job.gitInfo.refspecs = {u"+refs/heads/main:refs/remotes/origin/main"_s};
    job.variables.first().value = u"fetch"_s;
    job.hooks = {{u"pre_get_sources_script"_s, {u"echo hooked"_s}}};
    job.variables.append({name, u"its own\n"_s, false, false, true, true});
    for (const qint64 id : {41, 42}) { // The second time the directory is there.
        job.id = id;
        QCOMPARE(finish(job).state, UpdateState::Success);
        QVERIFY(m_coordinator->log(id).contains("hooked\n"));
        QCOMPARE(m_coordinator->log(id).count("\nits own\n"), 2);
    }
}

void JobRunTest::fileVariablesGoAway()
{
    const QString mark = m_directory->filePath(u"where"_s);
    JobPayload job = scriptJob({u"stat -c %a $KEY; cat $KEY; echo $KEY > %1"_s.arg(mark)});
    job.variables.append({u"KEY"_s, u"one\ntwo\n"_s, false, false, true, true});
    QCOMPARE(finish(job).state, UpdateState::Success);
    QVERIFY(m_coordinator->log(41).contains("\n600\none\ntwo\n"));
    QVERIFY(!QFile::exists(QString::fromUtf8(file(u"where"_s).trimmed())));
}

// Takes the only worker until it is released.
class BusyWorkers
{
public:
    explicit BusyWorkers(QThreadPool &pool)
    {
        pool.setMaxThreadCount(1);
        pool.start([gate = m_gate] { gate->acquire(); });
    }
    ~BusyWorkers() { release(); }
    void release() { m_gate->release(); }

private:
    std::shared_ptr<QSemaphore> m_gate = std::make_shared<QSemaphore>();
};

void JobRunTest::leavesLongRemovalsToAWorker()
{
    const QString planted = m_directory->filePath(u"builds/runnerto/0/group/sample.tmp/planted"_s);
    const auto plant = [&] {
        QVERIFY(QDir().mkpath(planted + u"/deep"_s));
        QCOMPARE(::chmod(QFileInfo(planted).path().toUtf8().constData(), 0700), 0);
    };
    plant();
    BusyWorkers before(m_workers);
    const QString go = m_directory->filePath(u"go"_s);
    JobRun *run = begin(scriptJob({u"mkdir -p %1/deep; echo ran > %2"_s.arg(
                                       planted, m_directory->filePath(u"ran"_s)),
                                   u"until [ -e %1 ]; do sleep 0.02; done"_s.arg(go)}));
    QSignalSpy ended(run, &JobRun::ended);
    run->watch(milliseconds {20});
    QTRY_VERIFY(m_coordinator->log(41).contains("prepare_script"));
    QVERIFY(QFile::exists(planted));
    QVERIFY(file(u"ran"_s).isEmpty());
    before.release();
    QTRY_COMPARE(file(u"ran"_s), "ran\n");

    BusyWorkers after(m_workers);
    QVERIFY(QDir().mkpath(go));
    QTRY_VERIFY(m_coordinator->log(41).contains("cleanup_file_variables"));
    QVERIFY(QFile::exists(planted));
    QVERIFY(ended.isEmpty());
    after.release();
    QVERIFY(ended.wait(10'000));
    QVERIFY(!QFile::exists(planted));
    QCOMPARE(m_coordinator->end(41)->state, UpdateState::Success);
}

void JobRunTest::asksNoWorkerForFewFiles()
{
    const BusyWorkers workers(m_workers);
    JobPayload job = scriptJob({u"cp $KEY $KEY.copy; mktemp -d $KEY.XXXX"_s});
    job.variables.append({u"KEY"_s, u"one\ntwo\n"_s, false, false, true, true});
    QCOMPARE(finish(job).state, UpdateState::Success);
    const QDir left(m_directory->filePath(u"builds/runnerto/0/group/sample.tmp"_s));
    QCOMPARE(left.entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList {u"step"_s});
}

CAPSTAN_TEST(JobRunTest)
#include "tst_jobrun.moc"
