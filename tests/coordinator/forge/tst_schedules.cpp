// SPDX-License-Identifier: MIT
#include "coordinator/forge/schedules.h"
#include "db/schedulestore.h"
#include "db/userstore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Transaction;

/// Pipelines by the clock, whose hands the test turns.
class SchedulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void runsWhenItIsDue();
    void whatWasMissedRunsOnce();
    void aStoppedOneDoesNotRun();
    void anOwnerWithoutRightsStopsIt_data();
    void anOwnerWithoutRightsStopsIt();
    void saysWhyThereIsNoPipeline();

private:
    model::Schedule add(const QString &cron, const QString &ref = u"main"_s);
    model::Schedule schedule(ScheduleId id)
    {
        return **db::ScheduleStore(*m_world->database, m_world->box).find(id);
    }
    void turn(std::chrono::milliseconds by);
    size_t scheduled();
    void settle();

    std::unique_ptr<ForgeWorld> m_world;
    ManualClock m_clock;
    std::unique_ptr<queue::Deadlines> m_deadlines;
    std::unique_ptr<forge::Schedules> m_schedules;
    model::User m_alice;
    model::Project m_project;
};

void SchedulesTest::init()
{
    m_world = std::make_unique<ForgeWorld>();
    m_deadlines = std::make_unique<queue::Deadlines>(m_clock);
    m_schedules = std::make_unique<forge::Schedules>(forge::Schedules::Parts {
        *m_world->loop, m_clock, m_world->box, *m_deadlines, *m_world->starter});
    m_alice = m_world->makeUser(u"alice"_s);
    m_project = m_world->makeProject(m_alice, u"sample"_s);
    const QString clone = m_world->makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "a: {script: [x], rules: [{if: '$CI_PIPELINE_SOURCE != \"schedule\" || "
        "($NIGHT == \"yes\" && $CI_PIPELINE_SCHEDULE_DESCRIPTION == \"words\")'}]}\n"}});
    QCOMPARE(m_world->push(clone, m_project, "alice", {u"main"_s}).code, 0);
    m_world->waitForPipelines(m_project, 1);
}

void SchedulesTest::cleanup()
{
    m_schedules.reset();
    m_deadlines.reset();
    m_world.reset();
}

model::Schedule SchedulesTest::add(const QString &cron, const QString &ref)
{
    model::Schedule draft;
    draft.project = m_project.id;
    draft.owner = m_alice.id;
    draft.description = u"words"_s;
    draft.ref = ref;
    draft.cron = cron;
    draft.timeZone = u"UTC"_s;
    draft.variables = {{u"NIGHT"_s, u"yes"_s, false}};
    const auto added = m_world->inCommand<model::Schedule>([&](Transaction &transaction) {
        return m_schedules->add(transaction, draft);
    });
    settle();
    return *added;
}

/// All that was posted has run.
void SchedulesTest::settle()
{
    for (int i = 0; i < 3; ++i) {
        (void)m_world->inCommand<bool>([](Transaction &) -> Result<bool> { return true; });
    }
    ForgeWorld::waitFor([&] { return m_world->starter->isIdle(); });
    for (int i = 0; i < 3; ++i) {
        (void)m_world->inCommand<bool>([](Transaction &) -> Result<bool> { return true; });
    }
}

void SchedulesTest::turn(std::chrono::milliseconds by)
{
    // The deadline never sleeps longer than minutes, so the hands go in steps.
    constexpr std::chrono::milliseconds Step = 5min;
    for (std::chrono::milliseconds left = by; left > 0ms; left -= Step) {
        m_clock.advance(std::min(left, Step));
        m_deadlines->runDue();
        settle();
    }
}

size_t SchedulesTest::scheduled()
{
    size_t count = 0;
    for (const model::Pipeline &each : m_world->pipelines(m_project)) {
        count += each.source == "schedule"_L1 ? 1 : 0;
    }
    return count;
}

void SchedulesTest::runsWhenItIsDue()
{
    const model::Schedule added = add(u"*/30 * * * *"_s);
    turn(20min);
    QCOMPARE(scheduled(), size_t(0));
    turn(15min);
    QCOMPARE(scheduled(), size_t(1));
    const model::Pipeline made = m_world->pipelines(m_project).front();
    QCOMPARE(made.schedule, std::optional(added.id));
    QCOMPARE(made.user, std::optional(m_alice.id));
    QVERIFY(*schedule(added.id).nextRunAt > m_clock.now());
    turn(30min);
    QCOMPARE(scheduled(), size_t(2));
}

void SchedulesTest::whatWasMissedRunsOnce()
{
    const model::Schedule added = add(u"0 * * * *"_s);
    m_clock.advance(24h * 3);
    m_schedules->watch(); // As after a start.
    settle();
    m_deadlines->runDue();
    settle();
    QCOMPARE(scheduled(), size_t(1));
    m_deadlines->runDue();
    settle();
    QCOMPARE(scheduled(), size_t(1));
    QVERIFY(*schedule(added.id).nextRunAt > m_clock.now());
}

void SchedulesTest::aStoppedOneDoesNotRun()
{
    model::Schedule added = add(u"*/10 * * * *"_s);
    added.isActive = false;
    QVERIFY(m_world->inCommand<model::Schedule>([&](Transaction &transaction) {
        return m_schedules->update(transaction, added);
    }));
    turn(25min);
    QCOMPARE(scheduled(), size_t(0));
}

void SchedulesTest::anOwnerWithoutRightsStopsIt_data()
{
    QTest::addColumn<bool>("isBlocked");
    QTest::newRow("blocked") << true;
    QTest::newRow("only a reporter now") << false;
}

void SchedulesTest::anOwnerWithoutRightsStopsIt()
{
    QFETCH(bool, isBlocked);
    const model::User bob = m_world->makeUser(u"bob"_s);
    m_world->setRole(m_project, bob, model::Role::Maintainer);
    model::Schedule added = add(u"*/10 * * * *"_s);
    added.owner = bob.id;
    QVERIFY(m_world->inCommand<model::Schedule>([&](Transaction &transaction) {
        return m_schedules->update(transaction, added);
    }));
    if (isBlocked) {
        model::User blocked = bob;
        blocked.isBlocked = true;
        QVERIFY(m_world->inCommand<void>([&](Transaction &transaction) {
            return db::UserStore(transaction.database()).update(blocked);
        }));
    } else {
        m_world->setRole(m_project, bob, model::Role::Reporter);
    }
    turn(15min);
    QCOMPARE(scheduled(), size_t(0));
    QVERIFY(!schedule(added.id).isActive);
    QVERIFY(schedule(added.id).lastError.contains(u"owner"_s));
}

void SchedulesTest::saysWhyThereIsNoPipeline()
{
    const model::Schedule added = add(u"*/10 * * * *"_s, u"nowhere"_s);
    turn(15min);
    QCOMPARE(scheduled(), size_t(0));
    QVERIFY(schedule(added.id).isActive);
    QVERIFY(schedule(added.id).lastError.contains(u"not found"_s));
    QVERIFY(*schedule(added.id).nextRunAt > m_clock.now());
}

CAPSTAN_TEST(SchedulesTest)
#include "tst_schedules.moc"
