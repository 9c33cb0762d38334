// SPDX-License-Identifier: MIT
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using engine::Outcome;
using engine::Transaction;

/// A runner's last word about its job, where something is in its way.
class LastWordTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aJobThatCannotBeReadIsNoRefusal();
    void aWholeLogThatIsTooLargeFailsItsJob();
    void whatARunEndsWithIsCutWhereTheLogIsFull();

private:
    static protocol::JobUpdate success()
    {
        protocol::JobUpdate last;
        last.state = protocol::UpdateState::Success;
        return last;
    }
};

void LastWordTest::aJobThatCannotBeReadIsNoRefusal()
{
    World world;
    TalkingRunner runner(world, world.addRunner().token);
    model::JobPlan build = job(u"build"_s);
    build.spec.coverage = u"(\\d+)%"_s; // So that the log is read before the result is stored.
    world.create(plan({build}));
    const protocol::JobPayload payload = runner.take();
    runner.confirm(payload);
    runner.patch(payload, 0, "99%\n");
    std::optional<queue::UpdateAnswer> answer;
    protocol::JobUpdate last = success();
    last.token = payload.token;
    world.run([&](Transaction &transaction) {
        world.core().messages().update(
            transaction, JobId {payload.id}, last,
            [&](const queue::UpdateAnswer &given) { answer = given; });
        return Outcome::Keep;
    });
    world.execute("ALTER TABLE jobs RENAME TO away"); // Before the worker's answer is looked at.
    QTRY_VERIFY(answer);
    world.execute("ALTER TABLE away RENAME TO jobs");
    QCOMPARE(answer->reply, queue::UpdateReply::NotNow);
    QCOMPARE(runner.update(payload, success()).reply, queue::UpdateReply::Done);
    QCOMPARE(world.job(u"build"_s).coverage, 99);
}

void LastWordTest::aWholeLogThatIsTooLargeFailsItsJob()
{
    World world;
    world.limits().maxTraceBytes = 10;
    world.restart();
    TalkingRunner runner(world, world.addRunner().token, TalkingRunner::Kind::Stock);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.patch(payload, 0, "held");
    protocol::JobUpdate last = success();
    last.trace = "0123456789x"_ba;
    const queue::UpdateAnswer answer = runner.update(payload, last);
    QCOMPARE(answer.reply, queue::UpdateReply::Refused);
    QCOMPARE(answer.word.state, model::JobState::Failed);
    QCOMPARE(world.job(u"build"_s).failureReason, model::FailureReason::TraceSizeExceeded);
    QCOMPARE(*world.core().logReader().read(JobId {payload.id}, 0, 100), "held"_ba);
}

void LastWordTest::whatARunEndsWithIsCutWhereTheLogIsFull()
{
    class Release final : public queue::JobFinisher
    {
    public:
        bool finish(Transaction &, const model::Job &, Done done) override
        {
            QMetaObject::invokeMethod(
                qApp, [done] { done(Finished {"released\n", {}}); }, Qt::QueuedConnection);
            return true;
        }
    } release;
    World world;
    world.limits().maxTraceBytes = 10;
    world.restart();
    world.core().messages().setFinisher(release);
    TalkingRunner runner(world, world.addRunner().token);
    world.create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = runner.take();
    runner.confirm(payload);
    runner.patch(payload, 0, "01234567");
    QCOMPARE(runner.update(payload, success()).reply, queue::UpdateReply::Done);
    QCOMPARE(world.states(), u"build:success"_s);
    QCOMPARE(*world.core().logReader().read(JobId {payload.id}, 0, 100), "01234567re"_ba);
}

CAPSTAN_TEST(LastWordTest)
#include "tst_lastwords.moc"
