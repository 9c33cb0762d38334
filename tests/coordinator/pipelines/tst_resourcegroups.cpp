// SPDX-License-Identifier: MIT
#include "db/resourcegroupstore.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using engine::Transaction;
using model::ProcessMode;

Q_DECLARE_METATYPE(ci::model::ProcessMode)

/// Who gets a resource group next.
class ResourceGroupTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void theModeDecidesWhoIsNext_data();
    void theModeDecidesWhoIsNext();
    void aJobThatIsNotReadyKeepsItsPlace();
    void aBlockedJobLeavesTheLine();
    void anotherModeActsAtOnce();
    void aRestartKeepsLineAndMode();

private:
    void setMode(ProcessMode mode)
    {
        QVERIFY(m_world->call<model::ResourceGroup>([&](Transaction &transaction) {
            const auto group = db::ResourceGroupStore(transaction.database())
                                   .find(m_world->project(), u"prod"_s);
            return m_world->core().pipelines().setProcessMode(transaction, **group, mode);
        }));
    }
    /// A pipeline of its own branch, so that none makes another redundant.
    PipelineId deploy(bool isReady = true)
    {
        model::JobPlan build = job(u"build"_s);
        model::JobPlan rollOut = job(u"deploy"_s, isReady ? 0 : 1);
        rollOut.resourceGroup = u"prod"_s;
        std::vector<model::JobPlan> jobs {rollOut};
        if (!isReady) {
            jobs = {build, rollOut};
        }
        NewPipeline start = m_world->push();
        start.ref = u"branch-%1"_s.arg(++m_branches);
        return m_world
            ->call<model::Pipeline>([&](Transaction &transaction) {
                return m_world->core().pipelines().create(transaction, start, plan(jobs));
            })
            ->id;
    }
    QString stateOf(PipelineId pipeline)
    {
        return m_world->states(pipeline).section(u"deploy:"_s, 1).section(u' ', 0, 0);
    }
    void finish(PipelineId pipeline, const QString &name = u"deploy"_s)
    {
        const protocol::JobPayload payload = m_runner->take();
        QCOMPARE(payload.jobInfo.pipelineId, pipeline.value());
        QCOMPARE(payload.jobInfo.name, name);
        m_runner->confirm(payload);
        m_runner->finish(payload);
    }

    std::unique_ptr<World> m_world;
    std::unique_ptr<TalkingRunner> m_runner;
    int m_branches = 0;
};

void ResourceGroupTest::init()
{
    m_world = std::make_unique<World>();
    m_runner = std::make_unique<TalkingRunner>(*m_world, m_world->addRunner().token);
}

void ResourceGroupTest::cleanup()
{
    m_runner.reset();
    m_world.reset();
}

void ResourceGroupTest::theModeDecidesWhoIsNext_data()
{
    QTest::addColumn<ProcessMode>("mode");
    QTest::addColumn<int>("second"); // Of the pipelines 2 and 3 that wait.

    QTest::newRow("unordered: who waits longest") << ProcessMode::Unordered << 2;
    QTest::newRow("oldest first") << ProcessMode::OldestFirst << 2;
    QTest::newRow("newest first") << ProcessMode::NewestFirst << 3;
    QTest::newRow("newest ready first") << ProcessMode::NewestReadyFirst << 3;
}

void ResourceGroupTest::theModeDecidesWhoIsNext()
{
    QFETCH(ProcessMode, mode);
    QFETCH(int, second);
    const PipelineId one = deploy();
    setMode(mode);
    const PipelineId two = deploy();
    const PipelineId three = deploy();
    QCOMPARE(stateOf(one), u"pending"_s);
    QCOMPARE(stateOf(two), u"waiting_for_resource"_s);
    QCOMPARE(stateOf(three), u"waiting_for_resource"_s);
    finish(one);
    const PipelineId next = second == 2 ? two : three;
    const PipelineId last = second == 2 ? three : two;
    QCOMPARE(stateOf(next), u"pending"_s);
    QCOMPARE(stateOf(last), u"waiting_for_resource"_s);
    finish(next);
    QCOMPARE(stateOf(last), u"pending"_s);
}

void ResourceGroupTest::aJobThatIsNotReadyKeepsItsPlace()
{
    const PipelineId oldest = deploy(false);
    setMode(ProcessMode::OldestFirst);
    const PipelineId newer = deploy();
    QCOMPARE(stateOf(oldest), u"created"_s);
    QCOMPARE(stateOf(newer), u"waiting_for_resource"_s);
    finish(oldest, u"build"_s);
    QCOMPARE(stateOf(oldest), u"pending"_s);
    QCOMPARE(stateOf(newer), u"waiting_for_resource"_s);
    finish(oldest);
    QCOMPARE(stateOf(newer), u"pending"_s);
}

void ResourceGroupTest::aBlockedJobLeavesTheLine()
{
    const PipelineId oldest = deploy(false);
    setMode(ProcessMode::OldestFirst);
    const PipelineId newer = deploy();
    QCOMPARE(stateOf(newer), u"waiting_for_resource"_s);
    QVERIFY(m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().cancelPipeline(transaction, oldest, CancelKind::Forced);
    }));
    QCOMPARE(stateOf(newer), u"pending"_s);
}

void ResourceGroupTest::anotherModeActsAtOnce()
{
    deploy(false);
    setMode(ProcessMode::OldestFirst);
    const PipelineId newer = deploy();
    QCOMPARE(stateOf(newer), u"waiting_for_resource"_s);
    setMode(ProcessMode::Unordered);
    QCOMPARE(stateOf(newer), u"pending"_s);
}

void ResourceGroupTest::aRestartKeepsLineAndMode()
{
    const PipelineId one = deploy();
    setMode(ProcessMode::NewestFirst);
    const PipelineId two = deploy();
    const PipelineId three = deploy();
    m_world->restart();
    m_runner = std::make_unique<TalkingRunner>(*m_world, m_world->addRunner().token);
    finish(one);
    QCOMPARE(stateOf(three), u"pending"_s);
    QCOMPARE(stateOf(two), u"waiting_for_resource"_s);
}

CAPSTAN_TEST(ResourceGroupTest)
#include "tst_resourcegroups.moc"
