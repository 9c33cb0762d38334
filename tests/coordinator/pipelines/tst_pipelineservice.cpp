// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/pipelineflow.h"
#include "db/jobstore.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Transaction;

/// Play, retry, cancel and what follows from them.
class PipelineServiceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        m_runner = std::make_unique<TalkingRunner>(*m_world, m_world->addRunner().token);
    }
    void cleanup()
    {
        m_runner.reset();
        m_world.reset();
    }

    void aFailedConfigurationIsAFailedPipeline();
    void aSkippedPipelineHasNoJobs();
    void playsAManualJobWithVariables();
    void playingRevivesWhatWasSkipped();
    void retriesByItselfAsOftenAsItMay();
    void retriesOnlyForTheReasonsGiven();
    void retriesAJobAndWhatItKeptFromRunning();
    void retriesAPipeline();
    void retriesOverSeveralStages();
    void cancelsPolitelyThenByForce();
    void aCanceledJobIsNoWarning();
    void cancelsAPipeline();
    void aNewPushCancelsAnOlderPipeline_data();
    void aNewPushCancelsAnOlderPipeline();
    void aFailureMayCancelTheRest();
    void startsADelayedJob();
    void oneJobAtATimeHoldsAResource();
    void anExitCodeMayBeAllowed();
    void erasesAFinishedJob();
    void delaysSurviveARestart();
    void delaysSurviveARefusedTransaction();
    void anUndoneCommandLeavesNothingToSettle();

private:
    Result<model::Job> play(JobId id, const std::vector<model::GivenVariable> &given = {})
    {
        return m_world->call<model::Job>([&](Transaction &transaction) {
            return m_world->core().pipelines().play(transaction, id, m_world->user(), given);
        });
    }
    Result<model::Job> retry(JobId id)
    {
        return m_world->call<model::Job>([&](Transaction &transaction) {
            return m_world->core().pipelines().retry(transaction, id, m_world->user());
        });
    }
    Result<model::Job> cancel(JobId id, CancelKind kind = CancelKind::Polite)
    {
        return m_world->call<model::Job>([&](Transaction &transaction) {
            return m_world->core().pipelines().cancel(transaction, id, kind);
        });
    }
    protocol::JobPayload takeAndConfirm()
    {
        const protocol::JobPayload payload = m_runner->take();
        m_runner->confirm(payload);
        return payload;
    }
    void runOne(bool isSuccess = true, int exitCode = 0)
    {
        m_runner->finish(takeAndConfirm(), isSuccess, exitCode);
    }

    std::unique_ptr<World> m_world;
    std::unique_ptr<TalkingRunner> m_runner;
};

void PipelineServiceTest::aFailedConfigurationIsAFailedPipeline()
{
    const auto made = m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().createFailed(
            transaction, m_world->push(),
            {{u"unknown stage"_s, u".gitlab-ci.yml"_s, 3, 5}});
    });
    QVERIFY(made);
    const model::Pipeline stored = m_world->pipeline(made->id);
    QCOMPARE(stored.state, model::PipelineState::Failed);
    QCOMPARE(stored.errors.size(), size_t(1));
    QCOMPARE(stored.errors.front().line, 3);
    QCOMPARE(stored.iid, 1);
}

void PipelineServiceTest::aSkippedPipelineHasNoJobs()
{
    const auto made = m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().createSkipped(transaction, m_world->push());
    });
    QVERIFY(made);
    QCOMPARE(made->state, model::PipelineState::Skipped);
    QCOMPARE(m_world->states(made->id), QString());
}

void PipelineServiceTest::playsAManualJobWithVariables()
{
    m_world->create(plan({manual(job(u"deploy"_s), false), job(u"after"_s, 1)}));
    QCOMPARE(m_world->states(), u"deploy:manual after:created"_s);
    QCOMPARE(m_world->pipeline(m_world->newest()).state, model::PipelineState::Manual);
    QVERIFY(play(m_world->job(u"deploy"_s).id, {{u"WHERE"_s, u"east"_s, false}}));
    QCOMPARE(m_world->states(), u"deploy:pending after:created"_s);
    QCOMPARE(play(m_world->job(u"deploy"_s).id).error().kind, ErrorKind::Conflict);
    const protocol::JobPayload payload = takeAndConfirm();
    const auto given = std::find_if(payload.variables.begin(), payload.variables.end(),
                                    [](const auto &each) { return each.key == "WHERE"_L1; });
    QVERIFY(given != payload.variables.end());
    QCOMPARE(given->value, u"east"_s);
    m_runner->finish(payload);
    QCOMPARE(m_world->states(), u"deploy:success after:pending"_s);
}

void PipelineServiceTest::playingRevivesWhatWasSkipped()
{
    m_world->create(plan({manual(job(u"a"_s), true), needing(job(u"b"_s, 1), {u"a"_s}),
                          needing(job(u"c"_s, 2), {u"b"_s})}));
    QCOMPARE(m_world->states(), u"a:manual b:skipped c:skipped"_s);
    QVERIFY(play(m_world->job(u"a"_s).id));
    QCOMPARE(m_world->states(), u"a:pending b:created c:created"_s);
    runOne();
    QCOMPARE(m_world->states(), u"a:success b:pending c:created"_s);
}

void PipelineServiceTest::retriesByItselfAsOftenAsItMay()
{
    model::JobPlan flaky = job(u"flaky"_s);
    flaky.retry.max = 2;
    m_world->create(plan({flaky, job(u"next"_s, 1)}));
    runOne(false, 1);
    QCOMPARE(m_world->states(), u"flaky:pending next:created"_s);
    QCOMPARE(m_world->job(u"flaky"_s).attempt, 1);
    runOne(false, 1);
    runOne(false, 1);
    QCOMPARE(m_world->states(), u"flaky:failed next:skipped"_s);
    QCOMPARE(m_world->job(u"flaky"_s).attempt, 2);
    QCOMPARE(m_world->pipeline(m_world->newest()).state, model::PipelineState::Failed);
}

void PipelineServiceTest::retriesOnlyForTheReasonsGiven()
{
    model::JobPlan picky = job(u"picky"_s);
    picky.retry = {.max = 2, .when = {u"runner_system_failure"_s}, .exitCodes = {42}};
    m_world->create(plan({picky}));
    runOne(false, 42);
    QCOMPARE(m_world->states(), u"picky:pending"_s);
    takeAndConfirm();
    m_world->advance(91s);
    QCOMPARE(m_world->job(u"picky"_s).attempt, 2);
    runOne(false, 1);
    QCOMPARE(m_world->states(), u"picky:failed"_s);
}

void PipelineServiceTest::retriesAJobAndWhatItKeptFromRunning()
{
    m_world->create(plan({job(u"a"_s), job(u"b"_s, 1)}));
    runOne(false, 1);
    QCOMPARE(m_world->states(), u"a:failed b:skipped"_s);
    const JobId old = m_world->job(u"a"_s).id;
    QVERIFY(retry(old));
    QCOMPARE(m_world->states(), u"a:pending b:created"_s);
    QVERIFY(m_world->job(old).isRetried);
    QCOMPARE(retry(old).error().kind, ErrorKind::Conflict);
    runOne();
    runOne();
    QCOMPARE(m_world->states(), u"a:success b:success"_s);
    QCOMPARE(m_world->pipeline(m_world->newest()).state, model::PipelineState::Success);
}

void PipelineServiceTest::retriesAPipeline()
{
    m_world->create(plan({job(u"a"_s), job(u"b"_s), job(u"c"_s, 1)}));
    runOne();
    runOne(false, 1);
    QCOMPARE(m_world->states(), u"a:success b:failed c:skipped"_s);
    const auto again = m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().retryPipeline(transaction, m_world->newest(), {});
    });
    QVERIFY(again);
    QCOMPARE(m_world->states(), u"a:success b:pending c:created"_s);
    QVERIFY(!again->finishedAt);
}

void PipelineServiceTest::retriesOverSeveralStages()
{
    model::JobPlan allowed = job(u"a"_s);
    allowed.allowFailure.always = true;
    m_world->create(plan({allowed, job(u"b"_s, 1), job(u"c"_s, 1), job(u"d"_s, 2),
                          needing(job(u"e"_s, 2), {u"b"_s})}));
    runOne(false, 1);
    runOne(false, 1);
    runOne();
    QCOMPARE(m_world->states(), u"a:failed b:failed c:success d:skipped e:skipped"_s);
    QVERIFY(m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().retryPipeline(transaction, m_world->newest(), {});
    }));
    QCOMPARE(m_world->states(), u"a:pending b:created c:success d:created e:created"_s);
}

void PipelineServiceTest::cancelsPolitelyThenByForce()
{
    m_world->create(plan({job(u"a"_s), job(u"b"_s), job(u"c"_s, 1)}));
    const protocol::JobPayload a = takeAndConfirm();
    const protocol::JobPayload b = takeAndConfirm();
    QVERIFY(cancel(JobId {a.id}));
    QCOMPARE(m_world->states(), u"a:canceling b:running c:created"_s);
    QCOMPARE(m_runner->patch(a, 0, "after_script\n").word.state, model::JobState::Canceling);
    // Whatever it says at last, it was canceled.
    QCOMPARE(m_runner->finish(a).word.state, model::JobState::Canceled);
    QVERIFY(cancel(JobId {b.id}, CancelKind::Forced));
    QCOMPARE(m_world->states(), u"a:canceled b:canceled c:skipped"_s);
    QCOMPARE(m_runner->finish(b).reply, queue::UpdateReply::Refused);
    QCOMPARE(cancel(JobId {b.id}).error().kind, ErrorKind::Conflict);
}

void PipelineServiceTest::aCanceledJobIsNoWarning()
{
    model::JobPlan a = job(u"a"_s);
    a.allowFailure.exitCodes = {3};
    m_world->create(plan({a}));
    const protocol::JobPayload payload = takeAndConfirm();
    QVERIFY(cancel(JobId {payload.id}));
    m_runner->finish(payload, false, 3);
    const model::Job canceled = m_world->job(u"a"_s);
    QCOMPARE(canceled.state, model::JobState::Canceled);
    QVERIFY(!canceled.isFailureAllowed);
    QVERIFY(!canceled.failureReason);
    QCOMPARE(m_world->pipeline(m_world->newest()).state, model::PipelineState::Canceled);
}

void PipelineServiceTest::cancelsAPipeline()
{
    m_world->create(plan({job(u"a"_s), job(u"b"_s), job(u"c"_s, 1)}));
    takeAndConfirm();
    const auto canceled = m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().cancelPipeline(transaction, m_world->newest(),
                                                          CancelKind::Polite);
    });
    QVERIFY(canceled);
    QCOMPARE(m_world->states(), u"a:canceling b:canceled c:canceled"_s);
    QCOMPARE(canceled->state, model::PipelineState::Canceling);
    QCOMPARE(m_world->core().dispatcher().counts().pending, 0);
    // Its runner is gone: silence ends it.
    m_world->advance(91s);
    QCOMPARE(m_world->states(), u"a:canceled b:canceled c:canceled"_s);
    QCOMPARE(m_world->pipeline(m_world->newest()).state, model::PipelineState::Canceled);
}

void PipelineServiceTest::aNewPushCancelsAnOlderPipeline_data()
{
    QTest::addColumn<model::AutoCancel>("mode");
    QTest::addColumn<bool>("isInterruptible");
    QTest::addColumn<QString>("states");
    using model::AutoCancel;
    QTest::newRow("a started job that must not be interrupted keeps all")
        << AutoCancel::Conservative << false << u"a:running b:created"_s;
    QTest::newRow("else all is canceled")
        << AutoCancel::Conservative << true << u"a:canceling b:canceled"_s;
    QTest::newRow("only what is interruptible")
        << AutoCancel::Interruptible << true << u"a:canceling b:created"_s;
    QTest::newRow("none") << AutoCancel::None << true << u"a:running b:created"_s;
}

void PipelineServiceTest::aNewPushCancelsAnOlderPipeline()
{
    QFETCH(const model::AutoCancel, mode);
    QFETCH(const bool, isInterruptible);
    model::JobPlan a = job(u"a"_s);
    a.interruptible = isInterruptible;
    model::PipelinePlan older = plan({a, job(u"b"_s, 1)});
    older.autoCancelOnNewCommit = mode;
    const PipelineId id = m_world->create(older).id;
    takeAndConfirm();
    const auto newer = m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().create(
            transaction, m_world->push(QByteArray(40, 'b')), plan({job(u"a"_s)}));
    });
    QVERIFY(newer);
    QTEST(m_world->states(id), "states");
}

void PipelineServiceTest::aFailureMayCancelTheRest()
{
    model::PipelinePlan strict = plan({job(u"a"_s), job(u"b"_s), job(u"c"_s, 1)});
    strict.autoCancelOnJobFailure = true;
    m_world->create(strict);
    const protocol::JobPayload a = takeAndConfirm();
    takeAndConfirm();
    m_runner->finish(a, false, 1);
    QCOMPARE(m_world->states(), u"a:failed b:canceling c:canceled"_s);
}

void PipelineServiceTest::startsADelayedJob()
{
    model::JobPlan later = job(u"later"_s);
    later.when = model::When::Delayed;
    later.startIn = 600s;
    m_world->create(plan({later}));
    QCOMPARE(m_world->states(), u"later:scheduled"_s);
    QCOMPARE(m_world->pipeline(m_world->newest()).state, model::PipelineState::Scheduled);
    m_world->advance(599s);
    QCOMPARE(m_world->states(), u"later:scheduled"_s);
    m_world->advance(2s);
    QCOMPARE(m_world->states(), u"later:pending"_s);
}

void PipelineServiceTest::delaysSurviveARestart()
{
    model::JobPlan later = job(u"later"_s);
    later.when = model::When::Delayed;
    later.startIn = 600s;
    m_world->create(plan({later}));
    m_world->stop();
    m_world->clock().advance(601s);
    m_world->start();
    m_world->advance(0s);
    QCOMPARE(m_world->states(), u"later:pending"_s);
}

void PipelineServiceTest::oneJobAtATimeHoldsAResource()
{
    model::JobPlan a = job(u"a"_s);
    a.resourceGroup = u"$CI_PROJECT_NAME-prod"_s;
    model::JobPlan b = a;
    b.name = u"b"_s;
    m_world->create(plan({a, b}));
    QCOMPARE(m_world->states(), u"a:pending b:waiting_for_resource"_s);
    QCOMPARE(m_world->job(u"a"_s).resourceGroup, u"sample-prod"_s);
    runOne();
    QCOMPARE(m_world->states(), u"a:success b:pending"_s);
    m_world->create(plan({a}));
    QCOMPARE(m_world->states(), u"a:waiting_for_resource"_s);
    m_world->restart();
    runOne();
    QCOMPARE(m_world->states(), u"a:pending"_s);
}

void PipelineServiceTest::anExitCodeMayBeAllowed()
{
    model::JobPlan a = job(u"a"_s);
    a.allowFailure.exitCodes = {3};
    model::JobPlan b = a;
    b.name = u"b"_s;
    m_world->create(plan({a, job(u"next"_s, 1)}));
    runOne(false, 3);
    QCOMPARE(m_world->states(), u"a:failed next:pending"_s);
    runOne();
    QCOMPARE(m_world->pipeline(m_world->newest()).state, model::PipelineState::Success);
    m_world->create(plan({b, job(u"next"_s, 1)}));
    runOne(false, 4);
    QCOMPARE(m_world->states(), u"b:failed next:skipped"_s);
}

void PipelineServiceTest::erasesAFinishedJob()
{
    m_world->create(plan({job(u"a"_s)}));
    const protocol::JobPayload a = takeAndConfirm();
    m_runner->patch(a, 0, "secret");
    const auto erase = [&] {
        return m_world->call<model::Job>([&](Transaction &transaction) {
            return m_world->core().pipelines().erase(transaction, JobId {a.id});
        });
    };
    QCOMPARE(erase().error().kind, ErrorKind::Conflict);
    m_runner->finish(a);
    QVERIFY(erase());
    QVERIFY(m_world->job(u"a"_s).isErased);
    QCOMPARE(*m_world->core().logReader().size(JobId {a.id}), 0);
}

void PipelineServiceTest::delaysSurviveARefusedTransaction()
{
    model::JobPlan later = job(u"later"_s);
    later.when = model::When::Delayed;
    later.startIn = 600s;
    m_world->create(plan({later}));
    m_world->refuseNextBatch();
    m_world->advance(601s);
    QCOMPARE(m_world->states(), u"later:scheduled"_s);
    m_world->advance(5s);
    QTRY_COMPARE(m_world->states(), u"later:pending"_s);
}

void PipelineServiceTest::anUndoneCommandLeavesNothingToSettle()
{
    PipelineFlow flow(m_world->core());
    m_world->run([&](Transaction &transaction) {
        PipelineService &pipelines = m_world->core().pipelines();
        const Result<model::Pipeline> made
            = pipelines.create(transaction, m_world->push(), plan({job(u"a"_s)}));
        const auto jobs
            = db::JobStore(transaction.database(), m_world->box()).ofPipeline(made->id);
        (void)flow.apply(transaction, jobs->front(), {.event = engine::JobEvent::Cancel});
        return engine::Outcome::Undo;
    });
    // That pipeline was never stored: a command that looked for it would fail for it.
    const Result<void> settled = m_world->call<void>(
        [&](Transaction &transaction) { return flow.settle(transaction); });
    QVERIFY2(settled, settled ? "" : qPrintable(settled.error().detail));
}

CAPSTAN_TEST(PipelineServiceTest)
#include "tst_pipelineservice.moc"
