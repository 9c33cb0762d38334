// SPDX-License-Identifier: MIT
#include "coordinator/forge/pushevent.h"
#include "db/projectstore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

/// Pushes to refs/merge-requests/N/head.
class MergeRequestsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void names_data();
    void names();
    void makesItsPipeline();
    void changesAreThoseSinceTheTarget();
    void branchesKnowTheirMergeRequests();
    void laterPushesKeepWhatWasTold();
    void runsAgainByItsNumber();
    void areNotProtectedByAWildcard();
    void survivesAKill();
    void othersRefsAreRefused();
};

void MergeRequestsTest::names_data()
{
    QTest::addColumn<QString>("ref");
    QTest::addColumn<qint64>("number");
    QTest::newRow("a merge request") << u"refs/merge-requests/17/head"_s << qint64 {17};
    for (const char *other : {"refs/merge-requests/17/merge", "refs/merge-requests//head",
                              "refs/merge-requests/0/head", "refs/merge-requests/01/head",
                              "refs/merge-requests/1a/head", "refs/merge-requests/-1/head",
                              "refs/merge-requests/1/2/head", "refs/heads/merge-requests/1/head",
                              "refs/merge-requests/1234567890/head", "refs/merge-requests/head"}) {
        QTest::newRow(other) << QString::fromLatin1(other) << qint64 {0};
    }
}

void MergeRequestsTest::names()
{
    QFETCH(QString, ref);
    QFETCH(qint64, number);
    QCOMPARE((forge::RefUpdate {{}, {}, ref}).mergeRequest().value_or(0), number);
}

void MergeRequestsTest::makesItsPipeline()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "branch: {script: [x], rules: [{if: $CI_COMMIT_BRANCH}]}\n"
        "merge: {script: [x], rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\" && "
        "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == \"main\" && $CI_MERGE_REQUEST_IID == \"7\" && "
        "$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME == \"topic\" && $CI_COMMIT_REF_NAME == \"topic\"'}]}\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    world.git(clone, {u"checkout"_s, u"-q"_s, u"-b"_s, u"topic"_s});
    world.commit(clone, {{u"new.txt"_s, "1"}}, u"second"_s);
    QCOMPARE(world.push(clone, project, "alice",
                        {u"topic"_s, u"topic:refs/merge-requests/7/head"_s}).code, 0);
    world.waitForPipelines(project, 3);
    const auto made = world.pipelines(project);
    const auto request = std::find_if(made.begin(), made.end(), [](const model::Pipeline &each) {
        return each.source == "merge_request_event"_L1;
    });
    QVERIFY(request != made.end());
    QCOMPARE(request->ref, u"refs/merge-requests/7/head"_s);
    QVERIFY(!request->isRefProtected);
    QCOMPARE(request->origin.mergeRequest->targetBranch, u"main"_s);
    const auto jobs = world.jobs(*request);
    QCOMPARE(jobs.size(), size_t(1));
    QCOMPARE(jobs.front().name, u"merge"_s);
}

void MergeRequestsTest::changesAreThoseSinceTheTarget()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "early: {script: [x], rules: [{changes: [early.txt]}]}\n"
        "base: {script: [x], rules: [{changes: [base.txt]}]}\n"}, {u"base.txt"_s, "1"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main:stable"_s}).code, 0);
    world.git(clone, {u"checkout"_s, u"-q"_s, u"-b"_s, u"topic"_s});
    world.commit(clone, {{u"early.txt"_s, "1"}}, u"early"_s);
    world.commit(clone, {{u"late.txt"_s, "1"}}, u"late"_s);
    QCOMPARE(world.push(clone, project, "alice",
                        {u"-o"_s, u"merge_request.target=stable"_s, u"-o"_s,
                         u"merge_request.title=Words"_s, u"topic:refs/merge-requests/1/head"_s})
                 .code, 0);
    world.waitForPipelines(project, 2);
    const model::Pipeline request = world.pipelines(project).front();
    QCOMPARE(request.origin.mergeRequest->title, u"Words"_s);
    const auto jobs = world.jobs(request);
    QCOMPARE(jobs.size(), size_t(1));
    QCOMPARE(jobs.front().name, u"early"_s);
}

void MergeRequestsTest::branchesKnowTheirMergeRequests()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    // The usual guard against two pipelines for one push.
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "workflow: {rules: [{if: '$CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS && "
        "$CI_PIPELINE_SOURCE == \"push\"', when: never}, {when: always}]}\njob: {script: [x]}\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    world.git(clone, {u"checkout"_s, u"-q"_s, u"-b"_s, u"topic"_s});
    world.commit(clone, {{u"new.txt"_s, "1"}}, u"second"_s);
    QCOMPARE(world.push(clone, project, "alice",
                        {u"topic"_s, u"topic:refs/merge-requests/7/head"_s}).code, 0);
    world.waitForPipelines(project, 2);
    ForgeWorld::waitFor([&] { return world.starter->isIdle(); });
    const auto made = world.pipelines(project);
    QCOMPARE(made.size(), size_t(2));
    QCOMPARE(made.front().source, u"merge_request_event"_s);
    QCOMPARE(made.front().origin.openMergeRequests, project.fullPath() + u"!7"_s);
    // Closed: the branch has its pipelines again.
    QCOMPARE(world.push(clone, project, "alice", {u":refs/merge-requests/7/head"_s}).code, 0);
    world.commit(clone, {{u"new.txt"_s, "2"}}, u"third"_s);
    QCOMPARE(world.push(clone, project, "alice", {u"topic"_s}).code, 0);
    world.waitForPipelines(project, 3);
    QCOMPARE(world.pipelines(project).front().source, u"push"_s);
    QVERIFY(world.pipelines(project).front().origin.openMergeRequests.isEmpty());
}

void MergeRequestsTest::laterPushesKeepWhatWasTold()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "job: {script: [x], rules: [{when: always}]}\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s, u"main:stable"_s}).code, 0);
    world.waitForPipelines(project, 2);
    const QByteArray base = world.git(clone, {u"rev-parse"_s, u"HEAD"_s}).output.trimmed();
    world.git(clone, {u"checkout"_s, u"-q"_s, u"-b"_s, u"topic"_s});
    world.commit(clone, {{u"a.txt"_s, "1"}}, u"one"_s);
    QCOMPARE(world.push(clone, project, "alice",
                        {u"-o"_s, u"merge_request.target=stable"_s, u"-o"_s, u"merge_request.label=a"_s,
                         u"-o"_s, u"merge_request.label=b"_s, u"-o"_s,
                         u"merge_request.description=Why"_s, u"topic"_s,
                         u"topic:refs/merge-requests/1/head"_s}).code, 0);
    world.waitForPipelines(project, 4);
    world.commit(clone, {{u"a.txt"_s, "2"}}, u"two"_s);
    QCOMPARE(world.push(clone, project, "alice",
                        {u"-o"_s, u"merge_request.title=Draft: x"_s,
                         u"topic:refs/merge-requests/1/head"_s}).code, 0);
    world.waitForPipelines(project, 5);
    const model::MergeRequest request = *world.pipelines(project).front().origin.mergeRequest;
    QCOMPARE(request.sourceBranch, u"topic"_s);
    QCOMPARE(request.targetBranch, u"stable"_s);
    QCOMPARE(request.labels, (QStringList {u"a"_s, u"b"_s}));
    QCOMPARE(request.description, u"Why"_s);
    QCOMPARE(request.title, u"Draft: x"_s);
    QCOMPARE(request.diffBase.toLatin1(), base);
    QVERIFY(!request.isTargetProtected);
}

void MergeRequestsTest::runsAgainByItsNumber()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "job: {script: [x], rules: [{if: $CI_MERGE_REQUEST_IID}]}\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s, u"main:refs/merge-requests/7/head"_s}).code, 0);
    world.waitForPipelines(project, 1);
    const auto run = [&](qint64 number) {
        std::optional<Result<model::Pipeline>> made;
        forge::RunWish wish;
        wish.project = project.id;
        wish.source = u"merge_request_event"_s;
        wish.user = alice.id;
        wish.mergeRequest = number;
        world.starter->run(std::move(wish), &world.context,
                           [&made](const Result<model::Pipeline> &result) { made.emplace(result); });
        ForgeWorld::waitFor([&] { return made.has_value(); });
        return *made;
    };
    const Result<model::Pipeline> again = run(7);
    QVERIFY2(again, again ? "" : qPrintable(again.error().detail));
    QCOMPARE(again->ref, u"refs/merge-requests/7/head"_s);
    QCOMPARE(world.jobs(*again).size(), size_t(1));
    QCOMPARE(run(8).error().kind, ErrorKind::NotFound);
}

void MergeRequestsTest::areNotProtectedByAWildcard()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    QVERIFY(world.inCommand<void>([&](engine::Transaction &transaction) {
        return db::ProjectStore(transaction.database()).protectBranch(project.id, u"*"_s);
    }));
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s,
        "job: {script: [x], rules: [{if: '$CI_MERGE_REQUEST_IID && $CI_COMMIT_REF_PROTECTED == \"false\"'}]}\n"
        "other: {script: [x], rules: [{if: '$CI_COMMIT_BRANCH && $CI_COMMIT_REF_PROTECTED == \"true\"'}]}\n"}});
    QCOMPARE(world.push(clone, project, "alice",
                        {u"main"_s, u"main:refs/merge-requests/7/head"_s}).code, 0);
    world.waitForPipelines(project, 2);
    for (const model::Pipeline &pipeline : world.pipelines(project)) {
        const bool isBranch = pipeline.ref == "main"_L1;
        QCOMPARE(pipeline.isRefProtected, isBranch);
        QCOMPARE(world.jobs(pipeline).front().name, isBranch ? u"other"_s : u"job"_s);
    }
}

void MergeRequestsTest::survivesAKill()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x], rules: [{when: always}]}\n"}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    world.takesPushes = false;
    QCOMPARE(world.push(clone, project, "alice", {u"main:refs/merge-requests/3/head"_s}).code, 0);
    world.restart();
    world.starter->recover();
    world.waitForPipelines(project, 2);
    world.restart();
    world.starter->recover();
    ForgeWorld::waitFor([&] { return world.starter->isIdle(); });
    QCOMPARE(world.pipelines(project).size(), size_t(2)); // Not once more.
}

void MergeRequestsTest::othersRefsAreRefused()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u"a.txt"_s, "1"}});
    for (const char *ref : {"main:refs/merge-requests/3/merge", "main:refs/merge-requests/x/head",
                            "main:refs/pipelines/3"}) {
        QVERIFY(world.push(clone, project, "alice", {QString::fromLatin1(ref)}).code != 0);
    }
}

CAPSTAN_TEST(MergeRequestsTest)
#include "tst_mergerequests.moc"
