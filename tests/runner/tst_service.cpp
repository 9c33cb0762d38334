// SPDX-License-Identifier: MIT
#include "runner/runnerservice.h"
#include "tests/runner/fakecoordinator.h"
#include "tests/testmain.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci::runner;
using ci::Result;
using ci::protocol::FailureReason;
using ci::protocol::JobPayload;
using ci::protocol::UpdateState;
using ci::test::FakeCoordinator;

static JobPayload quickJob(qint64 id, const QString &command)
{
    JobPayload job;
    job.id = id;
    job.token = ci::Secret("job-token"_ba);
    job.gitInfo.repoUrl = u"http://127.0.0.1:1/group/sample.git"_s;
    job.runnerInfo.timeoutSeconds = 60;
    job.variables = {{u"GIT_STRATEGY"_s, u"none"_s, true, false, false, false}};
    job.steps = {{u"script"_s, {command}, 60, ci::protocol::RunWhen::OnSuccess, false}};
    return job;
}

class ServiceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void takesJobAfterJob();
    void runsNoMoreThanConcurrent();
    void restsAfterThreeRefusals();
    void countsRefusalsOfOneMomentOnce();
    void goesOnAfterFaults_data();
    void goesOnAfterFaults();
    void finishesJobsOnGracefulStop();
    void failsJobsOnQuickStop();
    void reportsWhileStoppingDespiteFaults_data();
    void reportsWhileStoppingDespiteFaults();
    void endsAfterItsJobs();
    void takesOnOtherSettings();
    void letsGoOfEntries();
    void aMovedEntryWaitsForItsFolders();
    void aBadConfigurationChangesNothing();
    void refusesTheSameEntryTwice();
    void asksAgainAfterRefusalsWhenToldTo();

private:
    void begin(int concurrent);
    QByteArrayList questions() const;

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<FakeCoordinator> m_coordinator;
    std::unique_ptr<RunnerService> m_service;
    RunnerConfig m_config;
};

void ServiceTest::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_coordinator = std::make_unique<FakeCoordinator>();
    m_config = {};
    m_config.checkInterval = seconds {1};
    RunnerEntry entry;
    entry.url = m_coordinator->url();
    entry.token = ci::Secret("runnertoken"_ba);
    entry.buildsDir = m_directory->filePath(u"builds"_s);
    m_config.runners = {entry};
}

void ServiceTest::cleanup()
{
    m_service.reset();
    m_coordinator.reset();
}

void ServiceTest::begin(int concurrent)
{
    m_config.concurrent = concurrent;
    m_service = std::move(*RunnerService::create(m_config, "s_0123456789ab", ownUser()));
}

QByteArrayList ServiceTest::questions() const
{
    QByteArrayList calls = m_coordinator->calls();
    calls.removeIf([](const QByteArray &call) { return call != "POST request"; });
    return calls;
}

void ServiceTest::takesJobAfterJob()
{
    begin(1);
    for (qint64 id = 1; id <= 3; ++id) {
        m_coordinator->offer(quickJob(id, u"echo $CI_CONCURRENT_ID"_s));
    }
    m_service->start();
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(3).has_value(), 10'000);
    QCOMPARE(m_coordinator->end(1)->state, UpdateState::Success);
    // One after the other: each in the first place.
    QVERIFY(m_coordinator->log(3).contains("\n0\n"));
}

void ServiceTest::runsNoMoreThanConcurrent()
{
    begin(2);
    const QString mark = m_directory->filePath(u"mark"_s);
    for (qint64 id = 1; id <= 3; ++id) {
        m_coordinator->offer(
            quickJob(id, u"echo $CI_CONCURRENT_PROJECT_ID >> %1; sleep 2"_s.arg(mark)));
    }
    m_service->start();
    const auto count = [&mark] {
        QFile file(mark);
        return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : 0;
    };
    QTRY_COMPARE_WITH_TIMEOUT(count(), 2, 10'000);
    QVERIFY(!m_coordinator->end(1));
    QTRY_COMPARE_WITH_TIMEOUT(count(), 3, 10'000);
    QVERIFY(m_coordinator->end(1) || m_coordinator->end(2));
}

void ServiceTest::restsAfterThreeRefusals()
{
    begin(1);
    m_coordinator->disturb("POST request", 403, 100);
    m_service->start();
    QTRY_COMPARE_WITH_TIMEOUT(questions().size(), 3, 10'000);
    QTest::qWait(2'500); // Two intervals: silence can only be seen by waiting.
    QCOMPARE(questions().size(), 3);
}

void ServiceTest::countsRefusalsOfOneMomentOnce()
{
    m_config.runners.first().requestConcurrency = 3;
    begin(3);
    m_coordinator->disturb("POST request", 403, 3);
    m_coordinator->offer(quickJob(5, u"true"_s));
    m_service->start();
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(5).has_value(), 10'000);
}

void ServiceTest::goesOnAfterFaults_data()
{
    QTest::addColumn<int>("status");
    for (const int status : {204, 400, 401, 404, 409, 422, 429, 500, 502, 503}) {
        QTest::addRow("%d", status) << status;
    }
    QTest::newRow("201 without a job") << 201;
}

void ServiceTest::goesOnAfterFaults()
{
    QFETCH(int, status);
    begin(1);
    m_coordinator->disturb("POST request", status, 1);
    m_coordinator->offer(quickJob(5, u"true"_s));
    m_service->start();
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(5).has_value(), 10'000);
}

void ServiceTest::finishesJobsOnGracefulStop()
{
    begin(1);
    m_coordinator->offer(quickJob(1, u"sleep 1; echo done"_s));
    m_coordinator->offer(quickJob(2, u"true"_s));
    m_service->start();
    QTRY_VERIFY(m_coordinator->calls().contains("PUT running"));
    QSignalSpy stopped(m_service.get(), &RunnerService::stopped);
    m_service->stop(RunnerService::Stop::Graceful);
    QVERIFY(stopped.wait(10'000));
    QCOMPARE(m_coordinator->end(1)->state, UpdateState::Success);
    QVERIFY(!m_coordinator->end(2));
}

void ServiceTest::failsJobsOnQuickStop()
{
    begin(1);
    const QString mark = m_directory->filePath(u"mark"_s);
    m_coordinator->offer(quickJob(1, u"touch %1; sleep 60"_s.arg(mark)));
    m_service->start();
    QTRY_VERIFY(QFile::exists(mark));
    QSignalSpy stopped(m_service.get(), &RunnerService::stopped);
    m_service->stop(RunnerService::Stop::Quick);
    QVERIFY(stopped.wait(5'000));
    QCOMPARE(m_coordinator->end(1)->failureReason, FailureReason::RunnerSystemFailure);
}

void ServiceTest::reportsWhileStoppingDespiteFaults_data()
{
    QTest::addColumn<QByteArray>("call");
    QTest::addColumn<int>("status");
    QTest::newRow("the log meets 503") << "PATCH"_ba << 503;
    QTest::newRow("the result meets 503") << "final"_ba << 503;
    QTest::newRow("the log is not complete yet") << "final"_ba << 202;
    QTest::newRow("the log is wanted again") << "final"_ba << 412;
}

void ServiceTest::reportsWhileStoppingDespiteFaults()
{
    QFETCH(QByteArray, call);
    QFETCH(int, status);
    begin(1);
    const QString mark = m_directory->filePath(u"mark"_s);
    m_coordinator->offer(quickJob(1, u"touch %1; sleep 60"_s.arg(mark)));
    m_service->start();
    QTRY_VERIFY(QFile::exists(mark));
    m_coordinator->disturb(call, status, 2);
    QSignalSpy stopped(m_service.get(), &RunnerService::stopped);
    m_service->stop(RunnerService::Stop::Quick);
    QVERIFY(stopped.wait(10'000));
    QVERIFY(m_coordinator->end(1).has_value());
    QCOMPARE(m_coordinator->end(1)->failureReason, FailureReason::RunnerSystemFailure);
}

void ServiceTest::endsAfterItsJobs()
{
    begin(1);
    m_service->setLimits({2, seconds {0}});
    for (qint64 id = 1; id <= 3; ++id) {
        m_coordinator->offer(quickJob(id, u"true"_s));
    }
    QSignalSpy stopped(m_service.get(), &RunnerService::stopped);
    m_service->start();
    QVERIFY(stopped.wait(10'000));
    QVERIFY(m_coordinator->end(2).has_value());
    QVERIFY(!m_coordinator->end(3));
}

void ServiceTest::takesOnOtherSettings()
{
    begin(1);
    const QString first = m_directory->filePath(u"first"_s);
    m_coordinator->offer(quickJob(1, u"until [ -e %1 ]; do sleep 0.1; done"_s.arg(first)));
    m_coordinator->offer(quickJob(2, u"touch %1; echo $ADDED"_s.arg(first)));
    m_service->start();
    QTRY_VERIFY(m_coordinator->calls().contains("PUT running"));
    QVERIFY(!m_coordinator->end(1));
    // Only with room for a second job can the first one end.
    m_config.concurrent = 2;
    m_config.runners.first().requestConcurrency = 2;
    m_config.runners.first().environment = {u"ADDED=by reload"_s};
    QVERIFY(m_service->reload(m_config));
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(1).has_value(), 10'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(2).has_value(), 10'000);
    QCOMPARE(m_coordinator->end(1)->state, UpdateState::Success);
    QVERIFY(m_coordinator->log(2).contains("by reload"));
}

void ServiceTest::letsGoOfEntries()
{
    begin(1);
    FakeCoordinator other;
    const QString go = m_directory->filePath(u"go"_s);
    m_coordinator->offer(quickJob(1, u"until [ -e %1 ]; do sleep 0.1; done"_s.arg(go)));
    m_coordinator->offer(quickJob(2, u"true"_s));
    other.offer(quickJob(3, u"touch %1"_s.arg(go)));
    m_service->start();
    QTRY_VERIFY(m_coordinator->calls().contains("PUT running"));
    m_config.concurrent = 2;
    m_config.runners.first().url = other.url();
    m_config.runners.first().token = ci::Secret("another token"_ba);
    QVERIFY(m_service->reload(m_config));
    QTRY_VERIFY_WITH_TIMEOUT(other.end(3).has_value(), 10'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(1).has_value(), 10'000);
    QCOMPARE(m_coordinator->end(1)->state, UpdateState::Success);
    QSignalSpy stopped(m_service.get(), &RunnerService::stopped);
    m_service->stop(RunnerService::Stop::Graceful);
    QVERIFY(stopped.wait(10'000));
    QVERIFY(!m_coordinator->end(2)); // Its entry is gone.
}

void ServiceTest::aMovedEntryWaitsForItsFolders()
{
    begin(2);
    FakeCoordinator other;
    const QString go = m_directory->filePath(u"go"_s);
    m_coordinator->offer(quickJob(1, u"until [ -e %1 ]; do sleep 0.1; done"_s.arg(go)));
    other.offer(quickJob(3, u"true"_s));
    m_service->start();
    QTRY_VERIFY(m_coordinator->calls().contains("PUT running"));
    m_config.runners.first().url = other.url();
    QVERIFY(m_service->reload(m_config));
    QVERIFY(!other.calls().contains("POST request"));
    QFile mark(go);
    QVERIFY(mark.open(QIODevice::WriteOnly));
    QTRY_VERIFY_WITH_TIMEOUT(other.end(3).has_value(), 10'000);
    QCOMPARE(m_coordinator->end(1)->state, UpdateState::Success);
}

void ServiceTest::aBadConfigurationChangesNothing()
{
    begin(1);
    m_service->start();
    RunnerConfig bad = m_config;
    bad.concurrent = 0;
    bad.runners.append(bad.runners.first());
    bad.runners.last().token = ci::Secret("another token"_ba);
    bad.runners.last().runAs = u"no such user"_s;
    const Result<void> refused = m_service->reload(bad);
    QVERIFY(!refused);
    QVERIFY(refused.error().detail.contains(u"run_as"_s));
    m_coordinator->offer(quickJob(1, u"true"_s));
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(1).has_value(), 10'000);
}

void ServiceTest::refusesTheSameEntryTwice()
{
    begin(1);
    RunnerConfig twice = m_config;
    twice.concurrent = 1;
    twice.runners.append(twice.runners.first());
    const Result<void> refused = m_service->reload(twice);
    QVERIFY(!refused);
    QVERIFY(refused.error().detail.contains(u"url and token"_s));
    QVERIFY(!RunnerService::create(twice, "s_0123456789ab", ownUser()).isOk());
}

void ServiceTest::asksAgainAfterRefusalsWhenToldTo()
{
    begin(1);
    m_coordinator->disturb("POST request", 403, 3);
    m_coordinator->offer(quickJob(1, u"true"_s));
    m_service->start();
    QTRY_COMPARE_WITH_TIMEOUT(questions().size(), 3, 10'000);
    QVERIFY(m_service->reload(m_config));
    QTRY_VERIFY_WITH_TIMEOUT(m_coordinator->end(1).has_value(), 10'000);
}

CAPSTAN_TEST(ServiceTest)
#include "tst_service.moc"
