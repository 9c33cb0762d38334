// SPDX-License-Identifier: MIT
#include "db/variablestore.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Outcome;
using engine::Transaction;

/// Hand-outs that fail, and deadlines whose command fails.
class HandOutTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        m_created = m_world->addRunner();
        m_runner = std::make_unique<TalkingRunner>(*m_world, m_created.token);
    }
    void cleanup()
    {
        m_runner.reset();
        m_world.reset();
    }

    void aJobThatCannotBeBuiltHoldsUpNoOther();
    void aJobThatCannotBeFailedHoldsUpNoOther();
    void manyThatCannotBeBuiltAreTriedInTurn();
    void aValueThatDoesNotOpenFailsItsJobOnly();
    void theSigningKeyIsStoredAtLast();
    void aFaultOfOursIsTriedAgainTwice();
    void aStuckJobThatCannotBeStoredIsTriedInTurn();
    void aLossThatCannotBeginIsTriedAgain_data();
    void aLossThatCannotBeginIsTriedAgain();
    void aWordThatCameInTimeKeepsTheSilenceWatched();
    void aTimeoutSurvivesAnEndThatIsUndone();
    void aBatchLostAtShutdownLeavesNobodyWaiting();

private:
    using Asked = std::shared_ptr<std::optional<queue::JobAnswer>>;

    // The job's name; else what was answered.
    static QString nameOf(const Asked &asked)
    {
        if (!asked->has_value()) {
            return u"(held)"_s;
        }
        const auto *given = std::get_if<queue::HandedOut>(&**asked);
        return given ? given->payload.jobInfo.name : u"(no job)"_s;
    }

    static model::JobPlan signing(const QString &name)
    {
        model::JobPlan plan = job(name);
        plan.spec.idTokens = {{u"TOKEN"_s, {u"https://vault.example.test"_s}}};
        return plan;
    }

    // Variables that were sealed with another key.
    void spoilVariables(ProjectId project)
    {
        model::Variable variable;
        variable.key = u"A"_s;
        variable.owner = project.value();
        variable.scope = model::VariableScope::Project;
        variable.value = Secret("value"_ba);
        QVERIFY(m_world->call<model::Variable>([&](Transaction &transaction) {
            return db::VariableStore(transaction.database(), m_world->box()).insert(variable);
        }));
        m_world->execute("UPDATE variables SET sealed_value = zeroblob(60)");
    }

    // In a project of its own, the variables of which do not open.
    PipelineId createSpoiled(const model::JobPlan &spoiled)
    {
        NewPipeline start = m_world->push();
        start.project = m_world->addProject(u"spoiled"_s);
        const auto made = m_world->call<model::Pipeline>([&](Transaction &transaction) {
            return m_world->core().pipelines().create(transaction, start, plan({spoiled}));
        });
        spoilVariables(start.project);
        return made->id;
    }

    void prepareKey()
    {
        m_world->run([&](Transaction &transaction) {
            return m_world->core().prepareSigningKey(transaction) ? Outcome::Keep : Outcome::Undo;
        });
    }

    std::unique_ptr<World> m_world;
    queue::CreatedRunner m_created;
    std::unique_ptr<TalkingRunner> m_runner;
};

void HandOutTest::aJobThatCannotBeBuiltHoldsUpNoOther()
{
    m_world->create(plan({signing(u"sign"_s), job(u"build"_s)}));
    QCOMPARE(nameOf(m_runner->ask()), u"build"_s);
    QCOMPARE(m_world->states(), u"sign:pending build:pending"_s);
    prepareKey();
    QTRY_VERIFY(m_world->core().signingKey());
    const Asked later = m_runner->ask();
    QCOMPARE(nameOf(later), u"(held)"_s);
    m_world->advance(5s);
    QTRY_COMPARE(nameOf(later), u"sign"_s);
}

void HandOutTest::aJobThatCannotBeFailedHoldsUpNoOther()
{
    createSpoiled(job(u"broken"_s));
    m_world->execute("CREATE TRIGGER kept BEFORE UPDATE ON jobs WHEN new.name = 'broken' "
                     "BEGIN SELECT RAISE(ABORT, 'kept'); END");
    QCOMPARE(nameOf(m_runner->ask()), u"(no job)"_s);
    m_world->create(plan({job(u"build"_s)}));
    QCOMPARE(nameOf(m_runner->ask()), u"build"_s);
}

void HandOutTest::manyThatCannotBeBuiltAreTriedInTurn()
{
    std::vector<model::JobPlan> jobs;
    for (int i = 0; i < 40; ++i) {
        jobs.push_back(signing(u"sign %1"_s.arg(i)));
    }
    jobs.push_back(job(u"build"_s));
    m_world->create(plan(jobs));
    const Asked answer = m_runner->ask();
    QTRY_COMPARE(nameOf(answer), u"build"_s);
}

void HandOutTest::aValueThatDoesNotOpenFailsItsJobOnly()
{
    model::JobPlan deploy = job(u"deploy"_s);
    deploy.retry.max = 0;
    deploy.spec.environment.emplace();
    deploy.spec.environment->name = u"staging"_s;
    const PipelineId pipeline = createSpoiled(deploy);
    m_world->create(plan({job(u"build"_s)}));
    QCOMPARE(nameOf(m_runner->ask()), u"build"_s);
    QCOMPARE(m_world->states(pipeline), u"deploy:failed"_s);
}

void HandOutTest::theSigningKeyIsStoredAtLast()
{
    prepareKey();
    m_world->refuseNextBatch();
    QTRY_VERIFY(m_world->loop().isFailing());
    m_world->advance(5s);
    QTRY_VERIFY(m_world->core().signingKey());
}

void HandOutTest::aFaultOfOursIsTriedAgainTwice()
{
    model::JobPlan once = job(u"once"_s);
    once.retry.max = 0;
    model::JobPlan other = job(u"other"_s);
    other.retry.when = {u"script_failure"_s};
    m_world->create(plan({job(u"plain"_s), once, other}));
    spoilVariables(m_world->project());
    QCOMPARE(nameOf(m_runner->ask()), u"(held)"_s);
    QCOMPARE(m_world->states(), u"plain:failed once:failed other:failed"_s);
    QCOMPARE(m_world->job(u"plain"_s).attempt, 2);
    QCOMPARE(m_world->job(u"once"_s).attempt, 0);
    QCOMPARE(m_world->job(u"other"_s).attempt, 2);
}

void HandOutTest::aStuckJobThatCannotBeStoredIsTriedInTurn()
{
    m_world->create(plan({job(u"build"_s)}));
    // The job itself could be stored; all of it is undone.
    m_world->execute("CREATE TRIGGER broken BEFORE UPDATE ON pipelines "
                     "BEGIN SELECT RAISE(ABORT, 'broken'); END");
    m_world->advance(24h);
    QCOMPARE(m_world->states(), u"build:pending"_s);
    const qint64 before = m_world->loop().takeCounts().commands;
    m_world->advance(0s);
    QCOMPARE(m_world->loop().takeCounts().commands - before, 1); // That of the test alone.
    m_world->execute("DROP TRIGGER broken");
    m_world->advance(5s);
    QTRY_COMPARE(m_world->states(), u"build:failed"_s);
    QCOMPARE(m_world->job(u"build"_s).failureReason, model::FailureReason::StuckOrTimeoutFailure);
}

void HandOutTest::aLossThatCannotBeginIsTriedAgain_data()
{
    QTest::addColumn<bool>("isConfirmed");
    QTest::addColumn<bool>("isSilent");
    QTest::addColumn<QString>("end");
    QTest::newRow("unconfirmed") << false << true << u"build:pending"_s;
    QTest::newRow("silent") << true << true << u"build:failed"_s;
    QTest::newRow("overtime") << true << false << u"build:failed"_s;
}

void HandOutTest::aLossThatCannotBeginIsTriedAgain()
{
    QFETCH(const bool, isConfirmed);
    QFETCH(const bool, isSilent);
    QFETCH(const QString, end);
    m_world->create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = m_runner->take();
    if (isConfirmed) {
        m_runner->confirm(payload);
    }
    for (int minute = 0; !isSilent && minute < 74; ++minute) {
        m_world->advance(1min);
        m_runner->patch(payload, minute, ".");
    }
    m_world->refuseNextBatch();
    m_world->advance(isConfirmed && isSilent ? 91s : 61s);
    QVERIFY(m_world->job(u"build"_s).runner);
    QVERIFY(m_world->states() != u"build:failed"_s);
    m_world->advance(5s);
    QTRY_COMPARE(m_world->states(), end);
    QTRY_COMPARE(m_world->core().leases().count(), size_t(0));
}

void HandOutTest::aWordThatCameInTimeKeepsTheSilenceWatched()
{
    m_world->create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = m_runner->take();
    m_runner->confirm(payload);
    // The deadline's command waits behind one that hears the runner.
    m_world->loop().post([&](Transaction &) {
        m_world->core().leases().heard(JobId {payload.id});
        return Outcome::Keep;
    });
    m_world->advance(91s);
    QCOMPARE(m_world->states(), u"build:running"_s);
    m_world->advance(91s);
    QTRY_COMPARE(m_world->states(), u"build:failed"_s);
}

void HandOutTest::aTimeoutSurvivesAnEndThatIsUndone()
{
    m_world->create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = m_runner->take();
    m_runner->confirm(payload);
    m_world->run([&](Transaction &transaction) {
        m_world->core().leases().end(transaction, JobId {payload.id});
        return Outcome::Undo;
    });
    for (int minute = 0; minute < 76; ++minute) {
        m_runner->patch(payload, minute, ".");
        m_world->advance(1min);
    }
    QTRY_COMPARE(m_world->states(), u"build:failed"_s);
    QCOMPARE(m_world->job(u"build"_s).failureReason, model::FailureReason::JobExecutionTimeout);
}

void HandOutTest::aBatchLostAtShutdownLeavesNobodyWaiting()
{
    const auto setPaused = [&](bool isPaused) {
        model::Runner changed = *m_world->core().runners().find(m_created.runner.id);
        changed.isPaused = isPaused;
        QVERIFY(m_world->call<model::Runner>([&](Transaction &transaction) {
            return m_world->core().runners().update(transaction, changed);
        }));
    };
    setPaused(true);
    const Asked answer = m_runner->ask();
    m_world->create(plan({job(u"build"_s)}));
    setPaused(false);
    // The batch in which the job is claimed is lost after the shutdown began.
    m_world->run([&](Transaction &transaction) {
        m_world->core().dispatcher().shutDown();
        return transaction.database().execute("ROLLBACK") ? Outcome::Keep : Outcome::Undo;
    });
    QTRY_VERIFY(answer->has_value());
    m_world->advance(1s);
    QCOMPARE(m_world->core().dispatcher().counts().waiting, 0);
    QCOMPARE(m_world->states(), u"build:pending"_s);
}

CAPSTAN_TEST(HandOutTest)
#include "tst_handouts.moc"
