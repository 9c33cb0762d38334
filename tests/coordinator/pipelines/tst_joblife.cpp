// SPDX-License-Identifier: MIT
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include <zlib.h>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Transaction;

/// From a plan to finished jobs, as runners see it.
class JobLifeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_world = std::make_unique<World>(); }
    void cleanup() { m_world.reset(); }

    void runsAPipelineToItsEnd();
    void aHeldRequestIsAnsweredWhenAJobBecomesReady();
    void aHeldRequestEndsWithoutAJob();
    void aJobReleasedPastItsTimeoutMayReport();
    void doesNotClaimForAClientThatLeft();
    void anUnconfirmedHandOutGoesBackIntoTheQueue();
    void aHandOutThatGotLostGoesBackSoonAfterTheHello();
    void anOldRunnersJobIsNeverQueuedAgain();
    void aSilentRunnerLosesItsJob_data();
    void aSilentRunnerLosesItsJob();
    void appendsOnlyWhatIsNew();
    void asksForABrokenLogAgainButNotForEver();
    void refusesForeignTokensAndFinishedJobs();
    void aLogThatIsTooLargeFailsItsJob();
    void anUnknownRunnerIsRefused();
    void aPausedRunnerWaits();
    void saysWhenARunnerHasGone();
    void oldLogsAreRemoved();
    void continuesAfterARestart();

private:
    std::unique_ptr<World> m_world;
};

void JobLifeTest::runsAPipelineToItsEnd()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    const model::Pipeline pipeline
        = world.create(plan({job(u"build"_s), job(u"test"_s, 1)}));
    QCOMPARE(world.states(), u"build:pending test:created"_s);
    QCOMPARE(world.pipeline(pipeline.id).state, model::PipelineState::Pending);

    const protocol::JobPayload build = runner.take();
    QCOMPARE(build.jobInfo.name, u"build"_s);
    QCOMPARE(build.steps.first().script, QStringList {u"make build"_s});
    QVERIFY(build.gitInfo.refspecs.contains(
        u"+refs/pipelines/%1:refs/pipelines/%1"_s.arg(pipeline.id.value())));
    QCOMPARE(world.states(), u"build:pending test:created"_s);
    QCOMPARE(runner.confirm(build).reply, queue::UpdateReply::Done);
    QCOMPARE(world.states(), u"build:running test:created"_s);
    QCOMPARE(runner.patch(build, 0, "hello\n").size, 6);
    QCOMPARE(runner.finish(build).reply, queue::UpdateReply::Done);
    QCOMPARE(world.states(), u"build:success test:pending"_s);

    const protocol::JobPayload test = runner.take();
    QCOMPARE(test.jobInfo.name, u"test"_s);
    QCOMPARE(runner.confirm(test).word.state, model::JobState::Running);
    QCOMPARE(runner.finish(test, false, 3).reply, queue::UpdateReply::Done);
    QCOMPARE(world.states(), u"build:success test:failed"_s);
    const model::Job failed = world.job(u"test"_s);
    QCOMPARE(failed.exitCode, 3);
    QCOMPARE(failed.failureReason, model::FailureReason::ScriptFailure);
    QVERIFY(!failed.tokenHash.isEmpty()); // Tells a runner that still speaks how it ended.
    QCOMPARE(world.pipeline(pipeline.id).state, model::PipelineState::Failed);
    QVERIFY(world.pipeline(pipeline.id).finishedAt);
    QCOMPARE(world.core().leases().count(), size_t(0));
}

void JobLifeTest::aHeldRequestIsAnsweredWhenAJobBecomesReady()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    const auto answer = runner.ask();
    QVERIFY(!answer->has_value());
    world.create(plan({job(u"build"_s)}));
    QTRY_VERIFY(answer->has_value());
    QVERIFY(std::holds_alternative<queue::HandedOut>(**answer));
}

void JobLifeTest::aHeldRequestEndsWithoutAJob()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    const auto answer = runner.ask();
    world.advance(49s);
    QVERIFY(!answer->has_value());
    world.advance(2s);
    QVERIFY(answer->has_value());
    const auto *none = std::get_if<queue::NoJob>(&**answer);
    QVERIFY(none);
    QVERIFY(!none->lastUpdate.isEmpty());
    QCOMPARE(world.core().dispatcher().counts().waiting, 0);
}

void JobLifeTest::aJobReleasedPastItsTimeoutMayReport()
{
    World &world = *m_world;
    const queue::CreatedRunner created = world.addRunner();
    TalkingRunner runner(world, created.token);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.confirm(payload);
    qint64 sent = 0;
    const auto pass = [&](std::chrono::minutes time) {
        for (int i = 0; i < time.count(); ++i) {
            world.advance(1min);
            runner.patch(payload, sent++, "."); // It is there.
        }
    };
    const auto hold = [&](std::optional<std::chrono::minutes> time) {
        return world.call<void>([&](Transaction &transaction) {
            queue::Leases &leases = world.core().leases();
            const JobId id {payload.id};
            return time ? leases.setHold(transaction, created.runner.id, id,
                                         {u"terminal"_s, world.clock().now() + *time})
                        : leases.clearHold(transaction, created.runner.id, id);
        });
    };
    pass(55min);
    QVERIFY(hold(30min)); // The script has ended in time; a terminal keeps the job.
    pass(25min);
    QVERIFY(hold(std::nullopt));
    world.advance(10s); // Its processes end.
    QCOMPARE(runner.finish(payload).reply, queue::UpdateReply::Done);
    QCOMPARE(world.states(), u"build:success"_s);
}

void JobLifeTest::doesNotClaimForAClientThatLeft()
{
    World &world = *m_world;
    const queue::CreatedRunner created = world.addRunner();
    TalkingRunner gone(world, created.token);
    const auto lost = gone.ask();
    gone.isGone = true;
    TalkingRunner there(world, created.token);
    const auto answer = there.ask();
    world.create(plan({job(u"build"_s)}));
    QTRY_VERIFY(answer->has_value());
    QVERIFY(!lost->has_value());
}

void JobLifeTest::anUnconfirmedHandOutGoesBackIntoTheQueue()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload first = runner.take();
    world.advance(59s);
    QVERIFY(world.job(u"build"_s).runner);
    world.advance(2s);
    QVERIFY(!world.job(u"build"_s).runner);
    QCOMPARE(world.states(), u"build:pending"_s);
    QCOMPARE(runner.confirm(first).reply, queue::UpdateReply::Refused);
    const protocol::JobPayload second = runner.take();
    QCOMPARE(second.id, first.id);
    QVERIFY(!(second.token == first.token));
    QCOMPARE(runner.confirm(second).reply, queue::UpdateReply::Done);
    world.advance(61s);
    QCOMPARE(world.states(), u"build:running"_s);
}

void JobLifeTest::aHandOutThatGotLostGoesBackSoonAfterTheHello()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s)}));
    runner.take();
    const model::Job taken = world.job(u"build"_s);
    world.core().leases().reportRunning(*taken.runner, taken.systemId, {});
    world.advance(9s);
    QVERIFY(world.job(u"build"_s).runner);
    world.advance(2s);
    QVERIFY(!world.job(u"build"_s).runner);
    const protocol::JobPayload again = runner.take();
    world.core().leases().reportRunning(*taken.runner, taken.systemId, {});
    QCOMPARE(runner.confirm(again).reply, queue::UpdateReply::Done);
    world.advance(11s);
    QCOMPARE(world.states(), u"build:running"_s);
}

void JobLifeTest::anOldRunnersJobIsNeverQueuedAgain()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token, TalkingRunner::Kind::Stock);
    world.create(plan({job(u"build"_s)}));
    runner.take();
    QCOMPARE(world.states(), u"build:running"_s);
    world.advance(89s);
    QCOMPARE(world.states(), u"build:running"_s);
    world.advance(2s);
    QCOMPARE(world.states(), u"build:failed"_s);
    QCOMPARE(world.job(u"build"_s).failureReason, model::FailureReason::RunnerSystemFailure);
}

void JobLifeTest::aSilentRunnerLosesItsJob_data()
{
    QTest::addColumn<TalkingRunner::Kind>("kind");
    QTest::addColumn<int>("seconds");
    QTest::newRow("ours after 90 s") << TalkingRunner::Kind::Capstan << 90;
    QTest::newRow("a stock one after 15 min") << TalkingRunner::Kind::TwoPhaseStock << 900;
}

void JobLifeTest::aSilentRunnerLosesItsJob()
{
    QFETCH(const TalkingRunner::Kind, kind);
    QFETCH(const int, seconds);
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token, kind);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.confirm(payload);
    const std::chrono::seconds limit {seconds};
    world.advance(limit - 1s);
    runner.patch(payload, 0, "still here\n");
    world.advance(limit - 1s);
    QCOMPARE(world.states(), u"build:running"_s);
    world.advance(2s);
    QCOMPARE(world.states(), u"build:failed"_s);
    QCOMPARE(runner.patch(payload, 11, "late\n").reply, queue::TraceReply::Refused);
}

void JobLifeTest::appendsOnlyWhatIsNew()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.confirm(payload);
    const JobId id {payload.id};
    QCOMPARE(runner.patch(payload, 0, "0123456789").size, 10);
    // The answer was lost, and more has come since.
    const queue::TraceAnswer repeated = runner.patch(payload, 0, "0123456789ab");
    QCOMPARE(repeated.reply, queue::TraceReply::Accepted);
    QCOMPARE(repeated.size, 12);
    const queue::TraceAnswer beyond = runner.patch(payload, 20, "late");
    QCOMPARE(beyond.reply, queue::TraceReply::Beyond);
    QCOMPARE(beyond.size, 12);
    const queue::TraceAnswer old = runner.patch(payload, 3, "345");
    QCOMPARE(old.reply, queue::TraceReply::Accepted);
    QCOMPARE(old.size, 12);
    QCOMPARE(*world.core().logReader().read(id, 0, 100), "0123456789ab"_ba);
}

void JobLifeTest::asksForABrokenLogAgainButNotForEver()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.confirm(payload);
    runner.patch(payload, 0, "abc");
    protocol::JobUpdate last;
    last.state = protocol::UpdateState::Success;
    last.size = 4;
    QCOMPARE(runner.update(payload, last).reply, queue::UpdateReply::LogInvalid);
    QCOMPARE(runner.patch(payload, 0, "abcd").size, 4);
    last.checksum = 7;
    QCOMPARE(runner.update(payload, last).reply, queue::UpdateReply::LogInvalid);
    runner.patch(payload, 0, "abcd");
    QCOMPARE(runner.update(payload, last).reply, queue::UpdateReply::Done);
    QCOMPARE(world.states(), u"build:success"_s);
}

void JobLifeTest::refusesForeignTokensAndFinishedJobs()
{
    World &world = *m_world;
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s), job(u"test"_s)}));
    protocol::JobPayload one = runner.take();
    protocol::JobPayload two = runner.take();
    runner.confirm(one);
    runner.confirm(two);
    std::swap(one.token, two.token);
    QCOMPARE(runner.patch(one, 0, "x").reply, queue::TraceReply::Refused);
    QCOMPARE(runner.finish(one).reply, queue::UpdateReply::Refused);
    QVERIFY(!runner.finish(one).word.state);
    std::swap(one.token, two.token);
    QCOMPARE(runner.finish(one).reply, queue::UpdateReply::Done);
    QCOMPARE(runner.finish(one, false).reply, queue::UpdateReply::Refused);
    QCOMPARE(world.states(), u"build:success test:running"_s);
}

void JobLifeTest::aLogThatIsTooLargeFailsItsJob()
{
    World &world = *m_world;
    world.limits().maxTraceBytes = 10;
    world.restart();
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.confirm(payload);
    QCOMPARE(runner.patch(payload, 0, "0123456789").reply, queue::TraceReply::Accepted);
    const queue::TraceAnswer answer = runner.patch(payload, 10, "x");
    QCOMPARE(answer.reply, queue::TraceReply::Refused);
    QCOMPARE(answer.word.state, model::JobState::Failed);
    QCOMPARE(world.job(u"build"_s).failureReason, model::FailureReason::TraceSizeExceeded);
}

void JobLifeTest::anUnknownRunnerIsRefused()
{
    TalkingRunner runner(*m_world, Secret("nobody"_ba));
    const auto answer = runner.ask();
    QVERIFY(answer->has_value());
    QVERIFY(std::holds_alternative<queue::RunnerUnknown>(**answer));
}

void JobLifeTest::aPausedRunnerWaits()
{
    World &world = *m_world;
    const queue::CreatedRunner created = world.addRunner();
    const auto setPaused = [&](bool isPaused) {
        model::Runner changed = *world.core().runners().find(created.runner.id);
        changed.isPaused = isPaused;
        QVERIFY(world.call<model::Runner>([&](Transaction &transaction) {
            return world.core().runners().update(transaction, changed);
        }));
    };
    setPaused(true);
    TalkingRunner runner(world, created.token);
    world.create(plan({job(u"build"_s)}));
    const auto answer = runner.ask();
    QVERIFY(!answer->has_value());
    setPaused(false);
    QTRY_VERIFY(answer->has_value());
    QVERIFY(std::holds_alternative<queue::HandedOut>(**answer));
}

void JobLifeTest::saysWhenARunnerHasGone()
{
    World &world = *m_world;
    const queue::CreatedRunner created = world.addRunner();
    const RunnerId id = created.runner.id;
    QCOMPARE(world.core().runners().status(id), queue::RunnerStatus::NeverContacted);
    TalkingRunner runner(world, created.token);
    runner.ask();
    QCOMPARE(world.core().runners().status(id), queue::RunnerStatus::Online);
    world.advance(0s);
    QSignalSpy changes(&world.news(), &engine::News::runnerChanged);
    world.advance(100s);
    runner.ask();
    world.advance(100s);
    QCOMPARE(world.core().runners().status(id), queue::RunnerStatus::Online);
    const auto before = changes.count();
    world.advance(100s);
    QCOMPARE(world.core().runners().status(id), queue::RunnerStatus::Offline);
    QCOMPARE(changes.count(), before + 1);
    world.advance(std::chrono::hours {24 * 8});
    QCOMPARE(world.core().runners().status(id), queue::RunnerStatus::Stale);
}

void JobLifeTest::oldLogsAreRemoved()
{
    World &world = *m_world;
    world.limits().traceExpiry = std::chrono::hours {1};
    world.restart();
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.patch(payload, 0, "log");
    runner.finish(payload);
    const auto size = [&] { return *world.core().logReader().size(JobId {payload.id}); };
    world.core().artifacts().sweep();
    world.advance(59min);
    QCOMPARE(size(), 3);
    world.advance(2min);
    world.core().artifacts().sweep();
    world.advance(0s);
    QTRY_COMPARE(size(), 0);
}

void JobLifeTest::continuesAfterARestart()
{
    World &world = *m_world;
    const Secret token = world.addRunner().token;
    TalkingRunner runner(world, token);
    world.create(plan({job(u"a"_s), job(u"b"_s), job(u"c"_s), job(u"d"_s, 1)}));
    const protocol::JobPayload running = runner.take();
    runner.confirm(running);
    runner.patch(running, 0, "before ");
    const protocol::JobPayload handedOut = runner.take();
    world.restart();

    QCOMPARE(world.states(), u"a:running b:pending c:pending d:created"_s);
    QCOMPARE(world.core().dispatcher().counts().pending, 1);
    QCOMPARE(world.core().leases().count(), size_t(2));
    // Silence counts from the restart.
    world.advance(59s);
    QCOMPARE(runner.confirm(handedOut).reply, queue::UpdateReply::Done);
    QCOMPARE(runner.patch(running, 7, "after").size, 12);
    protocol::JobUpdate last;
    last.state = protocol::UpdateState::Success;
    last.size = 12;
    last.checksum = static_cast<quint32>(
        ::crc32(0, reinterpret_cast<const Bytef *>("before after"), 12));
    QCOMPARE(runner.update(running, last).reply, queue::UpdateReply::Done);
    QCOMPARE(runner.finish(handedOut).reply, queue::UpdateReply::Done);
    const protocol::JobPayload third = runner.take();
    runner.finish(third);
    QCOMPARE(world.states(), u"a:success b:success c:success d:pending"_s);
}

CAPSTAN_TEST(JobLifeTest)
#include "tst_joblife.moc"
