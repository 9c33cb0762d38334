// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/bridgefacts.h"
#include "coordinator/pipelines/bridging.h"
#include "coordinator/pipelines/family.h"
#include "db/jobstore.h"
#include "db/projectstore.h"
#include "db/variablestore.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using engine::Transaction;
using model::LinkKind;

/// Jobs that start or mirror pipelines, without the files: those are the forge's.
class BridgesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        m_runner = std::make_unique<TalkingRunner>(*m_world, m_world->addRunner().token);
        keepStarted();
    }
    void cleanup()
    {
        m_runner.reset();
        m_world.reset();
    }

    void moves_data();
    void moves();
    void limits_data();
    void limits();
    void neverReachesARunner();
    void withoutAStrategyItIsDoneAtOnce();
    void followsItsPipeline();
    void aFailedPipelineFailsIt();
    void cancelingTheParentCancelsTheChild();
    void cancelingTheBridgeSparesAnotherProject();
    void aRetriedBridgeWaitsForANewPipeline();
    void aRetryBelowOpensTheBridgeAgain();
    void aBridgeThatMirrorsIsNotPlayed();
    void mirrorsAnUpstream();
    void isStartedAgainAfterARestart();
    void aDelayedOneStartsInTime();
    void aMirroredDelayIsNotItsOwn();
    void failsWhenTheOtherProjectIsDeleted();
    void seesTheVariablesOfItsEnvironment();
    void goesWithItsParent();
    void aNewPushSparesChildrenThatMustNotStop();

private:
    void keepStarted()
    {
        m_started.clear();
        m_world->core().pipelines().setBridgeStarter(
            [this](JobId bridge) { m_started.push_back(bridge); });
    }
    static model::JobPlan bridge(const QString &name, const QString &strategy, int stage = 0)
    {
        model::JobPlan plan = job(name, stage);
        plan.trigger.emplace();
        plan.trigger->includes = {u"\"child.yml\""_s};
        plan.trigger->strategy = strategy;
        return plan;
    }
    model::Pipeline createBelow(const model::Job &bridge,
                                LinkKind kind,
                                const model::PipelinePlan &plan,
                                const QString &source = u"parent_pipeline"_s)
    {
        return *m_world->call<model::Pipeline>([&](Transaction &transaction) {
            NewPipeline start = m_world->push();
            start.source = source;
            start.bridge = {bridge.id, PipelineId(), kind};
            return m_world->core().pipelines().create(transaction, start, plan);
        });
    }
    void runOne(bool isSuccess = true)
    {
        const protocol::JobPayload payload = m_runner->take();
        m_runner->confirm(payload);
        m_runner->finish(payload, isSuccess, isSuccess ? 0 : 1);
    }
    Result<model::Pipeline> cancelPipeline(PipelineId id)
    {
        return m_world->call<model::Pipeline>([&](Transaction &transaction) {
            return m_world->core().pipelines().cancelPipeline(transaction, id, CancelKind::Polite);
        });
    }

    std::unique_ptr<World> m_world;
    std::unique_ptr<TalkingRunner> m_runner;
    std::vector<JobId> m_started;
};

void BridgesTest::moves_data()
{
    using enum engine::JobEvent;
    using Events = std::vector<engine::JobEvent>;
    QTest::addColumn<JobState>("bridge");
    QTest::addColumn<LinkKind>("kind");
    QTest::addColumn<PipelineState>("before");
    QTest::addColumn<PipelineState>("after");
    QTest::addColumn<Events>("events");
    const auto row = [](const char *name, JobState bridge, LinkKind kind, PipelineState before,
                        PipelineState after, const Events &events) {
        QTest::newRow(name) << bridge << kind << before << after << events;
    };
    using P = PipelineState;
    row("started and done", JobState::Pending, LinkKind::Start, P::Created, P::Created,
        {Confirm, Succeed});
    row("depends on one that waits", JobState::Pending, LinkKind::Depend, P::Created, P::Pending,
        {Confirm});
    row("mirrors one that waits", JobState::Pending, LinkKind::Mirror, P::Created, P::Pending, {});
    row("mirrors one that runs", JobState::Pending, LinkKind::Mirror, P::Pending, P::Running,
        {Confirm});
    row("mirrors one that is blocked", JobState::Running, LinkKind::Mirror, P::Running, P::Manual,
        {Block});
    row("depends on one that is blocked", JobState::Running, LinkKind::Depend, P::Running,
        P::Manual, {});
    row("mirrors one that was played", JobState::Manual, LinkKind::Mirror, P::Manual, P::Pending,
        {Confirm});
    row("mirrors a skipped one", JobState::Pending, LinkKind::Mirror, P::Created, P::Skipped,
        {Confirm, Skip});
    row("depends on a skipped one", JobState::Pending, LinkKind::Depend, P::Created, P::Skipped,
        {Confirm, Fail});
    row("success", JobState::Running, LinkKind::Depend, P::Running, P::Success, {Succeed});
    row("failure", JobState::Running, LinkKind::Depend, P::Running, P::Failed, {Fail});
    row("canceled below", JobState::Running, LinkKind::Depend, P::Running, P::Canceled, {Cancel});
    row("winds down", JobState::Running, LinkKind::Depend, P::Running, P::Canceling, {AskToCancel});
    row("wound down", JobState::Canceling, LinkKind::Depend, P::Canceling, P::Canceled, {Cancel});
    row("wound down with a success", JobState::Canceling, LinkKind::Depend, P::Canceling,
        P::Success, {Cancel});
    row("canceled while it runs on below", JobState::Canceled, LinkKind::Depend, P::Running,
        P::Running, {});
    row("retried below", JobState::Failed, LinkKind::Depend, P::Failed, P::Running, {Reopen});
    row("retried below and blocked", JobState::Failed, LinkKind::Mirror, P::Failed, P::Manual,
        {Reopen, Block});
}

void BridgesTest::moves()
{
    QFETCH(JobState, bridge);
    QFETCH(LinkKind, kind);
    QFETCH(PipelineState, before);
    QFETCH(PipelineState, after);
    QFETCH(std::vector<engine::JobEvent>, events);
    QCOMPARE(bridgeMoves(bridge, kind, before, after), events);
    for (const engine::JobEvent event : events) {
        const std::optional<JobState> next = engine::next(bridge, event);
        QVERIFY(next);
        bridge = *next;
    }
}

void BridgesTest::limits_data()
{
    QTest::addColumn<QStringList>("line"); // From the bridge's pipeline up: "SOURCE PROJECT".
    QTest::addColumn<int>("target"); // 0: a child.
    QTest::addColumn<int>("family");
    QTest::addColumn<FamilyLimit>("limit");
    QTest::newRow("a child") << QStringList {u"push 1"_s} << 0 << 1 << FamilyLimit::None;
    QTest::newRow("a grandchild") << QStringList {u"parent_pipeline 1"_s, u"push 1"_s} << 0 << 2
                                  << FamilyLimit::None;
    QTest::newRow("one deeper")
        << QStringList {u"parent_pipeline 1"_s, u"parent_pipeline 1"_s, u"push 1"_s} << 0 << 3
        << FamilyLimit::Depth;
    QTest::newRow("another project starts to count anew")
        << QStringList {u"pipeline 2"_s, u"parent_pipeline 1"_s, u"parent_pipeline 1"_s,
                        u"push 1"_s}
        << 0 << 4 << FamilyLimit::None;
    QTest::newRow("too many") << QStringList {u"push 1"_s} << 0 << 1000 << FamilyLimit::Size;
    QTest::newRow("back to where it began")
        << QStringList {u"pipeline 2"_s, u"push 1"_s} << 1 << 2 << FamilyLimit::None;
    QTest::newRow("round and round")
        << QStringList {u"pipeline 1"_s, u"pipeline 2"_s, u"push 1"_s} << 2 << 3
        << FamilyLimit::Loop;
}

void BridgesTest::limits()
{
    QFETCH(QStringList, line);
    QFETCH(int, target);
    QFETCH(int, family);
    QFETCH(FamilyLimit, limit);
    std::vector<model::Pipeline> pipelines;
    for (const QString &each : line) {
        model::Pipeline pipeline;
        pipeline.source = each.section(u' ', 0, 0);
        pipeline.project = ProjectId {each.section(u' ', 1).toLongLong()};
        pipeline.ref = u"main"_s;
        pipelines.push_back(pipeline);
    }
    const ProjectId project = target ? ProjectId {target} : pipelines.front().project;
    QCOMPARE(limitOf(pipelines, {project, u"main"_s, target == 0}, family), limit);
}

void BridgesTest::neverReachesARunner()
{
    m_world->create(plan({bridge(u"down"_s, u"depend"_s)}));
    QCOMPARE(m_world->states(), u"down:pending"_s);
    QCOMPARE(m_started, std::vector<JobId> {m_world->job(u"down"_s).id});
    QVERIFY(!m_runner->ask()->has_value());
}

void BridgesTest::withoutAStrategyItIsDoneAtOnce()
{
    const model::Pipeline parent = m_world->create(plan({bridge(u"down"_s, {}), job(u"next"_s, 1)}));
    createBelow(m_world->job(u"down"_s), LinkKind::Start, plan({job(u"inner"_s)}));
    QCOMPARE(m_world->states(parent.id), u"down:success next:pending"_s);
}

void BridgesTest::followsItsPipeline()
{
    const model::Pipeline parent
        = m_world->create(plan({bridge(u"down"_s, u"depend"_s), job(u"next"_s, 1)}));
    const model::Pipeline child
        = createBelow(m_world->job(u"down"_s), LinkKind::Depend, plan({job(u"inner"_s)}));
    QCOMPARE(m_world->states(parent.id), u"down:running next:created"_s);
    QCOMPARE(m_world->pipeline(parent.id).state, PipelineState::Running);
    runOne();
    QCOMPARE(m_world->pipeline(child.id).state, PipelineState::Success);
    QCOMPARE(m_world->states(parent.id), u"down:success next:pending"_s);
    runOne();
    QCOMPARE(m_world->pipeline(parent.id).state, PipelineState::Success);
}

void BridgesTest::aFailedPipelineFailsIt()
{
    const model::Pipeline parent
        = m_world->create(plan({bridge(u"down"_s, u"depend"_s), job(u"next"_s, 1)}));
    const model::Job down = m_world->job(u"down"_s);
    createBelow(down, LinkKind::Depend, plan({job(u"inner"_s)}));
    runOne(false);
    QCOMPARE(m_world->states(parent.id), u"down:failed next:skipped"_s);
    QVERIFY(m_world->job(down.id).failureMessage.contains(u"is failed"_s));
    QCOMPARE(m_world->pipeline(parent.id).state, PipelineState::Failed);
}

void BridgesTest::cancelingTheParentCancelsTheChild()
{
    const model::Pipeline parent
        = m_world->create(plan({bridge(u"down"_s, u"depend"_s), bridge(u"free"_s, {})}));
    const auto jobs = m_started;
    const model::Pipeline child = createBelow(m_world->job(jobs[0]), LinkKind::Depend,
                                              plan({bridge(u"deeper"_s, u"depend"_s)}));
    const model::Pipeline other
        = createBelow(m_world->job(jobs[1]), LinkKind::Start, plan({job(u"inner"_s)}));
    const model::Pipeline grandchild
        = createBelow(m_world->job(m_started.back()), LinkKind::Depend, plan({job(u"inner"_s)}));
    QVERIFY(cancelPipeline(parent.id));
    for (const PipelineId id : {parent.id, child.id, other.id, grandchild.id}) {
        QCOMPARE(m_world->pipeline(id).state, PipelineState::Canceled);
    }
}

void BridgesTest::cancelingTheBridgeSparesAnotherProject()
{
    m_world->create(plan({bridge(u"down"_s, u"depend"_s)}));
    const model::Job down = m_world->job(u"down"_s);
    const model::Pipeline elsewhere
        = createBelow(down, LinkKind::Depend, plan({job(u"inner"_s)}), u"pipeline"_s);
    const auto canceled = m_world->call<model::Job>([&](Transaction &transaction) {
        return m_world->core().pipelines().cancel(transaction, down.id, CancelKind::Polite);
    });
    QCOMPARE(canceled->state, JobState::Canceled);
    QCOMPARE(m_world->pipeline(elsewhere.id).state, PipelineState::Pending);
}

void BridgesTest::aRetriedBridgeWaitsForANewPipeline()
{
    const model::Pipeline parent = m_world->create(plan({bridge(u"down"_s, u"depend"_s)}));
    const model::Job down = m_world->job(u"down"_s);
    const model::Pipeline first
        = createBelow(down, LinkKind::Depend, plan({job(u"inner"_s)}));
    runOne(false);
    const auto fresh = m_world->call<model::Job>([&](Transaction &transaction) {
        return m_world->core().pipelines().retry(transaction, down.id, m_world->user());
    });
    QCOMPARE(fresh->state, JobState::Pending);
    QVERIFY(fresh->isBridge);
    QCOMPARE(m_started.back(), fresh->id);
    createBelow(*fresh, LinkKind::Depend, plan({job(u"inner"_s)}));
    runOne();
    QCOMPARE(m_world->pipeline(parent.id).state, PipelineState::Success);
    QCOMPARE(m_world->pipeline(first.id).state, PipelineState::Failed);
    QCOMPARE(m_world->job(down.id).state, JobState::Failed);
}

void BridgesTest::aRetryBelowOpensTheBridgeAgain()
{
    const model::Pipeline parent
        = m_world->create(plan({bridge(u"down"_s, u"depend"_s), job(u"next"_s, 1)}));
    const model::Pipeline child
        = createBelow(m_world->job(u"down"_s), LinkKind::Depend, plan({job(u"inner"_s)}));
    runOne(false);
    QCOMPARE(m_world->states(parent.id), u"down:failed next:skipped"_s);
    QVERIFY(m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().retryPipeline(transaction, child.id, m_world->user());
    }));
    QCOMPARE(m_world->states(parent.id), u"down:running next:created"_s);
    runOne();
    QCOMPARE(m_world->states(parent.id), u"down:success next:pending"_s);
}

void BridgesTest::aBridgeThatMirrorsIsNotPlayed()
{
    const model::Pipeline parent = m_world->create(plan({bridge(u"down"_s, u"mirror"_s)}));
    const model::Job down = m_world->job(u"down"_s);
    createBelow(down, LinkKind::Mirror, plan({manual(job(u"inner"_s), false)}));
    QCOMPARE(m_world->states(parent.id), u"down:manual"_s);
    QCOMPARE(m_world->pipeline(parent.id).state, PipelineState::Manual);
    const auto played = m_world->call<model::Job>([&](Transaction &transaction) {
        return m_world->core().pipelines().play(transaction, down.id, m_world->user(), {});
    });
    QCOMPARE(played.error().kind, ErrorKind::Conflict);
}

void BridgesTest::mirrorsAnUpstream()
{
    const model::Pipeline upstream = m_world->create(plan({job(u"far"_s)}));
    const model::Pipeline here = m_world->create(plan({bridge(u"up"_s, {})}));
    const model::Job up = m_world->job(u"up"_s);
    QVERIFY(m_world->call<void>([&](Transaction &transaction) {
        return m_world->core().pipelines().mirror(transaction, up.id, upstream.id);
    }));
    QCOMPARE(m_world->states(here.id), u"up:pending"_s);
    runOne();
    QCOMPARE(m_world->states(here.id), u"up:success"_s);
}

void BridgesTest::isStartedAgainAfterARestart()
{
    const model::Pipeline parent
        = m_world->create(plan({bridge(u"a"_s, {}), bridge(u"b"_s, u"mirror"_s)}));
    const auto jobs = m_started;
    createBelow(m_world->job(jobs[1]), LinkKind::Mirror, plan({job(u"inner"_s)}));
    m_world->stop();
    m_world->start();
    QCOMPARE(m_world->states(parent.id), u"a:pending b:pending"_s);
    keepStarted();
    m_world->run([this](Transaction &transaction) {
        return m_world->core().recover(transaction, {}) ? engine::Outcome::Keep
                                                        : engine::Outcome::Undo;
    });
    // Only the one whose pipeline is not there yet.
    QCOMPARE(m_started, std::vector<JobId> {jobs[0]});
    QVERIFY(m_runner->ask()->has_value()); // The inner job; no bridge.
}

void BridgesTest::aDelayedOneStartsInTime()
{
    model::JobPlan later = bridge(u"down"_s, {});
    later.when = model::When::Delayed;
    later.startIn = std::chrono::minutes(30);
    m_world->create(plan({later}));
    QCOMPARE(m_world->states(), u"down:scheduled"_s);
    m_world->restart();
    keepStarted();
    m_world->advance(std::chrono::minutes(29));
    QVERIFY(m_started.empty());
    m_world->advance(std::chrono::minutes(2));
    QTRY_COMPARE(m_world->states(), u"down:pending"_s);
    QCOMPARE(m_started, std::vector<JobId> {m_world->job(u"down"_s).id});

    m_world->create(plan({later}));
    m_world->advance(std::chrono::minutes(31));
    QTRY_COMPARE(m_world->states(), u"down:pending"_s);
    QCOMPARE(m_world->core().deadlines().count(), size_t(0));
}

void BridgesTest::aMirroredDelayIsNotItsOwn()
{
    const model::Pipeline parent = m_world->create(plan({bridge(u"down"_s, u"mirror"_s)}));
    model::JobPlan later = job(u"inner"_s);
    later.when = model::When::Delayed;
    later.startIn = std::chrono::hours(1);
    createBelow(m_world->job(u"down"_s), LinkKind::Mirror, plan({later}));
    QCOMPARE(m_world->states(parent.id), u"down:scheduled"_s);
    m_world->advance(std::chrono::minutes(1));
    QCOMPARE(m_world->states(parent.id), u"down:scheduled"_s);
    QCOMPARE(m_started.size(), size_t(1));
}

void BridgesTest::failsWhenTheOtherProjectIsDeleted()
{
    const ProjectId other = m_world->addProject(u"other"_s);
    const model::Pipeline parent = m_world->create(
        plan({bridge(u"down"_s, u"depend"_s), bridge(u"up"_s, {}), job(u"next"_s, 1)}));
    const model::Job down = m_world->job(u"down"_s);
    const model::Job up = m_world->job(u"up"_s);
    const Result<model::Pipeline> far = m_world->call<model::Pipeline>([&](Transaction &transaction) {
        NewPipeline start = m_world->push();
        start.project = other;
        start.source = u"pipeline"_s;
        start.bridge = {down.id, PipelineId(), LinkKind::Depend};
        return m_world->core().pipelines().create(transaction, start, plan({job(u"inner"_s)}));
    });
    QVERIFY(far);
    QVERIFY(m_world->call<void>([&](Transaction &transaction) {
        return m_world->core().pipelines().mirror(transaction, up.id, far->id);
    }));
    QCOMPARE(m_world->states(parent.id), u"down:running up:pending next:created"_s);
    QVERIFY(m_world->call<void>([&](Transaction &transaction) {
        const Result<void> ended = m_world->core().pipelines().removeAllOf(transaction, other);
        return ended ? db::ProjectStore(transaction.database()).remove(other) : ended;
    }));
    QCOMPARE(m_world->states(parent.id), u"down:failed up:failed next:skipped"_s);
    QCOMPARE(m_world->pipeline(parent.id).state, PipelineState::Failed);
    QCOMPARE(m_world->job(down.id).failureReason,
             std::optional(model::FailureReason::DownstreamPipelineCreationFailed));
    QCOMPARE(m_world->job(down.id).failureMessage,
             u"the project of downstream pipeline #%1 was deleted"_s.arg(far->id.value()));
}

void BridgesTest::seesTheVariablesOfItsEnvironment()
{
    model::Variable host;
    host.scope = model::VariableScope::Project;
    host.owner = m_world->project().value();
    host.key = u"HOST"_s;
    host.environmentScope = u"review/*"_s;
    host.value = Secret("review.example.test"_ba);
    QVERIFY(m_world->call<model::Variable>([&](Transaction &transaction) {
        return db::VariableStore(transaction.database(), m_world->box()).insert(host);
    }));
    model::JobPlan review = bridge(u"down"_s, {});
    review.spec.environment.emplace();
    review.spec.environment->name = u"review/$CI_COMMIT_REF_NAME"_s;
    review.resourceGroup = u"$HOST"_s;
    m_world->create(plan({review}));
    const model::Job down = m_world->job(u"down"_s);
    QCOMPARE(down.resourceGroup, u"review.example.test"_s);
    const Result<BridgeFacts> facts = m_world->call<BridgeFacts>([&](Transaction &transaction) {
        return readBridge(transaction,
                          {m_world->box(), m_world->settings(), m_world->core().pipelines(),
                           m_world->clock().now()},
                          down.id);
    });
    QVERIFY(facts);
    QCOMPARE(facts->variables.value(u"HOST"_s), u"review.example.test"_s);
}

void BridgesTest::goesWithItsParent()
{
    const model::Pipeline parent = m_world->create(plan({bridge(u"down"_s, {})}));
    const model::Pipeline child
        = createBelow(m_world->job(u"down"_s), LinkKind::Start, plan({job(u"inner"_s)}));
    const auto remove = [&] {
        return m_world->call<std::vector<PipelineId>>([&](Transaction &transaction) {
            return m_world->core().pipelines().remove(transaction, parent.id);
        });
    };
    QCOMPARE(remove().error().kind, ErrorKind::Conflict);
    runOne();
    const auto gone = remove();
    QVERIFY(gone);
    QCOMPARE(gone->size(), size_t(2));
    QCOMPARE(gone->back(), child.id);
}

void BridgesTest::aNewPushSparesChildrenThatMustNotStop()
{
    const model::Pipeline parent = m_world->create(plan({bridge(u"down"_s, u"depend"_s)}));
    const model::Pipeline child
        = createBelow(m_world->job(u"down"_s), LinkKind::Depend, plan({job(u"inner"_s)}));
    m_runner->confirm(m_runner->take()); // It runs, and is not interruptible.
    QVERIFY(m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().create(
            transaction, m_world->push(QByteArray(40, 'b')), plan({job(u"new"_s)}));
    }));
    QCOMPARE(m_world->pipeline(child.id).state, PipelineState::Running);
    QCOMPARE(m_world->pipeline(parent.id).state, PipelineState::Canceled);
}

CAPSTAN_TEST(BridgesTest)
#include "tst_bridges.moc"
