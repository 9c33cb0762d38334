// SPDX-License-Identifier: MIT
#include "coordinator/forge/pipelinestarter.h"

#include "coordinator/forge/repositoryreader.h"
#include "db/projectstore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QDir>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace ci;
using ci::test::ForgeWorld;
using ci::test::Ran;
using model::PipelineState;

namespace {

const QByteArray CiFile = "build:\n  script: [echo hello]\n";
const QByteArray UserPassword = "correct horse";

} // namespace

/// What a push, a request to run, or a restart makes pipelines of.
class PushesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pushOptionsAreTaken();
    void commitMessagesCanSkip();
    void brokenFilesMakeFailedPipelines();
    void tagsAndDeletions();
    void firstBranchBecomesTheDefault();
    void firstPushKeepsWhatIsChangedMeanwhile();
    void brokenObjectsHoldUpNoLaterPush();
    void aPushThatMovesNothingLeavesNothing();
    void aKilledCoordinatorLosesNoPush_data();
    void aKilledCoordinatorLosesNoPush();
    void refsThatMovedUnnoticedAreFound();
    void aRefThatWeMovedHasItsStarter();
    void runsPipelinesForAnyRef();
    void refusesWhatTheEngineCannotDo();
    void lintsInTheProjectsContext();
};

void PushesTest::pushOptionsAreTaken()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "build:\n  script: [echo]\n  rules: [{if: '$WISH == \"a b\"'}]\n"
        "other:\n  script: [echo]\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"-o"_s, u"ci.variable=\"WISH=a b\""_s, u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    const model::Pipeline wished = world.pipelines(project).front();
    QCOMPARE(world.jobs(wished).size(), size_t(2));
    QCOMPARE(wished.variables.size(), size_t(1));
    QCOMPARE(wished.variables.front().value, u"a b"_s);
    world.commit(clone, {{u"x"_s, "1"}}, u"second"_s);
    QCOMPARE(world.push(clone, project, "alice", {u"-o"_s, u"ci.skip"_s, u"main"_s}).code, 0);
    world.waitForPipelines(project, 2);
    QCOMPARE(world.pipelines(project).front().state, PipelineState::Skipped);
}

void PushesTest::commitMessagesCanSkip()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    world.commit(clone, {}, u"words\n\nmore [Skip CI] words"_s);
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    QCOMPARE(world.pipelines(project).front().state, PipelineState::Skipped);
    QCOMPARE(world.jobs(world.pipelines(project).front()).size(), size_t(0));
}

void PushesTest::brokenFilesMakeFailedPipelines()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "build:\n  script: [echo]\n  nonsense: 1\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    const model::Pipeline pipeline = world.pipelines(project).front();
    QCOMPARE(pipeline.state, PipelineState::Failed);
    QVERIFY(!pipeline.errors.empty());
    QVERIFY(pipeline.errors.front().text.contains(u"nonsense"_s));
    QCOMPARE(pipeline.errors.front().file, u".gitlab-ci.yml"_s);
    QVERIFY(pipeline.errors.front().line > 0);
    QVERIFY(pipeline.errors.front().column > 0);
    // A commit without a file makes none.
    world.git(clone, {u"rm"_s, u"-q"_s, u".gitlab-ci.yml"_s});
    world.commit(clone, {}, u"gone"_s);
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    ForgeWorld::waitFor([&] { return world.spoolFiles() == 0 && world.starter->isIdle(); });
    QCOMPARE(world.pipelines(project).size(), size_t(1));
}

void PushesTest::tagsAndDeletions()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    world.git(clone, {u"tag"_s, u"light"_s});
    world.git(clone, {u"tag"_s, u"-a"_s, u"-m"_s, u"words"_s, u"v1"_s});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s, u"v1"_s, u"light"_s, u"main:free"_s}).code, 0);
    world.waitForPipelines(project, 4);
    const auto made = world.pipelines(project);
    const auto tag = std::find_if(made.begin(), made.end(), [](const auto &p) { return p.ref == u"v1"_s; });
    QVERIFY(tag->isTag);
    QCOMPARE(tag->commit.title(), u"first"_s);
    const forge::RepositoryReader reader(*world.repositories, project.id);
    const auto tags = reader.refs(forge::RefKind::Tag);
    QCOMPARE(tags->size(), size_t(2));
    QCOMPARE(tags->back().name, u"v1"_s);
    QCOMPARE(tags->back().message.trimmed(), u"words"_s);
    QCOMPARE(tags->back().commit.sha, tag->commit.sha);
    QCOMPARE(reader.refs(forge::RefKind::Branch)->size(), size_t(2));

    QCOMPARE(world.push(clone, project, "alice", {u":v1"_s, u":free"_s}).code, 0);
    ForgeWorld::waitFor([&] { return world.spoolFiles() == 0 && world.starter->isIdle(); });
    QCOMPARE(world.pipelines(project).size(), size_t(4));
    QVERIFY(!world.seenRefs(project).contains(u"refs/tags/v1"_s));
    // The same tag anew is a new tag.
    QCOMPARE(world.push(clone, project, "alice", {u"v1"_s}).code, 0);
    world.waitForPipelines(project, 5);
}

void PushesTest::firstBranchBecomesTheDefault()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    QCOMPARE(world.push(clone, project, "alice", {u"main:trunk"_s}).code, 0);
    world.waitForPipelines(project, 1);
    QCOMPARE(world.project(project.id).defaultBranch, u"trunk"_s);
    QCOMPARE(*db::ProjectStore(*world.database).protectedBranches(project.id),
             std::vector<QString> {u"trunk"_s});
    const QString copy = world.folder.filePath(u"copy"_s);
    QCOMPARE(world.git(world.folder.path(), {u"clone"_s, u"-q"_s,
        QString::fromUtf8(world.url(project, "alice", UserPassword)), copy}).code, 0);
    QVERIFY(world.git(copy, {u"branch"_s}).output.contains("trunk"));
}

void PushesTest::firstPushKeepsWhatIsChangedMeanwhile()
{
    ForgeWorld world;
    world.takesPushes = false;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    QCOMPARE(world.push(clone, project, "alice", {u"main:trunk"_s}).code, 0);
    world.starter->takePushes(project.id);
    QString last;
    int lost = 0;
    // One change after the other, as somebody in the settings would, until the push is taken up.
    ForgeWorld::waitFor([&] {
        const auto changed = world.inCommand<model::Project>([&](engine::Transaction &transaction) {
            db::ProjectStore projects(transaction.database());
            model::Project row = **projects.find(project.id);
            lost += row.description == last ? 0 : 1;
            row.description = last + u'x';
            const Result<void> stored = projects.update(row);
            return stored ? Result(row) : Result<model::Project>(stored.error());
        });
        last = changed->description;
        return changed->defaultBranch == "trunk"_L1;
    });
    QCOMPARE(lost, 0);
    ForgeWorld::waitFor([&] { return world.starter->isIdle(); });
    QCOMPARE(world.project(project.id).description, last);
}

void PushesTest::brokenObjectsHoldUpNoLaterPush()
{
    ForgeWorld world;
    world.retryTime = 10ms;
    world.restart();
    world.takesPushes = false;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    const QByteArray blob = world.git(clone, {u"rev-parse"_s, u"main:.gitlab-ci.yml"_s}).output.trimmed();
    QFile object(world.repositories->path(project.id) + u"/objects/"_s + QString::fromLatin1(blob.first(2))
                 + u'/' + QString::fromLatin1(blob.sliced(2)));
    QVERIFY(object.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    QVERIFY(object.resize(object.size() - 8)); // git finds it, and dies while it reads it.
    world.commit(clone, {{u".gitlab-ci.yml"_s, "other: {script: [echo]}\n"}}, u"second"_s);
    QCOMPARE(world.push(clone, project, "alice", {u"main:free"_s}).code, 0);
    world.starter->takePushes(project.id);
    world.waitForPipelines(project, 2);
    const auto made = world.pipelines(project);
    QCOMPARE(made.back().state, PipelineState::Failed);
    QVERIFY(!made.back().errors.empty());
    QCOMPARE(made.front().ref, u"free"_s);
    QCOMPARE(world.jobs(made.front()).size(), size_t(1));
    ForgeWorld::waitFor([&] { return world.spoolFiles() == 0; });
}

void PushesTest::aPushThatMovesNothingLeavesNothing()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    // After pre-receive: git cannot lock the ref.
    QFile lock(world.repositories->path(project.id) + u"/refs/heads/topic.lock"_s);
    QVERIFY(lock.open(QIODevice::WriteOnly));
    QVERIFY(world.push(clone, project, "alice", {u"main:topic"_s}).code != 0);
    ForgeWorld::waitFor([&] { return world.spoolFiles() == 0; });
    // Of two refs one moves: post-receive speaks of that one.
    QVERIFY(world.push(clone, project, "alice", {u"main:topic"_s, u"main:free"_s}).code != 0);
    world.waitForPipelines(project, 2);
    ForgeWorld::waitFor([&] { return world.spoolFiles() == 0; });
    QCOMPARE(world.pipelines(project).front().ref, u"free"_s);
}

void PushesTest::aKilledCoordinatorLosesNoPush_data()
{
    QTest::addColumn<bool>("hookFinished");
    QTest::newRow("after the refs moved, before the file was taken up") << true;
    QTest::newRow("after the refs moved, before the last hook") << false;
}

void PushesTest::aKilledCoordinatorLosesNoPush()
{
    QFETCH(bool, hookFinished);
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    world.takesPushes = false;
    QCOMPARE(world.push(clone, project, "alice", {u"-o"_s, u"ci.variable=K=V"_s, u"main"_s}).code, 0);
    QCOMPARE(world.spoolFiles(u"*.push"_s), 1);
    QCOMPARE(world.spoolFiles(u"*.intent"_s), 0);
    if (!hookFinished) {
        // What the first hook wrote is the same, under its own name.
        QDir spool(world.repositories->spoolDirectory());
        const QString name = spool.entryList({u"*.push"_s}).front();
        QVERIFY(spool.rename(name, name.chopped(5) + u".intent"_s));
    }
    world.restart();
    QCOMPARE(world.pipelines(project).size(), size_t(0));
    world.takesPushes = true;
    world.starter->recover();
    world.waitForPipelines(project, 1);
    const model::Pipeline pipeline = world.pipelines(project).front();
    QCOMPARE(pipeline.user, std::optional(alice.id));
    QCOMPARE(pipeline.variables.size(), size_t(1));
    QCOMPARE(world.spoolFiles(u"*.push"_s), 0);
    // Again: not twice.
    world.restart();
    world.starter->recover();
    bool isIdle = false;
    world.starter->takePushes(project.id);
    QObject::connect(world.starter.get(), &forge::PipelineStarter::becameIdle, &world.context,
                     [&isIdle] { isIdle = true; });
    ForgeWorld::waitFor([&] { return isIdle; });
    QCOMPARE(world.pipelines(project).size(), size_t(1));
}

void PushesTest::refsThatMovedUnnoticedAreFound()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    QCOMPARE(world.git(clone, {u"push"_s, u"-q"_s, world.repositories->path(project.id), u"main"_s,
                               u"main:other"_s}).code, 0);
    world.starter->recover();
    world.waitForPipelines(project, 2);
    QCOMPARE(world.git(clone, {u"push"_s, u"-q"_s, world.repositories->path(project.id), u":other"_s}).code, 0);
    world.starter->recover();
    ForgeWorld::waitFor([&] { return !world.seenRefs(project).contains(u"refs/heads/other"_s); });
    QCOMPARE(world.pipelines(project).size(), size_t(2));
}

void PushesTest::aRefThatWeMovedHasItsStarter()
{
    ForgeWorld world;
    world.retryTime = 250ms; // Long enough to be seen idle in between.
    world.restart();
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, CiFile}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    const QString repository = world.repositories->path(project.id);
    for (const QString &tag : {u"v1"_s, u"other"_s}) {
        QCOMPARE(world.git(repository, {u"tag"_s, u"-a"_s, u"-m"_s, u"words"_s, tag, u"main"_s}).code, 0);
    }
    // The disk is full at first.
    QVERIFY(world.database->execute("CREATE TABLE filler (bytes BLOB) STRICT;"
                                    "CREATE TEMP TRIGGER fill BEFORE INSERT ON main.pipelines "
                                    "BEGIN INSERT INTO filler VALUES (zeroblob(30000000)); END;"
                                    "PRAGMA max_page_count = 5000"));
    world.starter->takeMoved({project.id, u"refs/tags/v1"_s, alice.id});
    ForgeWorld::waitFor([&] { return world.starter->isIdle(); });
    QCOMPARE(world.pipelines(project).size(), size_t(1));
    QVERIFY(world.database->execute("DROP TRIGGER fill"));
    world.waitForPipelines(project, 2);
    const model::Pipeline made = world.pipelines(project).front();
    QCOMPARE(made.ref, u"v1"_s);
    QVERIFY(made.isTag);
    QCOMPARE(made.user, std::optional(alice.id));
}

void PushesTest::runsPipelinesForAnyRef()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "build:\n  script: [echo]\n  rules: [{if: '$CI_PIPELINE_SOURCE == \"web\" && $K == \"V\"'}]\n"}});
    world.git(clone, {u"tag"_s, u"v1"_s});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s, u"v1"_s}).code, 0);
    ForgeWorld::waitFor([&] { return world.seenRefs(project).size() == 2 && world.starter->isIdle(); });
    QCOMPARE(world.pipelines(project).size(), size_t(0)); // The rules leave no job.
    const auto run = [&](const QString &ref, std::vector<model::GivenVariable> variables) {
        std::optional<Result<model::Pipeline>> made;
        world.starter->run({project.id, ref, u"web"_s, alice.id, std::move(variables)}, &world.context,
                           [&made](const Result<model::Pipeline> &result) { made.emplace(result); });
        ForgeWorld::waitFor([&] { return made.has_value(); });
        return *made;
    };
    const Result<model::Pipeline> made = run(u"main"_s, {{u"K"_s, u"V"_s, false}});
    QVERIFY2(made, made ? "" : qPrintable(made.error().detail));
    QCOMPARE(made->source, u"web"_s);
    QVERIFY(run(u"v1"_s, {{u"K"_s, u"V"_s, false}})->isTag);
    QCOMPARE(run(u"main"_s, {}).error().kind, ErrorKind::Invalid);
    QVERIFY(run(u"main"_s, {}).error().detail.contains(u"would have been empty"_s));
    for (const QString &ref : {u"absent"_s, u"refs/heads/main"_s, u"--help"_s, u"main:x"_s, u"main^{tree}"_s, u""_s}) {
        QCOMPARE(run(ref, {}).error().kind, ErrorKind::NotFound);
        QCOMPARE(run(ref, {}).error().detail, u"Reference not found"_s);
    }
}

void PushesTest::refusesWhatTheEngineCannotDo()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "a:\n  script: [x]\n  secrets: {S: {vault: a/b}}\n  rules: [{if: '$CI_PIPELINE_SOURCE == \"push\"'}]\n"
        "b:\n  script: [x]\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    const model::Pipeline failed = world.pipelines(project).front();
    QCOMPARE(failed.state, model::PipelineState::Failed);
    QVERIFY(failed.errors.front().text.startsWith(u"not supported: secrets; keep the value"_s));
    QCOMPARE(failed.errors.front().line, 3);
    // Without the job that asks for it, there is nothing to refuse.
    std::optional<Result<model::Pipeline>> made;
    world.starter->run({project.id, u"main"_s, u"web"_s, alice.id, {}}, &world.context,
                       [&made](const Result<model::Pipeline> &result) { made.emplace(result); });
    ForgeWorld::waitFor([&] { return made.has_value(); });
    QVERIFY2(*made, *made ? "" : qPrintable(made->error().detail));
}

void PushesTest::lintsInTheProjectsContext()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const auto lint = [&](const QByteArray &content, bool dryRun) {
        std::optional<Result<forge::LintResult>> made;
        world.starter->lint({project.id, content, {}, dryRun ? forge::LintAim::Compile : forge::LintAim::Check, test::tokenOf(alice)}, &world.context,
                            [&made](const Result<forge::LintResult> &result) { made.emplace(result); });
        ForgeWorld::waitFor([&] { return made.has_value(); });
        return *made;
    };
    QVERIFY(lint(CiFile, false)->valid); // Also while the repository is empty.
    QCOMPARE(lint(CiFile, true).error().kind, ErrorKind::NotFound);
    const QString clone = world.makeClone(u"a"_s, {{u"part.yml"_s, "build:\n  script: [echo]\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    const Result<forge::LintResult> included = lint("include: part.yml\n", true);
    QVERIFY2(included, included ? "" : qPrintable(included.error().detail));
    QVERIFY(included->valid);
    QCOMPARE(included->plan->jobs.size(), size_t(1));
    const Result<forge::LintResult> broken = lint("include: absent.yml\n", true);
    QVERIFY(!broken->valid);
    QVERIFY(!broken->errors.empty());
}

CAPSTAN_TEST(PushesTest)
#include "tst_pushes.moc"
