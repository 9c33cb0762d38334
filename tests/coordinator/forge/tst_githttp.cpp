// SPDX-License-Identifier: MIT
#include "coordinator/forge/githttp.h"

#include "db/jobstore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QFile>
#include <QTcpSocket>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using ci::test::ForgeWorld;
using ci::test::Ran;
using model::Role;

namespace {

const QByteArray OneJob = "build:\n  script: [echo hello]\n";
const QByteArray Password = "correct horse";

/// Sends bytes as they are and gives the head of the answer.
QByteArray answerTo(ForgeWorld &world, const QByteArray &request)
{
    QTcpSocket socket;
    socket.connectToHost(u"127.0.0.1"_s, world.server->port());
    QByteArray answer;
    QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [&] { answer += socket.readAll(); });
    socket.write(request);
    ForgeWorld::waitFor([&] { return answer.contains("\r\n\r\n"); });
    return answer;
}

} // namespace

class GitHttpTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPushMakesAPipelineAndCanBeCloned();
    void wrongCredentialsAreRefused();
    void invisibleProjectsLookAbsent();
    void jobTokensReadOnly();
    void protectedBranchesRefuseWithASentence();
    void protectedHistoryOnlyGrows();
    void hostileNamesStayText();
    void ownRefsCannotBePushed();
    void rawRequestsAreChecked_data();
    void rawRequestsAreChecked();
    void answersWhereGitCannotBeRun_data();
    void answersWhereGitCannotBeRun();
};

void GitHttpTest::aPushMakesAPipelineAndCanBeCloned()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, OneJob}, {u"x.txt"_s, "hi"}});
    const Ran pushed = world.push(clone, project, "alice", {u"main"_s});
    QVERIFY2(pushed.code == 0, pushed.output);
    world.waitForPipelines(project, 1);

    const model::Pipeline pipeline = world.pipelines(project).front();
    QCOMPARE(pipeline.ref, u"main"_s);
    QCOMPARE(pipeline.source, u"push"_s);
    QCOMPARE(pipeline.user, std::optional(alice.id));
    QCOMPARE(pipeline.commit.title(), u"first"_s);
    QCOMPARE(pipeline.commit.authorName, u"Ada"_s);
    QVERIFY(pipeline.isRefProtected);
    QCOMPARE(world.jobs(pipeline).size(), size_t(1));
    QCOMPARE(world.jobs(pipeline).front().state, model::JobState::Pending);
    QCOMPARE(world.spoolFiles(), 0);
    QCOMPARE(world.seenRefs(project).value(u"refs/heads/main"_s), pipeline.commit.sha);

    const QString copy = world.folder.filePath(u"copy"_s);
    const Ran cloned = world.git(world.folder.path(), {u"clone"_s, u"-q"_s,
        QString::fromUtf8(world.url(project, "alice", Password)), copy});
    QVERIFY2(cloned.code == 0, cloned.output);
    QVERIFY(QFile::exists(copy + u"/x.txt"_s));
    // The kept ref is for jobs, not for clones.
    const Ran listed = world.git(copy, {u"ls-remote"_s});
    QVERIFY(!listed.output.contains("refs/pipelines"));

    // A second push of the same: nothing new.
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.commit(clone, {{u"y.txt"_s, "2"}}, u"second"_s);
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 2);
    QCOMPARE(world.pipelines(project).size(), size_t(2));
    QCOMPARE(world.pipelines(project).front().beforeSha, pipeline.commit.sha);
}

void GitHttpTest::wrongCredentialsAreRefused()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::User bob = world.makeUser(u"bob"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u"x"_s, "1"}});
    const Ran wrong = world.push(clone, project, "alice", {u"main"_s}, "wrong horse");
    QVERIFY(wrong.code != 0);
    QVERIFY2(wrong.output.contains("Authentication failed"), wrong.output);
    const QByteArray reader = world.makeToken(alice, u"read_api"_s);
    QVERIFY(world.push(clone, project, "alice", {u"main"_s}, reader).code != 0);
    const QByteArray writer = world.makeToken(alice, u"api"_s);
    QCOMPARE(world.push(clone, project, "anything", {u"main"_s}, writer).code, 0);
    world.setRole(project, bob, Role::Reporter);
    QVERIFY(world.push(clone, project, "bob", {u"main:other"_s}).code != 0);
    QCOMPARE(world.git(clone, {u"ls-remote"_s, QString::fromUtf8(world.url(project, "bob", Password))}).code, 0);
    QCOMPARE(world.git(clone, {u"ls-remote"_s, QString::fromUtf8(world.url(project, "alice", reader))}).code, 0);
}

void GitHttpTest::invisibleProjectsLookAbsent()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    world.makeUser(u"bob"_s);
    const model::Project hidden = world.makeProject(alice, u"hidden"_s);
    const model::Project open = world.makeProject(alice, u"open"_s, model::Visibility::Public);
    model::Project absent = hidden;
    absent.path = u"absent"_s;
    const auto list = [&](const model::Project &project, const QByteArray &user) {
        return world.git(world.folder.path(), {u"ls-remote"_s,
            QString::fromUtf8(world.url(project, user, user.isEmpty() ? QByteArray() : Password))});
    };
    QVERIFY(list(hidden, "bob").output.contains("not found"));
    QVERIFY(list(absent, "bob").output.contains("not found"));
    QVERIFY(list(hidden, {}).output.contains("could not read Username"));
    QVERIFY(list(absent, {}).output.contains("could not read Username"));
    QCOMPARE(list(open, {}).code, 0);
    QCOMPARE(list(open, "bob").code, 0);
}

void GitHttpTest::jobTokensReadOnly()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const model::Project other = world.makeProject(alice, u"other"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, OneJob}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.waitForPipelines(project, 1);
    const model::Pipeline pipeline = world.pipelines(project).front();
    model::Job job = world.jobs(pipeline).front();
    job.tokenHash = tokenHash("the-job-token");
    QVERIFY(*db::JobStore(*world.database, world.box).update(job, job.state));

    const QString copy = world.folder.filePath(u"job"_s);
    world.git(world.folder.path(), {u"init"_s, u"-q"_s, copy});
    const QString address = QString::fromUtf8(world.url(project, "gitlab-ci-token", "the-job-token"));
    const QString ref = u"refs/pipelines/%1"_s.arg(pipeline.id.value());
    const Ran fetched = world.git(copy, {u"fetch"_s, u"--depth"_s, u"20"_s, address,
                                         u'+' + ref + u':' + ref});
    QVERIFY2(fetched.code == 0, fetched.output);
    // By sha with the old protocol, as old runners do.
    QCOMPARE(world.git(copy, {u"-c"_s, u"protocol.version=0"_s, u"fetch"_s, address,
                              QString::fromLatin1(pipeline.commit.sha)}).code, 0);
    QVERIFY(world.push(clone, project, "gitlab-ci-token", {u"main:evil"_s}, "the-job-token").code != 0);
    QVERIFY(world.git(copy, {u"ls-remote"_s, QString::fromUtf8(
        world.url(other, "gitlab-ci-token", "the-job-token"))}).code != 0);
}

void GitHttpTest::protectedBranchesRefuseWithASentence()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::User bob = world.makeUser(u"bob"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    world.setRole(project, bob, Role::Developer);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, OneJob}});
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s}).code, 0);
    world.commit(clone, {{u"x"_s, "1"}}, u"second"_s);
    const Ran refused = world.push(clone, project, "bob", {u"main"_s});
    QVERIFY(refused.code != 0);
    QVERIFY2(refused.output.contains("remote: The branch main is protected: pushing to it needs the role maintainer."),
             refused.output);
    QVERIFY2(refused.output.contains("pre-receive hook declined"), refused.output);
    // One refused ref refuses the push.
    QVERIFY(world.push(clone, project, "bob", {u"main"_s, u"main:free"_s}).code != 0);
    QCOMPARE(world.push(clone, project, "bob", {u"main:free"_s}).code, 0);
    world.waitForPipelines(project, 2);
    QCOMPARE(world.spoolFiles(), 0);
    QVERIFY(!world.pipelines(project).front().isRefProtected);
}

void GitHttpTest::protectedHistoryOnlyGrows()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u"x"_s, "1"}});
    world.commit(clone, {{u"x"_s, "2"}}, u"second"_s);
    QCOMPARE(world.push(clone, project, "alice", {u"main"_s, u"main:free"_s}).code, 0);
    world.git(clone, {u"reset"_s, u"-q"_s, u"--hard"_s, u"HEAD~1"_s});
    world.commit(clone, {{u"x"_s, "3"}}, u"other"_s);
    const Ran refused = world.push(clone, project, "alice", {u"--force"_s, u"main"_s});
    QVERIFY(refused.code != 0);
    QVERIFY2(refused.output.contains("its history cannot be replaced"), refused.output);
    QCOMPARE(world.push(clone, project, "alice", {u"--force"_s, u"main:free"_s}).code, 0);
    const Ran deleted = world.push(clone, project, "alice", {u":main"_s});
    QVERIFY2(deleted.output.contains("is the default branch and cannot be deleted"), deleted.output);
}

void GitHttpTest::hostileNamesStayText()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, OneJob}});
    const QString canary = world.folder.filePath(u"canary"_s);
    const QStringList names {u"$(touch${IFS}%1)"_s.arg(canary), u"`touch${IFS}%1`"_s.arg(canary),
                             u"a;touch${IFS}%1"_s.arg(canary), u"a'b\"c"_s, u"a&b|c>d"_s,
                             u"zä/ö"_s, u"x$HOME"_s, u"%s%n"_s, u"x/--upload-pack=touch"_s};
    world.commit(clone, {}, u"<script>alert(1)</script> $(touch %1)\n\n`x`"_s.arg(canary));
    QStringList refs;
    for (const QString &name : names) {
        refs.append(u"main:refs/heads/"_s + name);
    }
    const Ran pushed = world.push(clone, project, "alice",
        QStringList {u"-o"_s, u"$(touch %1)"_s.arg(canary), u"-o"_s, u"ci.variable=X=$(touch %1)`x`'\""_s.arg(canary)}
            + refs);
    QVERIFY2(pushed.code == 0, pushed.output);
    world.waitForPipelines(project, size_t(names.size()));
    QStringList made;
    for (const model::Pipeline &pipeline : world.pipelines(project)) {
        made.append(pipeline.ref);
        QVERIFY(pipeline.commit.message.startsWith(u"<script>alert(1)</script>"_s));
        QCOMPARE(pipeline.variables.front().value, u"$(touch %1)`x`'\""_s.arg(canary));
    }
    made.sort();
    QStringList expected = names;
    expected.sort();
    QCOMPARE(made, expected);
    QVERIFY(!QFile::exists(canary));
}

void GitHttpTest::ownRefsCannotBePushed()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s, true);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u"x"_s, "1"}});
    const Ran refused = world.push(clone, project, "alice", {u"main:refs/pipelines/9"_s});
    QVERIFY(refused.code != 0);
    QVERIFY2(refused.output.contains("belongs to Capstan"), refused.output);
}

void GitHttpTest::rawRequestsAreChecked_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");

    const QByteArray login = "Authorization: Basic " + QByteArray("alice:correct horse").toBase64() + "\r\n";
    const auto post = [&](const char *name, const QByteArray &service, const QByteArray &fields,
                          const QByteArray &body, int status) {
        QTest::newRow(name) << "POST /alice/sample.git/git-" + service + " HTTP/1.1\r\nHost: x\r\n" + login
                + "Content-Type: application/x-git-" + service + "-request\r\n" + fields
                + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body
                            << status;
    };
    const auto get = [&](const char *name, const QByteArray &target, int status) {
        QTest::newRow(name) << "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + login + "\r\n" << status;
    };
    get("the dumb protocol", "/alice/sample.git/info/refs", 403);
    get("a made-up service", "/alice/sample.git/info/refs?service=git-shell", 403);
    get("an option as service", "/alice/sample.git/info/refs?service=--help", 403);
    get("a path outside", "/alice/..%2f..%2fetc.git/info/refs?service=git-upload-pack", 404);
    get("no namespace", "/sample.git/info/refs?service=git-upload-pack", 404);
    get("a NUL in the path", "/alice/sam%00ple.git/info/refs?service=git-upload-pack", 404);
    get("bad UTF-8 in the path", "/alice/%ff.git/info/refs?service=git-upload-pack", 404);
    get("a fetch as it should be", "/alice/sample.git/info/refs?service=git-upload-pack", 200);
    post("a probe", "receive-pack", {}, "0000", 200);
    post("a push that ends early", "receive-pack", {}, "00", 400);
    post("a push of nonsense", "receive-pack", {}, "zzzzzzzzzz", 400);
    post("a length that is too short", "receive-pack", {}, "0003", 400);
    post("a line without shas", "receive-pack", {}, "000cmain 1230000", 400);
    post("broken gzip", "upload-pack", "Content-Encoding: gzip\r\n", "this is not gzip", 400);
    post("an unknown coding", "upload-pack", "Content-Encoding: br\r\n", "x", 400);
    QTest::newRow("a wrong type") << "POST /alice/sample.git/git-upload-pack HTTP/1.1\r\nHost: x\r\n" + login
            + "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\n0000"
                                  << 400;
    QTest::newRow("nobody") << QByteArray("GET /alice/sample.git/info/refs?service=git-upload-pack HTTP/1.1\r\n"
                                          "Host: x\r\n\r\n")
                            << 401;
    QTest::newRow("a bearer") << QByteArray("GET /alice/sample.git/info/refs?service=git-upload-pack HTTP/1.1\r\n"
                                            "Host: x\r\nAuthorization: Bearer abc\r\n\r\n")
                              << 401;
}

void GitHttpTest::rawRequestsAreChecked()
{
    QFETCH(QByteArray, request);
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    world.makeProject(alice, u"sample"_s);
    const QByteArray answer = answerTo(world, request);
    QTEST(answer.mid(9, 3).toInt(), "status");
    if (answer.startsWith("HTTP/1.1 401")) {
        QVERIFY(answer.toLower().contains("www-authenticate: basic"));
    }
}

void GitHttpTest::answersWhereGitCannotBeRun_data()
{
    QTest::addColumn<QByteArray>("request");
    const QByteArray login
        = " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + QByteArray("alice:correct horse").toBase64() + "\r\n";
    QTest::newRow("the refs") << "GET /alice/sample.git/info/refs?service=git-upload-pack" + login + "\r\n";
    QTest::newRow("a push") << "POST /alice/sample.git/git-receive-pack" + login
            + "Content-Type: application/x-git-receive-pack-request\r\nContent-Length: 4\r\n\r\n0000";
}

void GitHttpTest::answersWhereGitCannotBeRun()
{
    QFETCH(QByteArray, request);
    ForgeWorld world;
    world.makeProject(world.makeUser(u"alice"_s), u"sample"_s);
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", "/nonexistent");
    const QByteArray answer = answerTo(world, request);
    qputenv("PATH", path);
    QVERIFY2(answer.startsWith("HTTP/1.1 500"), answer);
}

CAPSTAN_TEST(GitHttpTest)
#include "tst_githttp.moc"
