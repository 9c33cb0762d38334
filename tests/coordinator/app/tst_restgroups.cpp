// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

/// Groups, their members and variables, and the instance's, over REST.
class RestGroupTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void nestsGroupsAndProjects();
    void membersInheritTheirRole();
    void hidesPrivateGroups();
    void keepsVariablesOfGroupsAndInstance();
    void neverShowsHiddenVariables();
    void picksVariablesByScope();
    void refusesNonsense_data();
    void refusesNonsense();
    void movesAndDeletesGroups();
    void showsResourceGroups();

private:
    qint64 newGroup(const QString &name, qint64 parent = 0)
    {
        QJsonObject body {{u"name"_s, name}, {u"path"_s, name}};
        if (parent > 0) {
            body.insert(u"parent_id"_s, parent);
        }
        return m_fixture->api("POST", "/groups", body).object().value("id"_L1).toInteger();
    }
    static QByteArray number(qint64 value) { return QByteArray::number(value); }

    std::unique_ptr<CoordinatorFixture> m_fixture;
};

void RestGroupTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
}

void RestGroupTest::cleanupTestCase()
{
    m_fixture.reset();
}

void RestGroupTest::nestsGroupsAndProjects()
{
    const qint64 top = newGroup(u"top"_s);
    const qint64 team = newGroup(u"team"_s, top);
    QVERIFY(top > 0 && team > 0);
    const QJsonObject shown = m_fixture->api("GET", "/groups/top%2Fteam").object();
    QCOMPARE(shown.value("id"_L1).toInteger(), team);
    QCOMPARE(shown.value("full_path"_L1).toString(), u"top/team"_s);
    QCOMPARE(shown.value("parent_id"_L1).toInteger(), top);
    const HttpAnswer made = m_fixture->api(
        "POST", "/projects", {{u"name"_s, u"inside"_s}, {u"namespace_id"_s, team}});
    QCOMPARE(made.status, 201);
    QCOMPARE(made.object().value("path_with_namespace"_L1).toString(), u"top/team/inside"_s);
    const QByteArray path = "/groups/" + number(top);
    QCOMPARE(m_fixture->api("GET", path + "/projects").array().size(), 0);
    QCOMPARE(m_fixture->api("GET", path + "/projects?include_subgroups=true").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", path + "/subgroups").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", "/groups?top_level_only=true&search=top").array().size(), 1);
    QCOMPARE(m_fixture->api("POST", "/groups", {{u"name"_s, u"top"_s}, {u"path"_s, u"top"_s}}).status,
             409);
}

void RestGroupTest::membersInheritTheirRole()
{
    const qint64 group = newGroup(u"inherited"_s);
    const qint64 sub = newGroup(u"sub"_s, group);
    const qint64 project = m_fixture
                               ->api("POST",
                                     "/projects",
                                     {{u"name"_s, u"p"_s}, {u"namespace_id"_s, sub}})
                               .object()
                               .value("id"_L1)
                               .toInteger();
    const QByteArray token = m_fixture->newUser(u"dev"_s);
    const qint64 user =
        m_fixture->with(token, "GET", "/api/v4/user").object().value("id"_L1).toInteger();
    const QByteArray path = "/api/v4/projects/" + number(project);
    QCOMPARE(m_fixture->with(token, "GET", path).status, 404);
    const QByteArray members = "/groups/" + number(group) + "/members";
    QCOMPARE(
        m_fixture->api("POST", members, {{u"user_id"_s, user}, {u"access_level"_s, 30}}).status,
        201);
    QCOMPARE(
        m_fixture->api("POST", members, {{u"user_id"_s, user}, {u"access_level"_s, 30}}).status,
        409);
    QCOMPARE(m_fixture->with(token, "GET", path).status, 200);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4/projects?search=sub/p").array().size(), 1);
    QCOMPARE(m_fixture->with(token, "GET", path + "/variables").status, 403);
    QCOMPARE(m_fixture
                 ->api("PUT", members + '/' + number(user), {{u"access_level"_s, 40}})
                 .status,
             200);
    QCOMPARE(m_fixture->with(token, "GET", path + "/variables").status, 200);
    // A maintainer is no owner: not of the group's members nor of its variables.
    const QByteArray groupPath = "/api/v4/groups/" + number(group);
    QCOMPARE(m_fixture->with(token, "GET", groupPath + "/variables").status, 403);
    QCOMPARE(m_fixture
                 ->with(token,
                        "POST",
                        groupPath + "/members",
                        {{u"user_id"_s, 1}, {u"access_level"_s, 10}})
                 .status,
             403);
    QCOMPARE(m_fixture->api("DELETE", members + '/' + number(user)).status, 204);
    QCOMPARE(m_fixture->with(token, "GET", path).status, 404);
    QCOMPARE(m_fixture->api("DELETE", members + "/1").status, 409);
}

void RestGroupTest::hidesPrivateGroups()
{
    const qint64 group = newGroup(u"hidden"_s);
    const QByteArray token = m_fixture->newUser(u"nosy"_s);
    const QByteArray path = "/api/v4/groups/" + number(group);
    QCOMPARE(m_fixture->with(token, "GET", path).status, 404);
    QCOMPARE(m_fixture->with(token, "DELETE", path).status, 404);
    QCOMPARE(m_fixture->with({}, "GET", path).status, 401);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4/groups?search=hidden").array().size(), 0);
    QCOMPARE(m_fixture->with({}, "GET", "/api/v4/groups").array().size(), 0);
    QCOMPARE(m_fixture->api("PUT", "/groups/hidden", {{u"visibility"_s, u"public"_s}}).status, 200);
    QCOMPARE(m_fixture->with({}, "GET", path).status, 200);
    QCOMPARE(m_fixture->with(token, "PUT", path, {{u"name"_s, u"mine"_s}}).status, 403);
}

void RestGroupTest::keepsVariablesOfGroupsAndInstance()
{
    newGroup(u"vars"_s);
    for (const QByteArray &path :
         {QByteArray("/groups/vars/variables"), QByteArray("/admin/ci/variables")}) {
        QCOMPARE(
            m_fixture->api("POST", path, {{u"key"_s, u"KEY"_s}, {u"value"_s, u"one"_s}}).status,
            201);
        QCOMPARE(
            m_fixture->api("POST", path, {{u"key"_s, u"KEY"_s}, {u"value"_s, u"two"_s}}).status,
            400);
        QCOMPARE(m_fixture->api("PUT", path + "/KEY", {{u"value"_s, u"two"_s}}).status, 200);
        QCOMPARE(m_fixture->api("GET", path + "/KEY").object().value("value"_L1).toString(),
                 u"two"_s);
        QCOMPARE(m_fixture->api("GET", path).array().size(), 1);
        QCOMPARE(m_fixture->api("DELETE", path + "/KEY").status, 204);
        QCOMPARE(m_fixture->api("GET", path + "/KEY").status, 404);
    }
}

void RestGroupTest::neverShowsHiddenVariables()
{
    const qint64 project = m_fixture->newProject(u"hush"_s);
    const QByteArray path = "/projects/" + number(project) + "/variables";
    const HttpAnswer made = m_fixture->api("POST",
                                           path,
                                           {{u"key"_s, u"SECRET"_s},
                                            {u"value"_s, u"hush-hush-hush"_s},
                                            {u"masked_and_hidden"_s, true}});
    QCOMPARE(made.status, 201);
    QVERIFY(made.object().value("hidden"_L1).toBool());
    QVERIFY(made.object().value("masked"_L1).toBool());
    QVERIFY(!made.body.contains("hush-hush"));
    QVERIFY(!m_fixture->api("GET", path).body.contains("hush-hush"));
    // It cannot become visible by a change.
    QCOMPARE(m_fixture->api("PUT", path + "/SECRET", {{u"masked"_s, false}}).status, 400);
    QVERIFY(!m_fixture->api("PUT", path + "/SECRET", {{u"hidden"_s, false}})
                 .body.contains("hush-hush"));
}

void RestGroupTest::picksVariablesByScope()
{
    const qint64 project = m_fixture->newProject(u"scoped"_s);
    const QByteArray path = "/projects/" + number(project) + "/variables";
    for (const QString &scope : {u"*"_s, u"prod"_s}) {
        QCOMPARE(m_fixture
                     ->api("POST",
                           path,
                           {{u"key"_s, u"URL"_s},
                            {u"value"_s, scope},
                            {u"environment_scope"_s, scope}})
                     .status,
                 201);
    }
    QCOMPARE(m_fixture->api("GET", path + "/URL").status, 409);
    const QByteArray one = path + "/URL?filter[environment_scope]=prod";
    QCOMPARE(m_fixture->api("GET", one).object().value("value"_L1).toString(), u"prod"_s);
    QCOMPARE(m_fixture->api("PUT", one, {{u"environment_scope"_s, u"*"_s}}).status, 400);
    QCOMPARE(m_fixture->api("PUT", one, {{u"environment_scope"_s, u"staging"_s}}).status, 200);
    QCOMPARE(m_fixture->api("GET", one).status, 404);
    QCOMPARE(m_fixture->api("DELETE", path + "/URL?filter%5Benvironment_scope%5D=staging").status,
             204);
    QCOMPARE(m_fixture->api("GET", path + "/URL").object().value("value"_L1).toString(), u"*"_s);
}

void RestGroupTest::refusesNonsense_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QJsonObject>("body");
    QTest::addColumn<int>("status");

    const auto row = [](const char *name, const QByteArray &path, const QJsonObject &body, int status) {
        QTest::newRow(name) << path << body << status;
    };
    row("a group without a name", "/groups", {{u"path"_s, u"x"_s}}, 400);
    row("a path with a slash", "/groups", {{u"name"_s, u"x"_s}, {u"path"_s, u"a/../b"_s}}, 400);
    row("a reserved path", "/groups", {{u"name"_s, u"x"_s}, {u"path"_s, u"api"_s}}, 400);
    row("no such parent", "/groups", {{u"name"_s, u"x"_s}, {u"parent_id"_s, 4711}}, 404);
    row("a parent that is no number", "/groups", {{u"name"_s, u"x"_s}, {u"parent_id"_s, u"y"_s}}, 400);
    row("an unknown visibility", "/groups", {{u"name"_s, u"x"_s}, {u"visibility"_s, u"odd"_s}}, 400);
    row("a key with a space",
        "/admin/ci/variables",
        {{u"key"_s, u"A B"_s}, {u"value"_s, u"x"_s}},
        400);
    row("a value too short to mask",
        "/admin/ci/variables",
        {{u"key"_s, u"A"_s}, {u"value"_s, u"x"_s}, {u"masked"_s, true}},
        400);
    row("a value of another type", "/admin/ci/variables", {{u"key"_s, u"A"_s}, {u"value"_s, QJsonArray {1}}}, 400);
    row("a huge number of a group", "/groups/99999999999999999999/members", {{u"user_id"_s, 1}}, 404);
}

void RestGroupTest::refusesNonsense()
{
    QFETCH(QByteArray, path);
    QFETCH(QJsonObject, body);
    QTEST(m_fixture->api("POST", path, body).status, "status");
}

void RestGroupTest::movesAndDeletesGroups()
{
    const qint64 upper = newGroup(u"before"_s);
    const qint64 lower = newGroup(u"below"_s, upper);
    QCOMPARE(m_fixture->api("PUT", "/groups/" + number(upper), {{u"path"_s, u"after"_s}}).status,
             200);
    QCOMPARE(m_fixture->api("GET", "/groups/" + number(lower))
                 .object()
                 .value("full_path"_L1)
                 .toString(),
             u"after/below"_s);
    QCOMPARE(m_fixture->api("DELETE", "/groups/after").status, 409);
    QCOMPARE(m_fixture->api("DELETE", "/groups/after%2Fbelow").status, 202);
    QCOMPARE(m_fixture->api("DELETE", "/groups/after").status, 202);
    QCOMPARE(m_fixture->api("GET", "/groups/after").status, 404);
    QCOMPARE(m_fixture->api("DELETE", "/groups/root").status, 403);
}

void RestGroupTest::showsResourceGroups()
{
    const qint64 project = m_fixture->newProject(u"resources"_s);
    const QByteArray path = "/projects/" + number(project) + "/resource_groups";
    QVERIFY(m_fixture
                ->push(u"root/resources"_s,
                       {{u".gitlab-ci.yml"_s,
                         "a: {script: [x], resource_group: prod/eu}\n"
                         "b: {script: [x], resource_group: prod/eu}\n"}})
                .isEmpty());
    QVERIFY(!m_fixture->waitForPipeline(project, u"running"_s).isEmpty());
    const QJsonObject listed = m_fixture->api("GET", path).array().first().toObject();
    QCOMPARE(listed.value("key"_L1).toString(), u"prod/eu"_s);
    QCOMPARE(listed.value("process_mode"_L1).toString(), u"unordered"_s);
    const QByteArray one = path + "/prod%2Feu";
    QCOMPARE(m_fixture->api("PUT", one, {{u"process_mode"_s, u"odd"_s}}).status, 400);
    QCOMPARE(m_fixture->api("PUT", one, {{u"process_mode"_s, u"newest_first"_s}}).status, 200);
    QCOMPARE(m_fixture->api("GET", one).object().value("process_mode"_L1).toString(),
             u"newest_first"_s);
    QCOMPARE(m_fixture->api("GET", one + "/current_job").object().value("name"_L1).toString(),
             u"a"_s);
    const QJsonArray upcoming = m_fixture->api("GET", one + "/upcoming_jobs").array();
    QCOMPARE(upcoming.size(), 1);
    QCOMPARE(upcoming.first().toObject().value("name"_L1).toString(), u"b"_s);
    QCOMPARE(m_fixture->api("GET", path + "/none").status, 404);
}

CAPSTAN_TEST(RestGroupTest)
#include "tst_restgroups.moc"
