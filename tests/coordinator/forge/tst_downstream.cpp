// SPDX-License-Identifier: MIT
#include "db/artifactstore.h"
#include "db/jobstore.h"
#include "db/linkstore.h"
#include "db/pipelinestore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QDir>
#include <QTest>

#include <archive.h>
#include <archive_entry.h>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Transaction;
using model::JobState;
using model::PipelineState;

/// From a bridge to its pipeline, over real repositories.
class DownstreamTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_world.reset(); }

    void makesAChildPipeline();
    void passesVariables();
    void makesAChildFromAnArtifact();
    void saysWhyThereIsNoPipeline_data();
    void saysWhyThereIsNoPipeline();
    void startsAnotherProject();
    void asksForTheStartersRight_data();
    void asksForTheStartersRight();
    void mirrorsAnotherProject();
    void aMirrorThatIsNotTakenFails();
    void bringsArtifactsOfOthers();
    void goesOnAfterARestart();

private:
    /// Pushes these files and gives the pipeline of the push.
    model::Pipeline push(const QHash<QString, QByteArray> &files, const model::Project &project);
    model::Pipeline push(const QHash<QString, QByteArray> &files) { return push(files, m_project); }
    model::Job job(const model::Pipeline &pipeline, const QString &name);
    /// The bridge once it has its pipeline or has failed.
    model::Job settled(const model::Pipeline &pipeline, const QString &bridge);
    std::optional<model::Pipeline> below(const model::Job &bridge);
    void finish(const model::Job &job);
    void leaveArtifact(const model::Job &job, const QByteArray &file, const QByteArray &text);

    std::unique_ptr<ForgeWorld> m_world;
    model::User m_alice;
    model::Project m_project;
    int m_clones = 0;
};

void DownstreamTest::init()
{
    m_world = std::make_unique<ForgeWorld>();
    m_alice = m_world->makeUser(u"alice"_s);
    m_project = m_world->makeProject(m_alice, u"sample"_s);
}

model::Pipeline DownstreamTest::push(const QHash<QString, QByteArray> &files,
                                     const model::Project &project)
{
    const QString clone = m_world->makeClone(QString::number(++m_clones), files);
    const size_t count = m_world->pipelines(project).size() + 1;
    if (m_world->push(clone, project, "alice", {u"-f"_s, u"main"_s}).code != 0) {
        qFatal("not pushed");
    }
    m_world->waitForPipelines(project, count);
    return m_world->pipelines(project).front();
}

model::Job DownstreamTest::job(const model::Pipeline &pipeline, const QString &name)
{
    for (const model::Job &each : m_world->jobs(pipeline)) {
        if (each.name == name) {
            return each;
        }
    }
    qFatal("no job of that name");
}

model::Job DownstreamTest::settled(const model::Pipeline &pipeline, const QString &bridge)
{
    ForgeWorld::waitFor([&] {
        const model::Job now = job(pipeline, bridge);
        return protocol::isFinished(now.state) || below(now);
    });
    return job(pipeline, bridge);
}

std::optional<model::Pipeline> DownstreamTest::below(const model::Job &bridge)
{
    const auto link = *db::LinkStore(*m_world->database).ofJob(bridge.id);
    return link ? *db::PipelineStore(*m_world->database, m_world->box).find(link->pipeline)
                : std::nullopt;
}

void DownstreamTest::finish(const model::Job &job)
{
    const auto done = m_world->inCommand<model::Job>([&](Transaction &transaction) {
        auto &pipelines = m_world->core->pipelines();
        const Result<model::Job> running
            = pipelines.move(transaction, job, {.event = JobEvent::Confirm});
        return running ? pipelines.move(transaction, *running, {.event = JobEvent::Succeed})
                       : running;
    });
    QVERIFY(done);
}

void DownstreamTest::leaveArtifact(const model::Job &job,
                                   const QByteArray &file,
                                   const QByteArray &text)
{
    model::Artifact row;
    row.job = job.id;
    row.project = job.project;
    row.type = "archive";
    row.fileName = u"artifacts.zip"_s;
    const auto stored = m_world->inCommand<model::Artifact>([&](Transaction &transaction) {
        return db::ArtifactStore(transaction.database()).insert(row);
    });
    QVERIFY(stored);
    const QString path = m_world->core->artifactFiles().path(stored->id);
    QDir().mkpath(QFileInfo(path).path());
    archive *zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_open_filename(zip, QFile::encodeName(path).constData());
    archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, file.constData());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, text.size());
    archive_write_header(zip, entry);
    archive_write_data(zip, text.constData(), static_cast<size_t>(text.size()));
    archive_entry_free(entry);
    archive_write_free(zip);
}

void DownstreamTest::makesAChildPipeline()
{
    const model::Pipeline parent = push(
        {{u".gitlab-ci.yml"_s, "down: {trigger: {include: ci/child.yml, strategy: depend}}\n"},
         {u"ci/child.yml"_s, "inner: {script: [echo]}\nrules: {script: [x], rules: [{if: "
                             "'$CI_PIPELINE_SOURCE == \"push\"'}]}\n"}});
    const model::Job bridge = settled(parent, u"down"_s);
    QVERIFY2(bridge.state == JobState::Running, qPrintable(bridge.failureMessage));
    const auto child = below(bridge);
    QCOMPARE(child->source, u"parent_pipeline"_s);
    QCOMPARE(child->commit.sha, parent.commit.sha);
    QCOMPARE(child->ref, parent.ref);
    QCOMPARE(child->user, parent.user);
    QCOMPARE(m_world->jobs(*child).size(), size_t(1));
    QCOMPARE(m_world->pipelines(m_project).size(), size_t(1)); // Lists show no children.
    finish(job(*child, u"inner"_s));
    QCOMPARE(job(parent, u"down"_s).state, JobState::Success);
}

void DownstreamTest::passesVariables()
{
    const model::Pipeline parent = push(
        {{u".gitlab-ci.yml"_s, "variables: {GLOBAL: g}\n"
                               "down:\n  variables: {OWN: \"on $CI_COMMIT_BRANCH\"}\n"
                               "  trigger: {include: child.yml}\n"
                               "bare:\n  variables: {OWN: x}\n  trigger: {include: child.yml, "
                               "forward: {yaml_variables: false}}\n"},
         {u"child.yml"_s, "inner: {script: [echo]}\n"}});
    const auto variables = below(settled(parent, u"down"_s))->variables;
    const auto has = [&](const QString &key, const QString &value) {
        return std::find(variables.begin(), variables.end(), model::GivenVariable {key, value, false})
            != variables.end();
    };
    QVERIFY(has(u"GLOBAL"_s, u"g"_s));
    QVERIFY(has(u"OWN"_s, u"on main"_s));
    QVERIFY(below(settled(parent, u"bare"_s))->variables.empty());
}

void DownstreamTest::makesAChildFromAnArtifact()
{
    const model::Pipeline parent = push(
        {{u".gitlab-ci.yml"_s, "stages: [a, b]\n"
                               "make: {stage: a, script: [gen], artifacts: {paths: [out]}}\n"
                               "down: {stage: b, trigger: {include: [{artifact: out/made.yml, "
                               "job: make}, {local: more.yml}]}}\n"},
         {u"more.yml"_s, "more: {script: [echo]}\n"}});
    const model::Job make = job(parent, u"make"_s);
    leaveArtifact(make, "out/made.yml", "made: {script: [echo]}\n");
    finish(make);
    const model::Job bridge = settled(parent, u"down"_s);
    QVERIFY2(bridge.state == JobState::Success, qPrintable(bridge.failureMessage));
    QStringList names;
    for (const model::Job &each : m_world->jobs(*below(bridge))) {
        names.append(each.name);
    }
    names.sort();
    QCOMPARE(names, (QStringList {u"made"_s, u"more"_s}));
}

void DownstreamTest::saysWhyThereIsNoPipeline_data()
{
    QTest::addColumn<QByteArray>("trigger");
    QTest::addColumn<QByteArray>("child");
    QTest::addColumn<QByteArray>("reason");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *name, const char *trigger, const char *child,
                        const char *reason, const QString &message) {
        QTest::newRow(name) << QByteArray(trigger) << QByteArray(child) << QByteArray(reason)
                            << message;
    };
    const char *notMade = "downstream_pipeline_creation_failed";
    row("no such file", "{include: nowhere.yml}", "a: {script: [x]}", notMade,
        u"nowhere.yml` does not exist"_s);
    row("a broken file", "{include: child.yml}", "a: {skript: [x]}", notMade, u"skript"_s);
    row("nothing left by rules", "{include: child.yml}",
        "a: {script: [x], rules: [{when: never}]}", notMade, u"would have been empty"_s);
    row("no artifacts", "{include: [{artifact: a.yml, job: before}]}", "a: {script: [x]}", notMade,
        u"has left no artifacts"_s);
    row("no such project", "no/where", "a: {script: [x]}", "downstream_bridge_project_not_found",
        u"no/where"_s);
}

void DownstreamTest::saysWhyThereIsNoPipeline()
{
    QFETCH(QByteArray, trigger);
    QFETCH(QByteArray, child);
    QFETCH(QByteArray, reason);
    QFETCH(QString, message);
    const model::Pipeline parent
        = push({{u".gitlab-ci.yml"_s, "before: {stage: .pre, script: [x]}\ndown: {stage: test, trigger: "
                     + trigger + "}\n"},
                {u"child.yml"_s, child}});
    finish(job(parent, u"before"_s));
    const model::Job bridge = settled(parent, u"down"_s);
    QCOMPARE(bridge.state, JobState::Failed);
    QCOMPARE(QByteArray(protocol::word(*bridge.failureReason).toByteArray()), reason);
    QVERIFY2(bridge.failureMessage.contains(message), qPrintable(bridge.failureMessage));
}

void DownstreamTest::startsAnotherProject()
{
    const model::Project other = m_world->makeProject(m_alice, u"other"_s);
    push({{u".gitlab-ci.yml"_s, "far: {script: [echo]}\n"}}, other);
    const model::Pipeline parent
        = push({{u".gitlab-ci.yml"_s, "down: {trigger: {project: alice/$NAME, strategy: depend}, "
                                      "variables: {NAME: other}}\n"}});
    const auto there = below(settled(parent, u"down"_s));
    QCOMPARE(there->project, other.id);
    QCOMPARE(there->source, u"pipeline"_s);
    QCOMPARE(m_world->pipelines(other).size(), size_t(2));
    finish(job(*there, u"far"_s));
    QCOMPARE(job(parent, u"down"_s).state, JobState::Success);
}

void DownstreamTest::asksForTheStartersRight_data()
{
    QTest::addColumn<bool>("isAdmin");
    QTest::newRow("a reporter there") << false;
    QTest::newRow("an administrator who is only a reporter there") << true;
}

void DownstreamTest::asksForTheStartersRight()
{
    QFETCH(const bool, isAdmin);
    if (isAdmin) {
        QVERIFY(m_world->database->execute("UPDATE users SET is_admin = 1 WHERE username = 'alice'"));
    }
    const model::User bob = m_world->makeUser(u"bob"_s);
    const model::Project other = m_world->makeProject(bob, u"other"_s);
    m_world->setRole(other, m_alice, model::Role::Reporter);
    const model::Pipeline parent
        = push({{u".gitlab-ci.yml"_s, "down: {trigger: bob/other}\n"}});
    const model::Job bridge = settled(parent, u"down"_s);
    QCOMPARE(bridge.failureReason, model::FailureReason::InsufficientBridgePermissions);
    QCOMPARE(m_world->pipelines(other).size(), size_t(0));
}

void DownstreamTest::mirrorsAnotherProject()
{
    const model::Project other = m_world->makeProject(m_alice, u"other"_s);
    const model::Pipeline far = push({{u".gitlab-ci.yml"_s, "far: {script: [echo]}\n"}}, other);
    const model::Pipeline here
        = push({{u".gitlab-ci.yml"_s, "up: {needs: {pipeline: alice/other}}\n"}});
    ForgeWorld::waitFor([&] { return below(job(here, u"up"_s)).has_value(); });
    QCOMPARE(below(job(here, u"up"_s))->id, far.id);
    QCOMPARE(job(here, u"up"_s).state, JobState::Pending);
    finish(job(far, u"far"_s));
    QCOMPARE(job(here, u"up"_s).state, JobState::Success);
}

void DownstreamTest::aMirrorThatIsNotTakenFails()
{
    const model::Project other = m_world->makeProject(m_alice, u"other"_s);
    push({{u".gitlab-ci.yml"_s, "far: {script: [echo]}\n"}}, other);
    QVERIFY(m_world->database->execute("CREATE TEMP TRIGGER full BEFORE INSERT ON main.pipeline_links BEGIN "
                                       "SELECT RAISE(ABORT, 'no room for links'); END"));
    const model::Pipeline here
        = push({{u".gitlab-ci.yml"_s, "up: {needs: {pipeline: alice/other}}\n"}});
    const model::Job bridge = settled(here, u"up"_s);
    QCOMPARE(bridge.state, JobState::Failed);
    QCOMPARE(bridge.failureReason, model::FailureReason::DownstreamPipelineCreationFailed);
    QVERIFY2(bridge.failureMessage.contains(u"no room for links"_s), qPrintable(bridge.failureMessage));
}

void DownstreamTest::bringsArtifactsOfOthers()
{
    const model::Project other = m_world->makeProject(m_alice, u"other"_s);
    const model::Pipeline far = push({{u".gitlab-ci.yml"_s, "far: {script: [echo]}\n"}}, other);
    const model::Pipeline parent = push(
        {{u".gitlab-ci.yml"_s, "make: {stage: .pre, script: [gen]}\n"
                               "down: {trigger: {include: child.yml}, variables: {PARENT: "
                               "$CI_PIPELINE_ID}}\n"},
         {u"child.yml"_s, "inner: {script: [x], needs: [{pipeline: $PARENT, job: make}, {project: "
                          "alice/other, ref: main, job: far}]}\n"}});
    const model::Job make = job(parent, u"make"_s);
    leaveArtifact(make, "a", "1");
    finish(make);
    const model::Job inner = job(*below(settled(parent, u"down"_s)), u"inner"_s);
    QCOMPARE(inner.state, JobState::Pending);
    const auto sources = [&](const model::Job &of) {
        return m_world->inCommand<std::vector<queue::Dependency>>([&](Transaction &transaction) {
            const Result<model::JobSpec> spec
                = db::JobStore(transaction.database(), m_world->box).spec(of.id);
            return m_world->core->pipelines().dependencies(transaction, of, *spec);
        });
    };
    QCOMPARE(sources(inner).error().kind, ErrorKind::Conflict); // Nothing there yet.
    const model::Job there = job(far, u"far"_s);
    leaveArtifact(there, "b", "2");
    finish(there);
    const auto found = sources(inner);
    QVERIFY2(found.isOk(), found ? "" : qPrintable(found.error().detail));
    QCOMPARE(found->size(), size_t(2));
    QCOMPARE(found->at(0).job, make.id);
    QCOMPARE(found->at(1).job, there.id);
    // For somebody who cannot read there it is as if it did not exist.
    model::Job stranger = inner;
    stranger.user = m_world->makeUser(u"eve"_s).id;
    QCOMPARE(sources(stranger).error().kind, ErrorKind::Conflict);
}

void DownstreamTest::goesOnAfterARestart()
{
    const model::Pipeline parent = push(
        {{u".gitlab-ci.yml"_s, "wait: {stage: .pre, script: [x]}\n"
                               "down: {stage: test, trigger: {include: child.yml}}\n"},
         {u"child.yml"_s, "inner: {script: [echo]}\n"}});
    m_world->core->pipelines().setBridgeStarter({}); // As if killed right after the commit.
    finish(job(parent, u"wait"_s));
    QCOMPARE(job(parent, u"down"_s).state, JobState::Pending);
    m_world->restart();
    QVERIFY(m_world->inCommand<void>([&](Transaction &transaction) {
        return m_world->core->recover(transaction, std::nullopt);
    }));
    QVERIFY(below(settled(parent, u"down"_s)));
}

CAPSTAN_TEST(DownstreamTest)
#include "tst_downstream.moc"
