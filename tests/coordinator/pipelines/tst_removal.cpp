// SPDX-License-Identifier: MIT
#include "db/projectstore.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Transaction;

/// What goes with a project.
class RemovalTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aProjectLeavesNothingBehind();
};

void RemovalTest::aProjectLeavesNothingBehind()
{
    World world;
    TalkingRunner runner(world, world.addRunner().token);
    model::JobPlan later = job(u"later"_s);
    later.when = model::When::Delayed;
    later.startIn = 600s;
    world.create(plan({job(u"done"_s), job(u"running"_s), job(u"waiting"_s), later}));
    const protocol::JobPayload done = runner.take();
    runner.patch(done, 0, "log");
    runner.finish(done);
    const protocol::JobPayload running = runner.take();
    runner.confirm(running);
    runner.patch(running, 0, "log");
    const auto removed = world.call<void>([&](Transaction &transaction) {
        const Result<void> gone
            = world.core().pipelines().removeAllOf(transaction, world.project());
        return gone ? db::ProjectStore(transaction.database()).remove(world.project()) : gone;
    });
    QVERIFY(removed);
    QCOMPARE(world.core().leases().count(), size_t(0));
    QCOMPARE(world.core().dispatcher().counts().pending, 0);
    for (const protocol::JobPayload &payload : {done, running}) {
        QTRY_COMPARE(*world.core().logReader().size(JobId {payload.id}), 0);
    }
    world.advance(601s);
    QVERIFY(!runner.ask()->has_value());
}

CAPSTAN_TEST(RemovalTest)
#include "tst_removal.moc"
