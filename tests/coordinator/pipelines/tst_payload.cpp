// SPDX-License-Identifier: MIT
#include "db/artifactstore.h"
#include "db/groupstore.h"
#include "db/projectstore.h"
#include "db/variablestore.h"
#include "coordinator/pipelines/cachekeys.h"
#include "coordinator/pipelines/compilecontext.h"
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

#include <array>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using engine::Transaction;

/// What a runner is told, and what a file is compiled against.
class PayloadTest final : public QObject
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

    void predefinesVariables();
    void higherVariablesWin();
    void nearerGroupsAndScopesWin();
    void protectedVariablesNeedAProtectedRef();
    void nobodySetsTheJobsToken();
    void carriesStepsCachesAndArtifacts();
    void handsOnArtifactsAndDotenv();
    void anErasedDependencyFailsTheJob();
    void aRunnerMustKnowWhatItsJobNeeds_data();
    void aRunnerMustKnowWhatItsJobNeeds();
    void depthDecidesTheRefspecs();
    void expandsTheEnvironment();
    void hashesCacheFiles();
    void givesTheCompilerItsContext();

private:
    static model::Variable variableOf(
        const QString &key, model::VariableScope scope = model::VariableScope::Project)
    {
        model::Variable variable;
        variable.key = key;
        variable.scope = scope;
        return variable;
    }

    void setVariable(model::Variable variable, const QByteArray &value)
    {
        variable.value = Secret(value);
        if (variable.scope == model::VariableScope::Project) {
            variable.owner = m_world->project().value();
        }
        QVERIFY(m_world->call<model::Variable>([&](Transaction &transaction) {
            return db::VariableStore(transaction.database(), m_world->box()).insert(variable);
        }));
    }

    static QString value(const protocol::JobPayload &payload, const QString &key)
    {
        QString found = u"(absent)"_s;
        for (const protocol::JobVariable &variable : payload.variables) {
            if (variable.key == key) {
                found = variable.value;
            }
        }
        return found;
    }

    // As an upload leaves it.
    void leave(const protocol::JobPayload &job, const QByteArray &type)
    {
        auto &core = m_world->core();
        auto upload = core.artifactFiles().newUpload(1000);
        QVERIFY(upload->write("A=from dotenv\n"));
        QVERIFY(upload->finish());
        std::optional<Result<model::Artifact>> done;
        core.artifacts().store(
            JobId {job.id}, *storage::Artifacts::checked({.type = type, .format = {},
                                                          .expireIn = u"1 week"_s,
                                                          .fileName = u"artifacts.zip"_s}),
            upload->received(),
            [&](Transaction &transaction) {
                return core.messages().authorizeUpload(transaction, JobId {job.id}, job.token);
            },
            [&](const Result<model::Artifact> &stored) { done = stored; });
        QTRY_VERIFY(done);
        QVERIFY2(done->isOk(), done->isOk() ? "" : qPrintable(done->error().detail));
    }

    std::unique_ptr<World> m_world;
    std::unique_ptr<TalkingRunner> m_runner;
};

void PayloadTest::predefinesVariables()
{
    const model::Pipeline pipeline = m_world->create(plan({job(u"Build it"_s)}));
    const protocol::JobPayload payload = m_runner->take();
    const auto is = [&](const char *key, const QString &expected) {
        const QString found = value(payload, QString::fromLatin1(key));
        QVERIFY2(found == expected, qPrintable(QString::fromLatin1(key) + u'=' + found));
    };
    is("CI", u"true"_s);
    is("CI_SERVER_URL", u"http://ci.example.test:8080"_s);
    is("CI_SERVER_HOST", u"ci.example.test"_s);
    is("CI_SERVER_PORT", u"8080"_s);
    is("CI_SERVER_FQDN", u"ci.example.test:8080"_s);
    is("CI_API_V4_URL", u"http://ci.example.test:8080/api/v4"_s);
    is("CI_PROJECT_PATH", u"root/sample"_s);
    is("CI_PROJECT_URL", u"http://ci.example.test:8080/root/sample"_s);
    is("CI_COMMIT_BRANCH", u"main"_s);
    is("CI_COMMIT_TAG", u"(absent)"_s);
    is("CI_COMMIT_TITLE", u"Add the crane"_s);
    is("CI_COMMIT_DESCRIPTION", u"It lifts."_s);
    is("CI_COMMIT_AUTHOR", u"Ann <ann@example.test>"_s);
    is("CI_COMMIT_SHORT_SHA", u"aaaaaaaa"_s);
    is("CI_COMMIT_REF_PROTECTED", u"true"_s);
    is("CI_PIPELINE_ID", QString::number(pipeline.id.value()));
    is("CI_PIPELINE_IID", u"1"_s);
    is("CI_JOB_NAME", u"Build it"_s);
    is("CI_JOB_NAME_SLUG", u"build-it"_s);
    is("CI_NODE_TOTAL", u"1"_s);
    is("CI_NODE_INDEX", u"(absent)"_s);
    is("GITLAB_USER_LOGIN", u"root"_s);
    is("CI_JOB_TOKEN", QString::fromLatin1(payload.token.reveal()));
    QVERIFY(payload.gitInfo.repoUrl.endsWith("@ci.example.test:8080/root/sample.git"_L1));
    QVERIFY(payload.gitInfo.repoUrl.startsWith("http://gitlab-ci-token:glcbt-"_L1));
    QCOMPARE(payload.runnerInfo.timeoutSeconds, 3600);
}

void PayloadTest::higherVariablesWin()
{
    setVariable(variableOf(u"A"_s, model::VariableScope::Instance), "instance");
    setVariable(variableOf(u"A"_s), "project");
    setVariable(variableOf(u"B"_s, model::VariableScope::Instance), "instance");
    model::Variable secret = variableOf(u"SECRET"_s);
    secret.isFile = secret.isMasked = secret.isRaw = true;
    setVariable(secret, "hush-hush");
    model::JobPlan build = job(u"build"_s);
    build.spec.variables = {{u"A"_s, u"yaml"_s, false}, {u"C"_s, u"yaml"_s, true},
                            {u"D"_s, u"yaml"_s, false}};
    NewPipeline start = m_world->push();
    start.variables = {{u"D"_s, u"run"_s, false}};
    QVERIFY(m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().create(transaction, start, plan({build}));
    }));
    const protocol::JobPayload payload = m_runner->take();
    QCOMPARE(value(payload, u"A"_s), u"project"_s);
    QCOMPARE(value(payload, u"B"_s), u"instance"_s);
    QCOMPARE(value(payload, u"C"_s), u"yaml"_s);
    QCOMPARE(value(payload, u"D"_s), u"run"_s);
    for (const protocol::JobVariable &each : payload.variables) {
        if (each.key == "SECRET"_L1) {
            QVERIFY(each.file && each.masked && each.raw && !each.isPublic);
        }
        if (each.key == "C"_L1) {
            QVERIFY(each.raw && each.isPublic);
        }
    }
}

void PayloadTest::nearerGroupsAndScopesWin()
{
    GroupId upper;
    GroupId lower;
    QVERIFY(m_world->call<bool>([&](Transaction &transaction) -> Result<bool> {
        db::GroupStore groups(transaction.database());
        model::Group group;
        group.path = group.name = u"top"_s;
        upper = groups.insert(group)->id;
        group.path = u"top/team"_s;
        lower = groups.insert(group)->id;
        db::ProjectStore projects(transaction.database());
        model::Project project = **projects.find(m_world->project());
        project.group = lower;
        return projects.update(project) ? Result<bool>(true) : Result<bool>(notFound({}));
    }));
    const auto set = [&](const QString &key, model::VariableScope scope, qint64 owner,
                         const QString &environment, const QByteArray &text) {
        model::Variable variable = variableOf(key, scope);
        variable.owner = owner;
        variable.environmentScope = environment;
        setVariable(variable, text);
    };
    using enum model::VariableScope;
    set(u"A"_s, Group, upper.value(), u"*"_s, "upper");
    set(u"A"_s, Group, lower.value(), u"*"_s, "lower");
    set(u"B"_s, Group, upper.value(), u"*"_s, "upper");
    set(u"C"_s, Group, lower.value(), u"review/one"_s, "group exactly");
    set(u"C"_s, Project, 0, u"*"_s, "project");
    set(u"D"_s, Project, 0, u"*"_s, "all");
    set(u"D"_s, Project, 0, u"review/*"_s, "pattern");
    set(u"D"_s, Project, 0, u"review/one*"_s, "longer pattern");
    set(u"D"_s, Project, 0, u"review/one"_s, "exactly");
    set(u"E"_s, Project, 0, u"prod"_s, "prod");
    model::JobPlan review = job(u"review"_s);
    review.spec.environment.emplace();
    review.spec.environment->name = u"review/one"_s;
    m_world->create(plan({review}));
    const protocol::JobPayload payload = m_runner->take();
    QCOMPARE(value(payload, u"A"_s), u"lower"_s);
    QCOMPARE(value(payload, u"B"_s), u"upper"_s);
    QCOMPARE(value(payload, u"C"_s), u"project"_s);
    QCOMPARE(value(payload, u"D"_s), u"exactly"_s);
    QCOMPARE(value(payload, u"E"_s), u"(absent)"_s);
}

void PayloadTest::protectedVariablesNeedAProtectedRef()
{
    model::Variable deploy = variableOf(u"DEPLOY"_s);
    deploy.isProtected = true;
    setVariable(deploy, "key");
    m_world->create(plan({job(u"build"_s)}));
    QCOMPARE(value(m_runner->take(), u"DEPLOY"_s), u"key"_s);
    NewPipeline start = m_world->push();
    start.ref = u"feature"_s;
    QVERIFY(m_world->call<model::Pipeline>([&](Transaction &transaction) {
        return m_world->core().pipelines().create(transaction, start, plan({job(u"build"_s)}));
    }));
    QCOMPARE(value(m_runner->take(), u"DEPLOY"_s), u"(absent)"_s);
}

void PayloadTest::nobodySetsTheJobsToken()
{
    setVariable(variableOf(u"CI_JOB_TOKEN"_s), "mine");
    m_world->create(plan({job(u"build"_s)}));
    const protocol::JobPayload payload = m_runner->take();
    QCOMPARE(value(payload, u"CI_JOB_TOKEN"_s), QString::fromLatin1(payload.token.reveal()));
}

void PayloadTest::carriesStepsCachesAndArtifacts()
{
    model::JobPlan build = job(u"build"_s);
    build.spec.beforeScript = {u"prepare"_s};
    build.spec.afterScript = {u"clean"_s};
    build.spec.caches.resize(2);
    build.spec.caches[0].key = u"deps"_s;
    build.spec.caches[0].policy = u"$POLICY"_s;
    build.spec.caches[1].unprotect = true;
    build.spec.variables = {{u"POLICY"_s, u"pull"_s, false}};
    build.spec.artifacts.emplace();
    build.spec.artifacts->paths = {u"out/"_s};
    build.spec.artifacts->reports = {{u"junit"_s, {u"*.xml"_s}}};
    build.spec.image.emplace();
    build.spec.image->name = u"alpine"_s;
    m_world->create(plan({build}));
    const protocol::JobPayload payload = m_runner->take();
    QCOMPARE(payload.steps.size(), 2);
    QCOMPARE(payload.steps.at(0).script, (QStringList {u"prepare"_s, u"make build"_s}));
    QCOMPARE(payload.steps.at(1).when, protocol::RunWhen::Always);
    QCOMPARE(payload.cache.at(0).key, u"deps-protected"_s);
    QCOMPARE(payload.cache.at(0).policy, u"pull"_s);
    QCOMPARE(payload.cache.at(1).key, u"default-non_protected"_s);
    QCOMPARE(payload.cache.at(1).policy, u"pull-push"_s);
    QCOMPARE(payload.artifacts.size(), 2);
    QCOMPARE(payload.artifacts.at(1).type, u"junit"_s);
    QCOMPARE(payload.artifacts.at(1).format, protocol::ArtifactFormat::Gzip);
    QCOMPARE(payload.image->name, u"alpine"_s);
    // It reads as a runner reads it.
    QVERIFY(protocol::JobPayload::fromJson(protocol::compactJson(payload.toJson())));
}

void PayloadTest::handsOnArtifactsAndDotenv()
{
    m_world->create(plan({job(u"build"_s), job(u"other"_s), job(u"test"_s, 1),
                          needing(job(u"lint"_s, 1), {u"other"_s})}));
    const protocol::JobPayload build = m_runner->take();
    const protocol::JobPayload other = m_runner->take();
    m_runner->confirm(build);
    m_runner->confirm(other);
    leave(build, "archive");
    leave(build, "dotenv");
    m_runner->finish(build);
    m_runner->finish(other);
    const protocol::JobPayload first = m_runner->take();
    const protocol::JobPayload second = m_runner->take();
    const protocol::JobPayload &test = first.jobInfo.name == "test"_L1 ? first : second;
    const protocol::JobPayload &lint = first.jobInfo.name == "test"_L1 ? second : first;
    QCOMPARE(test.dependencies.size(), 1);
    QCOMPARE(test.dependencies.first().id, build.id);
    QCOMPARE(test.dependencies.first().file->filename, u"artifacts.zip"_s);
    QVERIFY(test.dependencies.first().token == test.token);
    QCOMPARE(value(test, u"A"_s), u"from dotenv"_s);
    QVERIFY(lint.dependencies.isEmpty());
    QCOMPARE(value(lint, u"A"_s), u"(absent)"_s);
    const auto read = m_world->call<model::Job>([&](Transaction &transaction) {
        return m_world->core().messages().authorizeDownload(transaction, JobId {build.id},
                                                            test.token);
    });
    QVERIFY(read);
}

void PayloadTest::anErasedDependencyFailsTheJob()
{
    m_world->create(plan({job(u"build"_s), manual(needing(job(u"test"_s, 1), {u"build"_s}), true)}));
    const protocol::JobPayload build = m_runner->take();
    m_runner->confirm(build);
    leave(build, "archive");
    m_runner->finish(build);
    QVERIFY(m_world->call<model::Job>([&](Transaction &transaction) {
        return m_world->core().pipelines().erase(transaction, JobId {build.id});
    }));
    QVERIFY(m_world->call<model::Job>([&](Transaction &transaction) {
        return m_world->core().pipelines().play(transaction, m_world->job(u"test"_s).id, {}, {});
    }));
    QVERIFY(!m_runner->ask()->has_value());
    QCOMPARE(m_world->job(u"test"_s).failureReason,
             model::FailureReason::MissingDependencyFailure);
}

void PayloadTest::aRunnerMustKnowWhatItsJobNeeds_data()
{
    QTest::addColumn<int>("feature");
    QTest::newRow("upload_multiple_artifacts") << 0;
    QTest::newRow("artifacts_exclude") << 1;
    QTest::newRow("return_exit_code") << 2;
    QTest::newRow("fallback_cache_keys") << 3;
    QTest::newRow("native_steps_integration") << 4;
}

void PayloadTest::aRunnerMustKnowWhatItsJobNeeds()
{
    using protocol::RunnerFeatures;
    QFETCH(const int, feature);
    const std::array members {&RunnerFeatures::uploadMultipleArtifacts,
                              &RunnerFeatures::artifactsExclude, &RunnerFeatures::returnExitCode,
                              &RunnerFeatures::fallbackCacheKeys, &RunnerFeatures::nativeSteps};
    std::array<model::JobPlan, 5> plans;
    plans.fill(job(u"picky"_s));
    plans[0].spec.artifacts.emplace();
    plans[0].spec.artifacts->reports = {{u"junit"_s, {u"*.xml"_s}}};
    plans[1].spec.artifacts.emplace();
    plans[1].spec.artifacts->paths = {u"out/"_s};
    plans[1].spec.artifacts->exclude = {u"out/tmp"_s};
    plans[2].allowFailure.exitCodes = {3};
    plans[3].spec.caches.resize(1);
    plans[3].spec.caches[0].paths = {u"deps/"_s};
    plans[3].spec.caches[0].fallbackKeys = {u"old"_s};
    plans[4].spec.run = u"[]"_s;
    const size_t index = static_cast<size_t>(feature);
    m_runner->features().*members[index] = false;
    m_world->create(plan({plans[index], job(u"plain"_s)}));
    QCOMPARE(m_runner->take().jobInfo.name, u"plain"_s);
    const model::Job refused = m_world->job(u"picky"_s);
    QCOMPARE(refused.failureReason, model::FailureReason::RunnerUnsupported);
    QVERIFY2(refused.failureMessage.contains(QLatin1StringView(QTest::currentDataTag())),
             qPrintable(refused.failureMessage));

    m_runner->features().*members[index] = true;
    m_world->create(plan({plans[index]}));
    QCOMPARE(m_runner->take().jobInfo.name, u"picky"_s);
}

void PayloadTest::depthDecidesTheRefspecs()
{
    model::JobPlan whole = job(u"whole"_s);
    whole.spec.variables = {{u"GIT_DEPTH"_s, u"0"_s, false}};
    m_world->create(plan({job(u"shallow"_s), whole}));
    const protocol::JobPayload shallow = m_runner->take();
    QCOMPARE(shallow.gitInfo.depth, 20);
    QCOMPARE(shallow.gitInfo.refspecs.at(1), u"+refs/heads/main:refs/remotes/origin/main"_s);
    const protocol::JobPayload all = m_runner->take();
    QCOMPARE(all.gitInfo.depth, 0);
    QVERIFY(all.gitInfo.refspecs.contains(u"+refs/tags/*:refs/tags/*"_s));
}

void PayloadTest::expandsTheEnvironment()
{
    model::Variable host = variableOf(u"HOST"_s);
    host.environmentScope = u"review/*"_s;
    setVariable(host, "review.example.test");
    host.environmentScope = u"*"_s;
    setVariable(host, "example.test");
    model::JobPlan review = job(u"review"_s);
    review.spec.environment.emplace();
    review.spec.environment->name = u"review/$CI_COMMIT_REF_SLUG"_s;
    review.spec.environment->url = u"https://$HOST/x"_s;
    m_world->create(plan({review, job(u"plain"_s)}));
    const protocol::JobPayload payload = m_runner->take();
    QCOMPARE(value(payload, u"CI_ENVIRONMENT_NAME"_s), u"review/main"_s);
    QCOMPARE(value(payload, u"HOST"_s), u"review.example.test"_s);
    QCOMPARE(value(payload, u"CI_ENVIRONMENT_URL"_s), u"https://review.example.test/x"_s);
    QCOMPARE(value(payload, u"CI_ENVIRONMENT_TIER"_s), u"development"_s);
    QCOMPARE(value(payload, u"CI_ENVIRONMENT_ACTION"_s), u"start"_s);
    QCOMPARE(value(m_runner->take(), u"HOST"_s), u"example.test"_s);
}

void PayloadTest::hashesCacheFiles()
{
    class Tree final : public CommitFiles
    {
    public:
        std::optional<QByteArray> contentId(const QString &path) const override
        {
            return path == "lock"_L1 ? std::optional("0123"_ba) : std::nullopt;
        }
        std::optional<QByteArray> lastChange(const QString &path) const override
        {
            return path == "lock"_L1 ? std::optional("4567"_ba) : std::nullopt;
        }
    };
    model::PipelinePlan made = plan({job(u"a"_s)});
    std::vector<model::CacheSpec> &caches = made.jobs[0].spec.caches;
    caches.resize(4);
    caches[0].keyPrefix = u"$CI_JOB_NAME"_s;
    caches[0].keyFiles = QStringList {u"lock"_s};
    caches[1].keyFiles = QStringList {u"none"_s};
    caches[2].key = u"plain"_s;
    caches[3].keyFiles = QStringList {u"lock"_s};
    caches[3].keyByCommits = true;
    resolveCacheKeys(made, Tree());
    QCOMPARE(caches[0].key.size(), u"$CI_JOB_NAME-"_s.size() + 40);
    QCOMPARE(caches[1].key, u"default"_s);
    QCOMPARE(caches[2].key, u"plain"_s);
    QCOMPARE(caches[3].key.size(), 40);
    QVERIFY(!caches[0].key.endsWith(caches[3].key)); // Another content, another commit.
}

void PayloadTest::givesTheCompilerItsContext()
{
    setVariable(variableOf(u"A"_s), "project");
    NewPipeline start = m_world->push();
    start.isTag = true;
    start.ref = u"v1"_s;
    start.variables = {{u"A"_s, u"run"_s, false}};
    const auto context = m_world->call<ciconfig::Context>([&](Transaction &transaction) {
        return compileContext(transaction, m_world->box(), m_world->settings(), start);
    });
    QVERIFY(context);
    QCOMPARE(context->file, u".gitlab-ci.yml"_s);
    QHash<QString, QString> last;
    for (const auto &variable : context->variables) {
        last.insert(variable.key, variable.value);
    }
    QCOMPARE(last.value(u"A"_s), u"run"_s);
    QCOMPARE(last.value(u"CI_COMMIT_TAG"_s), u"v1"_s);
    QVERIFY(!last.contains(u"CI_COMMIT_BRANCH"_s));
    QVERIFY(!last.contains(u"CI_PIPELINE_ID"_s));
    QVERIFY(context->variables.back().outranksFile);
}

CAPSTAN_TEST(PayloadTest)
#include "tst_payload.moc"
