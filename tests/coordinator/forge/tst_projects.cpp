// SPDX-License-Identifier: MIT
#include "coordinator/forge/projects.h"

#include "coordinator/forge/members.h"
#include "coordinator/forge/projectnames.h"
#include "coordinator/forge/repositoryreader.h"
#include "coordinator/forge/variables.h"
#include "db/projectstore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::forge;
using ci::test::ForgeWorld;
using model::Role;

class ProjectsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void checksPaths_data();
    void checksPaths();
    void checksRefNames_data();
    void checksRefNames();
    void makesNamesIntoPaths();
    void makesRenamesAndDeletes();
    void namespacesBelongToSomebody();
    void settingsAreChecked();
    void membersKeepTheirPlace();
    void variablesAreChecked_data();
    void variablesAreChecked();
    void variablesAreSealed();
    void mendsWhatAKillLeft();
    void mendsNothingThatCameLater();
    void keptRefsComeAndGo();

private:
    static Result<model::Project> create(ForgeWorld &world, const NewProject &wish)
    {
        std::optional<Result<model::Project>> made;
        world.projects->create(wish, &world.context,
                               [&made](const Result<model::Project> &result) { made.emplace(result); });
        ForgeWorld::waitFor([&made] { return made.has_value(); });
        return *made;
    }
};

void ProjectsTest::checksPaths_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("isGood");

    QTest::newRow("plain") << u"sample"_s << true;
    QTest::newRow("signs") << u"_a.b-c_1"_s << true;
    QTest::newRow("empty") << u""_s << false;
    QTest::newRow("up") << u".."_s << false;
    QTest::newRow("hidden") << u".git"_s << false;
    QTest::newRow("a slash") << u"a/b"_s << false;
    QTest::newRow("an option") << u"-x"_s << false;
    QTest::newRow("a repository's tail") << u"x.GIT"_s << false;
    QTest::newRow("a feed's tail") << u"x.atom"_s << false;
    QTest::newRow("the separator of web addresses") << u"-"_s << false;
    QTest::newRow("a space") << u"a b"_s << false;
    QTest::newRow("a NUL") << QString(u"a"_s + QChar(u'\0')) << false;
    QTest::newRow("not ASCII") << u"ä"_s << false;
    QTest::newRow("long") << QString(255, u'a') << true;
    QTest::newRow("too long") << QString(256, u'a') << false;
}

void ProjectsTest::checksPaths()
{
    QFETCH(QString, path);
    QTEST(checkProjectPath(path).isOk(), "isGood");
}

void ProjectsTest::checksRefNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("isGood");

    QTest::newRow("plain") << u"main"_s << true;
    QTest::newRow("nested") << u"feature/x-1"_s << true;
    QTest::newRow("letters") << u"zä/ö"_s << true;
    for (const QString &bad : {u""_s, u"-x"_s, u"a..b"_s, u"a b"_s, u"a~1"_s, u"a^"_s, u"a:b"_s, u"a?"_s,
                               u"a*"_s, u"a["_s, u"a\\b"_s, u"/a"_s, u"a/"_s, u"a//b"_s, u"a.lock"_s,
                               u".a"_s, u"a/.b"_s, u"a."_s, u"@"_s, u"a@{1}"_s, u"HEAD"_s, u"a\nb"_s,
                               u"a\u007f"_s}) {
        QTest::newRow(qPrintable(u"bad: "_s + bad)) << bad << false;
    }
}

void ProjectsTest::checksRefNames()
{
    QFETCH(QString, name);
    QTEST(checkRefName(name).isOk(), "isGood");
}

void ProjectsTest::makesNamesIntoPaths()
{
    QCOMPARE(pathFromName(u"My Project!"_s), u"my-project"_s);
    QCOMPARE(pathFromName(u"  a  b  "_s), u"a-b"_s);
    QCOMPARE(pathFromName(u"äöü"_s), u""_s);
    QVERIFY(checkBranchPattern(u"release/*"_s));
    QVERIFY(checkBranchPattern(u"*"_s));
    QVERIFY(!checkBranchPattern(u"a b*"_s));
}

void ProjectsTest::makesRenamesAndDeletes()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    NewProject wish;
    wish.name = u"My Project"_s;
    wish.creator = alice.id;
    const Result<model::Project> project = create(world, wish);
    QVERIFY2(project, project ? "" : qPrintable(project.error().detail));
    QCOMPARE(project->fullPath(), u"alice/my-project"_s);
    QVERIFY(world.repositories->exists(project->id));
    QVERIFY(RepositoryReader(*world.repositories, project->id).isEmpty());
    QCOMPARE(*db::ProjectStore(*world.database).roleOf(project->id, alice.id), Role::Owner);
    QVERIFY(*db::ProjectStore(*world.database).isProtected(project->id, u"main"_s));
    wish.name = u"MY project"_s;
    QCOMPARE(create(world, wish).error().kind, ErrorKind::Conflict);

    const QString path = world.repositories->path(project->id);
    const Result<model::Project> renamed = world.inCommand<model::Project>([&](engine::Transaction &transaction) {
        ProjectChange change;
        change.path = u"other"_s;
        return world.projects->change(transaction, project->id, change);
    });
    QCOMPARE(renamed->fullPath(), u"alice/other"_s);
    QCOMPARE(world.repositories->path(project->id), path); // By id: nothing moves on the disk.
    QVERIFY(world.inCommand<void>([&](engine::Transaction &transaction) {
        return world.projects->remove(transaction, project->id);
    }));
    const QString root = world.folder.filePath(u"repositories"_s);
    ForgeWorld::waitFor([&] { return QDir(root).isEmpty(); });
}

void ProjectsTest::namespacesBelongToSomebody()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::User bob = world.makeUser(u"bob"_s);
    NewProject wish;
    wish.name = u"p"_s;
    wish.creator = bob.id;
    wish.namespacePath = u"alice"_s;
    QCOMPARE(create(world, wish).error().kind, ErrorKind::Forbidden);
    wish.namespacePath = u"team/tools"_s;
    QCOMPARE(create(world, wish).error().kind, ErrorKind::NotFound);
    wish.byAdmin = true;
    QCOMPARE(create(world, wish)->fullPath(), u"team/tools/p"_s);
    for (const QString &path : {u"api"_s, u"../x"_s, u"a//b"_s, u"-"_s, u"a/b.git"_s}) {
        wish.namespacePath = path;
        QCOMPARE(create(world, wish).error().kind, ErrorKind::Invalid);
    }
}

void ProjectsTest::settingsAreChecked()
{
    ForgeWorld world;
    const model::Project project = world.makeProject(world.makeUser(u"alice"_s), u"p"_s);
    const auto change = [&](const std::function<void(ProjectChange &)> &fill) {
        ProjectChange wish;
        fill(wish);
        return world.inCommand<model::Project>([&](engine::Transaction &transaction) {
            return world.projects->change(transaction, project.id, wish);
        });
    };
    QVERIFY(!change([](ProjectChange &c) { c.name = u" "_s; }));
    QVERIFY(!change([](ProjectChange &c) { c.name = u"a\nb"_s; }));
    QVERIFY(!change([](ProjectChange &c) { c.buildTimeout = std::chrono::seconds {10}; }));
    QVERIFY(!change([](ProjectChange &c) { c.ciConfigPath = u"/etc/passwd"_s; }));
    QVERIFY(!change([](ProjectChange &c) { c.ciConfigPath = u"a/../../b"_s; }));
    QVERIFY(!change([](ProjectChange &c) { c.ciConfigPath = u"https://x/y"_s; }));
    QVERIFY(!change([](ProjectChange &c) { c.defaultBranch = u"--help"_s; }));
    QCOMPARE(change([](ProjectChange &c) { c.ciConfigPath = u""_s; })->ciConfigPath, u".gitlab-ci.yml"_s);
    QCOMPARE(change([](ProjectChange &c) { c.ciConfigPath = u"ci/a.yml"_s; })->ciConfigPath, u"ci/a.yml"_s);
    QVERIFY(change([](ProjectChange &c) { c.defaultBranch = u"trunk"_s; }));
    QFile head(world.repositories->path(project.id) + u"/HEAD"_s);
    ForgeWorld::waitFor([&] {
        return head.open(QIODevice::ReadOnly) && [&] {
            const bool isSet = head.readAll().contains("refs/heads/trunk");
            head.close();
            return isSet;
        }();
    });
}

void ProjectsTest::membersKeepTheirPlace()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::User bob = world.makeUser(u"bob"_s);
    const model::User carol = world.makeUser(u"carol"_s);
    const model::Project project = world.makeProject(alice, u"p"_s);
    Members members(*world.news);
    const auto kind = [](const auto &result) {
        return result ? std::optional<ErrorKind>() : std::optional(result.error().kind);
    };
    const auto add = [&](UserId user, Role role, Role granting) {
        return kind(world.inCommand<model::Member>([&](engine::Transaction &transaction) {
            return members.add(transaction, {project.id, user, role, granting});
        }));
    };
    const auto change = [&](UserId user, Role role, Role granting) {
        return kind(world.inCommand<model::Member>([&](engine::Transaction &transaction) {
            return members.change(transaction, {project.id, user, role, granting});
        }));
    };
    const auto remove = [&](UserId user, Role granting) {
        return kind(world.inCommand<void>([&](engine::Transaction &transaction) {
            return members.remove(transaction, {project.id, user, Role::None, granting});
        }));
    };
    using Kind = std::optional<ErrorKind>;
    QCOMPARE(add(bob.id, Role::Owner, Role::Maintainer), Kind(ErrorKind::Forbidden));
    QCOMPARE(add(bob.id, Role(35), Role::Owner), Kind(ErrorKind::Invalid));
    QCOMPARE(add(UserId {99}, Role::Guest, Role::Owner), Kind(ErrorKind::NotFound));
    QCOMPARE(add(bob.id, Role::Maintainer, Role::Maintainer), Kind());
    QCOMPARE(add(bob.id, Role::Guest, Role::Owner), Kind(ErrorKind::Conflict));
    QCOMPARE(change(carol.id, Role::Guest, Role::Owner), Kind(ErrorKind::NotFound));
    QCOMPARE(change(alice.id, Role::Guest, Role::Maintainer), Kind(ErrorKind::Forbidden));
    QCOMPARE(change(alice.id, Role::Guest, Role::Owner), Kind(ErrorKind::Conflict)); // The last owner.
    QCOMPARE(remove(alice.id, Role::Owner), Kind(ErrorKind::Conflict));
    QCOMPARE(change(bob.id, Role::Owner, Role::Owner), Kind());
    QCOMPARE(remove(alice.id, Role::Maintainer), Kind(ErrorKind::Forbidden));
    QCOMPARE(remove(alice.id, Role::Owner), Kind());
    QCOMPARE(remove(alice.id, Role::Owner), Kind(ErrorKind::NotFound));
}

void ProjectsTest::variablesAreChecked_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("isMasked");
    QTest::addColumn<bool>("isGood");

    QTest::newRow("plain") << u"KEY_1"_s << QByteArray("v") << false << true;
    QTest::newRow("empty value") << u"K"_s << QByteArray() << false << true;
    QTest::newRow("empty key") << u""_s << QByteArray("v") << false << false;
    QTest::newRow("a digit first") << u"1K"_s << QByteArray("v") << false << false;
    QTest::newRow("a dash") << u"A-B"_s << QByteArray("v") << false << false;
    QTest::newRow("an equals sign") << u"A=B"_s << QByteArray("v") << false << false;
    QTest::newRow("letters that are no ASCII") << u"Ä"_s << QByteArray("v") << false << false;
    QTest::newRow("a NUL") << u"K"_s << QByteArray("a\0b", 3) << false << false;
    QTest::newRow("not UTF-8") << u"K"_s << QByteArray("\xff") << false << false;
    QTest::newRow("too long") << u"K"_s << QByteArray(Variables::MaxValueBytes + 1, 'x') << false << false;
    QTest::newRow("masked") << u"K"_s << QByteArray("abcdefg8+/=@:._-~") << true << true;
    QTest::newRow("masked and short") << u"K"_s << QByteArray("abcdefg") << true << false;
    QTest::newRow("masked with a line break") << u"K"_s << QByteArray("abcdefgh\n") << true << false;
    QTest::newRow("masked with a space") << u"K"_s << QByteArray("abcd efgh") << true << false;
}

void ProjectsTest::variablesAreChecked()
{
    QFETCH(QString, key);
    QFETCH(QByteArray, value);
    QFETCH(bool, isMasked);
    model::Variable variable;
    variable.key = key;
    variable.value = Secret(value);
    variable.isMasked = isMasked;
    QTEST(Variables::check(variable).isOk(), "isGood");
}

void ProjectsTest::variablesAreSealed()
{
    ForgeWorld world;
    const model::Project project = world.makeProject(world.makeUser(u"alice"_s), u"p"_s);
    Variables variables(world.box);
    model::Variable variable;
    variable.owner = project.id.value();
    variable.key = u"TOKEN"_s;
    variable.value = Secret("a-very-secret-value");
    const auto add = [&] {
        return world.inCommand<model::Variable>(
            [&](engine::Transaction &transaction) { return variables.add(transaction, variable); });
    };
    QVERIFY(add());
    QCOMPARE(add().error().kind, ErrorKind::Invalid);
    const Variables::Name name {model::VariableScope::Project, project.id.value(), u"TOKEN"_s, std::nullopt};
    QCOMPARE(variables.find(*world.database, name)->value.reveal(), QByteArray("a-very-secret-value"));
    variable.environmentScope = u"prod"_s;
    QVERIFY(add());
    QCOMPARE(variables.find(*world.database, name).error().kind, ErrorKind::Conflict);
    QVERIFY(world.database->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    for (const QString &file : QDir(world.folder.path()).entryList(QDir::Files)) {
        QFile bytes(world.folder.filePath(file));
        QVERIFY(bytes.open(QIODevice::ReadOnly));
        QVERIFY(!bytes.readAll().contains("a-very-secret-value"));
    }
}

void ProjectsTest::mendsWhatAKillLeft()
{
    ForgeWorld world;
    const model::Project project = world.makeProject(world.makeUser(u"alice"_s), u"p"_s);
    const QString root = world.folder.filePath(u"repositories/"_s);
    QVERIFY(QDir(world.repositories->path(project.id)).removeRecursively());
    QVERIFY(QDir().mkpath(root + u"1.git.new/objects"_s)); // Killed while it was made.
    QVERIFY(QDir().mkpath(root + u"removed.7.abc/objects"_s)); // Killed while it was removed.
    QVERIFY(world.repositories->make(ProjectId {4711}, u"main"_s)); // Its row was never stored.
    world.projects->mend({project});
    ForgeWorld::waitFor([&] { return !world.repositories->exists(ProjectId {4711}); });
    ForgeWorld::waitFor([&] { return QDir(root).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size() == 1; });
    QVERIFY(world.repositories->exists(project.id));
}

void ProjectsTest::mendsNothingThatCameLater()
{
    ForgeWorld world;
    const QString root = world.folder.filePath(u"repositories/"_s);
    QVERIFY(QDir().mkpath(root + u"1.git.new/objects"_s));
    QVERIFY(QDir().mkpath(root + u"stray/objects"_s));
    const Repositories::Listing before = world.repositories->list();
    QVERIFY(before.repositories.empty());
    QVERIFY(QDir().mkpath(root + u"2.git.new/objects"_s)); // Somebody is making it.
    QVERIFY(world.repositories->make(ProjectId {3}, u"main"_s));
    world.repositories->sweep(before);
    QCOMPARE(QDir(root).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name),
             QStringList({u"2.git.new"_s, u"3.git"_s, u"stray"_s}));
    QCOMPARE(world.repositories->list().repositories, std::vector {ProjectId {3}});
}

void ProjectsTest::keptRefsComeAndGo()
{
    ForgeWorld world;
    const model::Project project = world.makeProject(world.makeUser(u"alice"_s), u"p"_s);
    const QString clone = world.makeClone(u"a"_s, {{u"x"_s, "1"}, {u"dir/y"_s, "2"}});
    const QString path = world.repositories->path(project.id);
    QCOMPARE(world.git(clone, {u"push"_s, u"-q"_s, path, u"main"_s}).code, 0);
    const RepositoryReader reader(*world.repositories, project.id);
    const QByteArray sha = reader.resolve(u"main"_s)->sha;
    const auto show = [&] { return world.git(path, {u"rev-parse"_s, u"refs/pipelines/12"_s}); };
    QVERIFY(world.repositories->keep(project.id, PipelineId {12}, sha));
    QCOMPARE(show().output.trimmed(), sha);
    QVERIFY(world.repositories->tidy(project.id)); // Packed away, and the folder with it.
    QCOMPARE(show().output.trimmed(), sha);
    QVERIFY(world.repositories->keep(project.id, PipelineId {13}, sha));
    QVERIFY(world.repositories->release(project.id, PipelineId {12}));
    QVERIFY(show().code != 0);

    QCOMPARE(*reader.allFiles(sha), QStringList({u"dir/y"_s, u"x"_s}));
    QCOMPARE(*reader.file(sha, u"dir/y"_s), QByteArray("2"));
    QCOMPARE(reader.file(sha, u"dir"_s).error().kind, ErrorKind::NotFound);
    QCOMPARE(reader.file(sha, u"../x"_s).error().kind, ErrorKind::NotFound);
    QCOMPARE(reader.file(sha, u"a\nb"_s).error().kind, ErrorKind::NotFound);
    QVERIFY(reader.contentId(sha, u"x"_s));
    QVERIFY(!reader.contentId(sha, u"absent"_s));
    world.commit(clone, {{u"x"_s, "3"}, {u"new"_s, "4"}}, u"second"_s);
    QCOMPARE(world.git(clone, {u"push"_s, u"-q"_s, path, u"main"_s}).code, 0);
    const QByteArray next = reader.resolve(u"main"_s)->sha;
    QCOMPARE(**reader.changedFiles(sha, next), QStringList({u"new"_s, u"x"_s}));
    QVERIFY(!*reader.changedFiles(QByteArray(40, '0'), next));
    QVERIFY(!*reader.changedFiles(QByteArray(40, 'b'), next));
    QCOMPARE(*reader.changedSinceMergeBase(QString::fromLatin1(sha), next), QStringList({u"new"_s, u"x"_s}));
    QCOMPARE(reader.commit(QString::fromLatin1(next.left(8)))->title(), u"second"_s);
    QCOMPARE(reader.commit(u"main"_s)->sha, next);
    QVERIFY(!reader.commit(u"--all"_s));
}

CAPSTAN_TEST(ProjectsTest)
#include "tst_projects.moc"
