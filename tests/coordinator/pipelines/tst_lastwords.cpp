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

CAPSTAN_TEST(LastWordTest)
#include "tst_lastwords.moc"
