// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/environments.h"

#include "coordinator/queue/environmenttier.h"
#include "db/artifactstore.h"
#include "db/environmentstore.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Transaction;
using model::DeploymentStatus;
using model::EnvironmentState;

/// What becomes of environments when jobs run, and of jobs when environments stop.
class EnvironmentTest final : public QObject
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

    void guessesTheTier_data();
    void guessesTheTier();
    void aJobThatStartsMakesIt();
    void theUrlMayComeFromDotenv();
    void refusesUrlsThatAreNoWebAddress();
    void aFailedJobDeploysNothing();
    void stoppingStartsTheStopJob();
    void aFailedStopJobLeavesItAvailable();
    void withoutAStopJobItIsOnlyMarked();
    void itStopsWhenItsTimeIsOver();
    void theTimeGoesOnOverARestart();
    void verifyingRenewsTheTime();
    void itStopsWithItsBranch();
    void aStopJobThatIsRefusedKeepsNoBranch();
    void aRetryOfTheStopJobWorks();
    void aSecondStopWaitsForTheStopJob();
    void aDeadlineThatComesEarlyIsSetAgain();
    void aSiteThatCannotBeMadeLeavesTheResult();

private:
    static model::JobPlan deploy(const QString &name = u"review/$CI_COMMIT_REF_SLUG"_s)
    {
        model::JobPlan plan = job(u"deploy"_s);
        plan.spec.environment.emplace();
        plan.spec.environment->name = name;
        plan.spec.environment->url = u"https://$CI_ENVIRONMENT_SLUG.example.test"_s;
        plan.spec.environment->onStop = u"stop"_s;
        return plan;
    }
    static model::JobPlan stopper()
    {
        model::JobPlan plan = manual(job(u"stop"_s), true);
        plan.spec.environment.emplace();
        plan.spec.environment->name = u"review/$CI_COMMIT_REF_SLUG"_s;
        plan.spec.environment->action = u"stop"_s;
        return plan;
    }
    void run(bool isSuccess = true)
    {
        const protocol::JobPayload payload = m_runner->take();
        m_runner->confirm(payload);
        m_runner->finish(payload, isSuccess);
    }
    std::optional<model::Environment> environment(const QString &name = u"review/main"_s)
    {
        return *m_world->call<std::optional<model::Environment>>([&](Transaction &transaction) {
            return db::EnvironmentStore(transaction.database())
                .findByName(m_world->project(), name);
        });
    }
    std::vector<model::Deployment> deployments()
    {
        const auto found
            = m_world->call<db::Listing<model::Deployment>>([&](Transaction &transaction) {
                  return db::EnvironmentStore(transaction.database())
                      .deployments(m_world->project(), {.environment = {}, .status = {}, .isAscending = true}, {});
              });
        return found->items;
    }
    Result<model::Environment> stop()
    {
        const model::Environment now = *environment();
        return m_world->call<model::Environment>([&](Transaction &transaction) {
            return m_world->core().pipelines().environments().stop(transaction, now,
                                                                   m_world->user());
        });
    }

    std::unique_ptr<World> m_world;
    std::unique_ptr<TalkingRunner> m_runner;
};

void EnvironmentTest::guessesTheTier_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("tier");
    QTest::newRow("production") << u"production"_s << u"production"_s;
    QTest::newRow("prd") << u"eu-prd"_s << u"production"_s;
    QTest::newRow("live") << u"LIVE"_s << u"production"_s;
    QTest::newRow("review") << u"review/feature"_s << u"development"_s;
    QTest::newRow("pre-production is not production") << u"pre-prod"_s << u"staging"_s;
    QTest::newRow("staging") << u"stg"_s << u"staging"_s;
    QTest::newRow("qa") << u"qa-2"_s << u"testing"_s;
    QTest::newRow("anything else") << u"customer"_s << u"other"_s;
}

void EnvironmentTest::guessesTheTier()
{
    QFETCH(QString, name);
    QTEST(queue::guessedTier(name), "tier");
}

void EnvironmentTest::aJobThatStartsMakesIt()
{
    m_world->create(plan({deploy()}));
    QVERIFY(!environment());
    const protocol::JobPayload payload = m_runner->take();
    QVERIFY(!environment()); // Handed out, not begun.
    m_runner->confirm(payload);
    QVERIFY(environment());
    QCOMPARE(environment()->state, EnvironmentState::Available);
    QCOMPARE(environment()->tier, u"development"_s);
    QCOMPARE(environment()->externalUrl, QString());
    QCOMPARE(deployments().size(), size_t(1));
    QCOMPARE(deployments().front().status, DeploymentStatus::Running);
    m_runner->finish(payload);
    QCOMPARE(deployments().front().status, DeploymentStatus::Success);
    QCOMPARE(deployments().front().ref, u"main"_s);
    QCOMPARE(deployments().front().iid, 1);
    QCOMPARE(environment()->externalUrl,
             u"https://%1.example.test"_s.arg(environment()->slug));
    m_world->create(plan({deploy()}));
    run();
    QCOMPARE(deployments().size(), size_t(2));
    QCOMPARE(deployments().back().iid, 2);
}

void EnvironmentTest::theUrlMayComeFromDotenv()
{
    model::JobPlan dynamic = deploy();
    dynamic.spec.environment->url = u"https://$HOST_OF_DEPLOYMENT/"_s;
    m_world->create(plan({dynamic}));
    const protocol::JobPayload payload = m_runner->take();
    m_runner->confirm(payload);
    QVERIFY(m_world->call<bool>([&](Transaction &transaction) -> Result<bool> {
        return db::ArtifactStore(transaction.database())
            .setDotenv(JobId {payload.id}, {{u"HOST_OF_DEPLOYMENT"_s, u"a.example.test"_s, false}})
            .isOk();
    }));
    m_runner->finish(payload);
    QCOMPARE(environment()->externalUrl, u"https://a.example.test/"_s);
}

void EnvironmentTest::refusesUrlsThatAreNoWebAddress()
{
    QVERIFY(isEnvironmentUrl(u"https://a.example.test/b?c=d"_s));
    for (const QString &bad : {u"javascript:alert(1)"_s, u"data:text/html,x"_s, u"/relative"_s,
                               u"https://"_s, u"http:// a"_s, QString(), u"https://x/"_s + QString(300, u'a')}) {
        QVERIFY2(!isEnvironmentUrl(bad), qPrintable(bad));
    }
    model::JobPlan hostile = deploy();
    hostile.spec.environment->url = u"javascript:alert(1)"_s;
    m_world->create(plan({hostile}));
    run();
    QCOMPARE(environment()->externalUrl, QString());
}

void EnvironmentTest::aFailedJobDeploysNothing()
{
    m_world->create(plan({deploy()}));
    run(false);
    QCOMPARE(deployments().front().status, DeploymentStatus::Failed);
    QCOMPARE(environment()->externalUrl, QString());
    // Nothing was deployed, so there is nothing for a job to stop.
    QCOMPARE(stop()->state, EnvironmentState::Stopped);
}

void EnvironmentTest::stoppingStartsTheStopJob()
{
    m_world->create(plan({deploy(), stopper()}));
    run();
    QCOMPARE(m_world->states(), u"deploy:success stop:manual"_s);
    QCOMPARE(stop()->state, EnvironmentState::Stopping);
    QCOMPARE(m_world->states(), u"deploy:success stop:pending"_s);
    run();
    QCOMPARE(environment()->state, EnvironmentState::Stopped);
    QCOMPARE(deployments().size(), size_t(1)); // Stopping is no deployment.
    // Deployed again it is there again.
    m_world->create(plan({deploy(), stopper()}));
    run();
    QCOMPARE(environment()->state, EnvironmentState::Available);
}

void EnvironmentTest::aFailedStopJobLeavesItAvailable()
{
    m_world->create(plan({deploy(), stopper()}));
    run();
    QVERIFY(stop());
    run(false);
    QCOMPARE(environment()->state, EnvironmentState::Available);
}

void EnvironmentTest::withoutAStopJobItIsOnlyMarked()
{
    m_world->create(plan({deploy()}));
    run();
    QCOMPARE(stop()->state, EnvironmentState::Stopped);
    QCOMPARE(stop()->state, EnvironmentState::Stopped); // Twice is as good as once.
}

void EnvironmentTest::itStopsWhenItsTimeIsOver()
{
    model::JobPlan timed = deploy();
    timed.spec.environment->autoStopIn = u"1 hour"_s;
    m_world->create(plan({timed, stopper()}));
    run();
    QVERIFY(environment()->autoStopAt);
    m_world->advance(59min);
    QCOMPARE(environment()->state, EnvironmentState::Available);
    m_world->advance(2min);
    QTRY_COMPARE(environment()->state, EnvironmentState::Stopping);
    QCOMPARE(m_world->states(), u"deploy:success stop:pending"_s);
    QVERIFY(!environment()->autoStopAt);
}

void EnvironmentTest::theTimeGoesOnOverARestart()
{
    model::JobPlan timed = deploy();
    timed.spec.environment->autoStopIn = u"1 hour"_s;
    m_world->create(plan({timed}));
    run();
    m_world->stop();
    m_world->clock().advance(2h);
    m_world->start();
    m_world->advance(0s);
    QTRY_COMPARE(environment()->state, EnvironmentState::Stopped);
}

void EnvironmentTest::verifyingRenewsTheTime()
{
    model::JobPlan timed = deploy();
    timed.spec.environment->autoStopIn = u"1 hour"_s;
    m_world->create(plan({timed}));
    run();
    const auto before = *environment()->autoStopAt;
    m_world->advance(30min);
    model::JobPlan verify = timed;
    verify.name = u"verify"_s;
    verify.spec.environment->action = u"verify"_s;
    m_world->create(plan({verify}));
    run();
    QCOMPARE(*environment()->autoStopAt - before, std::chrono::milliseconds(30min));
    QCOMPARE(deployments().size(), size_t(1));
}

void EnvironmentTest::itStopsWithItsBranch()
{
    m_world->create(plan({deploy(), stopper()}));
    run();
    const auto remove = [&](const QString &branch) {
        return m_world
            ->call<bool>([&](Transaction &transaction) -> Result<bool> {
                return m_world->core()
                    .pipelines()
                    .environments()
                    .stopAllOf(transaction, m_world->project(), branch)
                    .isOk();
            })
            .isOk();
    };
    QVERIFY(remove(u"other"_s));
    QCOMPARE(environment()->state, EnvironmentState::Available);
    QVERIFY(remove(u"main"_s));
    QCOMPARE(environment()->state, EnvironmentState::Stopping);
    QCOMPARE(m_world->states(), u"deploy:success stop:pending"_s);
}

void EnvironmentTest::aStopJobThatIsRefusedKeepsNoBranch()
{
    m_world->create(plan({deploy(), stopper()}));
    run();
    // As a bridge that mirrors a pipeline: it is not played.
    m_world->execute("UPDATE jobs SET is_bridge = 1, started_ms = 1 WHERE name = 'stop'");
    QCOMPARE(stop().error().kind, ErrorKind::Conflict);
    const Result<void> stopped = m_world->call<void>([&](Transaction &transaction) {
        return m_world->core().pipelines().environments().stopAllOf(
            transaction, m_world->project(), u"main"_s);
    });
    QVERIFY2(stopped, stopped ? "" : qPrintable(stopped.error().detail));
    QCOMPARE(environment()->state, EnvironmentState::Available);
}

void EnvironmentTest::aRetryOfTheStopJobWorks()
{
    m_world->create(plan({deploy(), stopper()}));
    run();
    QVERIFY(stop());
    run(false);
    QCOMPARE(stop()->state, EnvironmentState::Stopping);
    run();
    QCOMPARE(environment()->state, EnvironmentState::Stopped);
}

void EnvironmentTest::aSecondStopWaitsForTheStopJob()
{
    m_world->create(plan({deploy(), stopper()}));
    run();
    QCOMPARE(stop()->state, EnvironmentState::Stopping);
    QCOMPARE(stop()->state, EnvironmentState::Stopping);
    const protocol::JobPayload payload = m_runner->take();
    m_runner->confirm(payload);
    QCOMPARE(stop()->state, EnvironmentState::Stopping);
    m_runner->finish(payload);
    QCOMPARE(environment()->state, EnvironmentState::Stopped);
}

void EnvironmentTest::aDeadlineThatComesEarlyIsSetAgain()
{
    model::JobPlan timed = deploy();
    timed.spec.environment->autoStopIn = u"1 hour"_s;
    m_world->create(plan({timed}));
    run();
    // As where the wall clock was set back meanwhile: by the row there is time left.
    model::Environment later = *environment();
    later.autoStopAt = *later.autoStopAt + 10min;
    QVERIFY(m_world->call<void>([&](Transaction &transaction) {
        return db::EnvironmentStore(transaction.database()).update(later);
    }));
    m_world->advance(61min);
    QCOMPARE(environment()->state, EnvironmentState::Available);
    m_world->advance(10min);
    QTRY_COMPARE(environment()->state, EnvironmentState::Stopped);
}

void EnvironmentTest::aSiteThatCannotBeMadeLeavesTheResult()
{
    model::JobPlan pages = job(u"pages"_s);
    pages.spec.pages.emplace();
    m_world->create(plan({pages}));
    const protocol::JobPayload payload = m_runner->take();
    m_runner->confirm(payload);
    // A row whose file is gone: its link cannot be made.
    QVERIFY(m_world->call<model::Artifact>([&](Transaction &transaction) {
        model::Artifact lost;
        lost.job = JobId {payload.id};
        lost.project = m_world->project();
        lost.type = "archive";
        return db::ArtifactStore(transaction.database()).insert(lost);
    }));
    m_runner->finish(payload);
    QCOMPARE(m_world->states(), u"pages:success"_s);
}

CAPSTAN_TEST(EnvironmentTest)
#include "tst_environments.moc"
