// SPDX-License-Identifier: MIT
#include "coordinator/queue/waitingreason.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using engine::Transaction;

/// Runners and their tokens.
class RunnerRegistryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aResetTokenKeepsItsKind_data();
    void aResetTokenKeepsItsKind();
    void saysWhyAJobWaits_data();
    void saysWhyAJobWaits();
};

void RunnerRegistryTest::aResetTokenKeepsItsKind_data()
{
    QTest::addColumn<bool>("isCreated");
    QTest::newRow("made in the page") << true;
    QTest::newRow("registered") << false;
}

void RunnerRegistryTest::aResetTokenKeepsItsKind()
{
    QFETCH(const bool, isCreated);
    World world;
    const auto made = world.call<queue::CreatedRunner>([&](Transaction &transaction) {
        protocol::RunnerRegistration registration;
        registration.token = Secret("registration"_ba);
        queue::RunnerRegistry &runners = world.core().runners();
        return isCreated ? runners.create(transaction, {})
                         : runners.registerRunner(transaction, registration);
    });
    QVERIFY(made);
    world.restart();
    const auto reset = [&] {
        return world.call<queue::CreatedRunner>([&](Transaction &transaction) {
            return world.core().runners().resetToken(transaction, made->runner.id);
        });
    };
    for (const auto &again : {reset(), reset()}) {
        QVERIFY(again);
        QCOMPARE(again->token.reveal().startsWith("glrt-"), isCreated);
        QVERIFY(!again->runner.shortToken.startsWith("glrt-"));
    }
}

void RunnerRegistryTest::saysWhyAJobWaits_data()
{
    QTest::addColumn<QList<model::Runner>>("runners");
    QTest::addColumn<QStringList>("tags");
    QTest::addColumn<QString>("reason");
    model::Runner linux;
    linux.tags = {u"linux"_s};
    linux.runsUntagged = false;
    model::Runner paused = linux;
    paused.isPaused = true;
    const QStringList wanted {u"linux"_s};
    QTest::newRow("a new installation")
        << QList<model::Runner> {} << wanted << u"Waiting: there is no runner yet."_s;
    QTest::newRow("a tag that no runner has")
        << QList<model::Runner> {linux} << QStringList {u"gpu"_s, u"linux"_s}
        << u"Waiting: no runner takes jobs of this project with the tags gpu, linux."_s;
    QTest::newRow("no tags where every runner wants some")
        << QList<model::Runner> {linux} << QStringList {}
        << u"Waiting: no runner takes jobs of this project without tags."_s;
    QTest::newRow("it is paused") << QList<model::Runner> {paused} << wanted
                                  << u"Waiting: every runner that could take this job is paused."_s;
    QTest::newRow("it is away") << QList<model::Runner> {paused, linux} << wanted
                                << u"Waiting: every runner that could take this job is offline."_s;
}

void RunnerRegistryTest::saysWhyAJobWaits()
{
    QFETCH(const QList<model::Runner>, runners);
    QFETCH(const QStringList, tags);
    World world;
    for (const model::Runner &runner : runners) {
        world.addRunner(runner);
    }
    const queue::Wish wish {world.project(), GroupId {1}, tags, false};
    QTEST(queue::waitingReason(world.core().runners(), model::Job {}, wish), "reason");
}

CAPSTAN_TEST(RunnerRegistryTest)
#include "tst_runnerregistry.moc"
