// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

// The REST calls that the page and scripts live by, against a whole coordinator.
class RestTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void signsInAndOut();
    void slowsDownGuessing();
    void makesAndChangesProjects();
    void refusesBadProjects_data();
    void refusesBadProjects();
    void letsMembersIn();
    void keepsVariables();
    void keepsProtectedBranches();
    void mintsTokensOnce();
    void managesUsers();
    void managesRunners();
    void pagesLists();
    void servesThePage();
    void answersHealthAndMetrics();
    void refusesTooMuch();
    void refusesHostileValues_data();
    void refusesHostileValues();

private:
    QByteArray project(const QString &name);
    static QJsonObject json(const HttpAnswer &answer) { return answer.object(); }

    std::unique_ptr<CoordinatorFixture> m_fixture;
};

void RestTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
}

void RestTest::cleanupTestCase()
{
    m_fixture.reset();
}

QByteArray RestTest::project(const QString &name)
{
    return "/projects/" + QByteArray::number(m_fixture->newProject(name));
}

void RestTest::signsInAndOut()
{
    const HttpAnswer signedIn = m_fixture->signIn(u"root"_s, CoordinatorFixture::RootPassword);
    QCOMPARE(signedIn.status, 201);
    const QByteArray cookie = signedIn.headers.value("set-cookie", {});
    QVERIFY(cookie.contains("HttpOnly"));
    QVERIFY(cookie.contains("SameSite=Lax"));
    QVERIFY(!cookie.contains("Secure")); // Over plain HTTP the browser would drop it.
    QCOMPARE(json(signedIn).value("user"_L1).toObject().value("username"_L1).toString(), u"root"_s);

    net::Headers headers;
    headers.add("Cookie"_ba, cookie.split(';').first());
    const HttpAnswer shown = m_fixture->send({"GET", "/api/v4/session", {}, headers});
    QCOMPARE(shown.status, 200);
    headers.add("X-CSRF-Token"_ba, json(shown).value("csrf_token"_L1).toString().toLatin1());
    const QJsonArray sessions =
        m_fixture->send({"GET", "/api/v4/user/sessions", {}, headers}).array();
    QVERIFY(sessions.size() >= 1);
    QCOMPARE(m_fixture->send({"DELETE", "/api/v4/session", {}, headers}).status, 204);
    QCOMPARE(m_fixture->send({"GET", "/api/v4/user", {}, headers}).status, 401);
    QCOMPARE(m_fixture->send({"GET", "/api/v4/session"}).status, 401);

    Ask foreign {"POST", "/api/v4/session", R"({"login":"root","password":"x"})", {}};
    foreign.headers.add("Origin"_ba, "https://evil.example.net"_ba);
    QCOMPARE(m_fixture->send(foreign).status, 403);
}

void RestTest::slowsDownGuessing()
{
    m_fixture->newUser(u"victim"_s);
    int status = 0;
    for (int i = 0; i < 30 && status != 429; ++i) {
        status = m_fixture->signIn(u"victim"_s, "wrong guess " + QByteArray::number(i)).status;
        QVERIFY(status == 401 || status == 429);
    }
    QCOMPARE(status, 429);
    QVERIFY(m_fixture->signIn(u"victim"_s, "again").headers.value("Retry-After", {}).toInt() > 0);
}

void RestTest::makesAndChangesProjects()
{
    const HttpAnswer made = m_fixture->api(
        "POST", "/projects", {{u"name"_s, u"My Project"_s}, {u"description"_s, u"d"_s}});
    QCOMPARE(made.status, 201);
    QCOMPARE(json(made).value("path_with_namespace"_L1).toString(), u"root/my-project"_s);
    QCOMPARE(json(made).value("visibility"_L1).toString(), u"private"_s);
    QVERIFY(json(made).value("empty_repo"_L1).toBool());
    QVERIFY(json(made).value("http_url_to_repo"_L1).toString().endsWith("/root/my-project.git"_L1));
    QCOMPARE(m_fixture->api("POST", "/projects", {{u"name"_s, u"My Project"_s}}).status, 409);

    const HttpAnswer byPath = m_fixture->api("GET", "/projects/root%2Fmy-project");
    QCOMPARE(byPath.status, 200);
    QCOMPARE(json(byPath)
                 .value("permissions"_L1)
                 .toObject()
                 .value("project_access"_L1)
                 .toObject()
                 .value("access_level"_L1)
                 .toInt(),
             50);
    const HttpAnswer changed =
        m_fixture->api("PUT",
                       "/projects/root%2Fmy-project",
                       {{u"visibility"_s, u"public"_s},
                        {u"build_timeout"_s, 7200},
                        {u"auto_cancel_pending_pipelines"_s, u"disabled"_s}});
    QCOMPARE(changed.status, 200);
    QCOMPARE(json(changed).value("build_timeout"_L1).toInt(), 7200);
    QCOMPARE(json(changed).value("auto_cancel_pending_pipelines"_L1).toString(), u"disabled"_s);
    QCOMPARE(m_fixture->with({}, "GET", "/api/v4/projects/root%2Fmy-project").status, 200);
    QCOMPARE(m_fixture->with({}, "GET", "/api/v4/projects").array().size(), 1);
    QCOMPARE(m_fixture->api("DELETE", "/projects/root%2Fmy-project").status, 202);
    QCOMPARE(m_fixture->api("GET", "/projects/root%2Fmy-project").status, 404);
}

void RestTest::refusesBadProjects_data()
{
    QTest::addColumn<QJsonObject>("body");
    QTest::newRow("no name") << QJsonObject {{u"description"_s, u"x"_s}};
    QTest::newRow("a name of another type") << QJsonObject {{u"name"_s, QJsonArray()}};
    QTest::newRow("a path upwards") << QJsonObject {{u"name"_s, u"x"_s}, {u"path"_s, u"../x"_s}};
    QTest::newRow("a slash") << QJsonObject {{u"name"_s, u"x"_s}, {u"path"_s, u"a/b"_s}};
    QTest::newRow("a git suffix") << QJsonObject {{u"name"_s, u"x"_s}, {u"path"_s, u"x.git"_s}};
    QTest::newRow("NUL") << QJsonObject {{u"name"_s, QString(QChar(u'\0')) + u'x'}};
    QTest::newRow("an unknown visibility")
        << QJsonObject {{u"name"_s, u"x"_s}, {u"visibility"_s, u"secret"_s}};
    QTest::newRow("a long name") << QJsonObject {{u"name"_s, QString(100'000, u'x')}};
}

void RestTest::refusesBadProjects()
{
    QFETCH(QJsonObject, body);
    QCOMPARE(m_fixture->api("POST", "/projects", body).status, 400);
}

void RestTest::letsMembersIn()
{
    const QByteArray path = project(u"shared"_s);
    const QByteArray token = m_fixture->newUser(u"friend"_s);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4" + path).status, 404);
    const HttpAnswer added = m_fixture->api(
        "POST", path + "/members", {{u"username"_s, u"friend"_s}, {u"access_level"_s, 30}});
    QCOMPARE(added.status, 201);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4" + path).status, 200);
    QCOMPARE(m_fixture->with(token, "PUT", "/api/v4" + path, {{u"name"_s, u"mine"_s}}).status, 403);
    const QByteArray member =
        path + "/members/" + QByteArray::number(json(added).value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("PUT", member, {{u"access_level"_s, 99}}).status, 400);
    QCOMPARE(json(m_fixture->api("PUT", member, {{u"access_level"_s, 40}}))
                 .value("access_level"_L1)
                 .toInt(),
             40);
    QCOMPARE(m_fixture->api("GET", path + "/members").array().size(), 2);
    QCOMPARE(json(m_fixture->api("GET", member)).value("username"_L1).toString(), u"friend"_s);
    QCOMPARE(m_fixture->api("GET", path + "/members/all/999").status, 404);
    // Nobody makes themselves more than they are.
    QCOMPARE(m_fixture->with(token, "PUT", "/api/v4" + member, {{u"access_level"_s, 50}}).status,
             403);
    QCOMPARE(m_fixture->api("DELETE", member).status, 204);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4" + path).status, 404);
}

void RestTest::keepsVariables()
{
    const QByteArray path = project(u"variables"_s) + "/variables";
    const QJsonObject wish {
        {u"key"_s, u"TOKEN"_s}, {u"value"_s, u"sup3rs3cret"_s}, {u"masked"_s, true}};
    const HttpAnswer made = m_fixture->api("POST", path, wish);
    QCOMPARE(made.status, 201);
    QCOMPARE(json(made).value("variable_type"_L1).toString(), u"env_var"_s);
    QCOMPARE(m_fixture->api("POST", path, wish).status, 400);
    QCOMPARE(m_fixture->api("POST", path, {{u"key"_s, u"1X"_s}, {u"value"_s, u"x"_s}}).status, 400);
    QCOMPARE(m_fixture->api("POST", path, {{u"key"_s, u"NOVALUE"_s}}).status, 400);
    QCOMPARE(json(m_fixture->api("PUT",
                                 path + "/TOKEN",
                                 {{u"value"_s, u"anoth3rs3cret"_s}, {u"protected"_s, true}}))
                 .value("protected"_L1)
                 .toBool(),
             true);
    QCOMPARE(json(m_fixture->api("GET", path + "/TOKEN")).value("value"_L1).toString(),
             u"anoth3rs3cret"_s);
    QCOMPARE(m_fixture->api("DELETE", path + "/TOKEN").status, 204);
    QCOMPARE(m_fixture->api("GET", path + "/TOKEN").status, 404);
}

void RestTest::keepsProtectedBranches()
{
    const QByteArray path = project(u"branches"_s) + "/protected_branches";
    QCOMPARE(m_fixture->api("GET", path).array().first().toObject().value("name"_L1).toString(),
             u"main"_s);
    QCOMPARE(m_fixture->api("POST", path, {{u"name"_s, u"release/*"_s}}).status, 201);
    QCOMPARE(m_fixture->api("POST", path, {{u"name"_s, u"release/*"_s}}).status, 409);
    QCOMPARE(m_fixture->api("DELETE", path + "/release%2F%2A").status, 204);
    QCOMPARE(m_fixture->api("DELETE", path + "/release%2F%2A").status, 404);
}

void RestTest::mintsTokensOnce()
{
    const QJsonObject wish {{u"name"_s, u"script"_s},
                            {u"scopes"_s, QJsonArray {u"read_api"_s}},
                            {u"expires_at"_s, u"2999-01-31"_s}};
    const HttpAnswer made = m_fixture->mintToken(u"root"_s, CoordinatorFixture::RootPassword, wish);
    QCOMPARE(made.status, 201);
    const QByteArray token = json(made).value("token"_L1).toString().toLatin1();
    QVERIFY(token.startsWith("glpat-"));
    QCOMPARE(json(made).value("expires_at"_L1).toString(), u"2999-01-31"_s);
    const HttpAnswer self = m_fixture->with(token, "GET", "/api/v4/personal_access_tokens/self");
    QCOMPARE(self.status, 200);
    QVERIFY(!self.body.contains(token));
    QVERIFY(!m_fixture->api("GET", "/personal_access_tokens").body.contains(token));
    // Reads, changes nothing; as Bearer too.
    net::Headers bearer;
    bearer.add("Authorization"_ba, "Bearer " + token);
    QCOMPARE(m_fixture->send({"GET", "/api/v4/user", {}, bearer}).status, 200);
    QCOMPARE(m_fixture->with(token, "POST", "/api/v4/projects", {{u"name"_s, u"no"_s}}).status,
             403);
    const QByteArray path =
        "/personal_access_tokens/" + QByteArray::number(json(made).value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("DELETE", path).status, 204);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4/user").status, 401);
    QCOMPARE(m_fixture
                 ->mintToken(u"root"_s,
                             CoordinatorFixture::RootPassword,
                             {{u"name"_s, u"x"_s}, {u"scopes"_s, QJsonArray {u"sudo"_s}}})
                 .status,
             400);
    QCOMPARE(m_fixture->api("POST", "/personal_access_tokens", wish).status, 403);
}

void RestTest::managesUsers()
{
    const QByteArray token = m_fixture->newUser(u"worker"_s);
    const HttpAnswer found = m_fixture->api("GET", "/users?username=worker");
    QCOMPARE(found.array().size(), 1);
    const QByteArray path =
        "/users/" + QByteArray::number(found.array().first().toObject().value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("PUT", path, {{u"name"_s, u"A Worker"_s}, {u"blocked"_s, true}}).status,
             200);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4/user").status, 401);
    QCOMPARE(m_fixture->api("DELETE", path).status, 204);
    QCOMPARE(m_fixture->api("GET", path).status, 404);
    QCOMPARE(m_fixture->api("POST", "/users", {{u"username"_s, u"x"_s}}).status, 400);
}

void RestTest::managesRunners()
{
    const HttpAnswer made = m_fixture->api("POST",
                                           "/user/runners",
                                           {{u"runner_type"_s, u"instance_type"_s},
                                            {u"description"_s, u"big machine"_s},
                                            {u"tag_list"_s, QJsonArray {u"linux"_s, u"gpu"_s}}});
    QCOMPARE(made.status, 201);
    QVERIFY(json(made).value("token"_L1).toString().startsWith("glrt-"_L1));
    const QByteArray path = "/runners/" + QByteArray::number(json(made).value("id"_L1).toInteger());
    const QJsonObject shown = json(m_fixture->api("GET", path));
    QCOMPARE(shown.value("status"_L1).toString(), u"never_contacted"_s);
    QVERIFY(!shown.value("run_untagged"_L1).toBool());
    QVERIFY(json(m_fixture->api("PUT", path, {{u"paused"_s, true}})).value("paused"_L1).toBool());
    QVERIFY(!m_fixture->api("GET", "/runners/all").array().isEmpty());
    QCOMPARE(m_fixture->api("GET", path + "/jobs").array().size(), 0);
    const QByteArray stranger = m_fixture->newUser(u"passer-by"_s);
    QCOMPARE(m_fixture->with(stranger, "DELETE", "/api/v4" + path).status, 403);
    QCOMPARE(m_fixture->api("DELETE", path).status, 204);
    QCOMPARE(m_fixture->api("GET", path).status, 404);
    QVERIFY(!json(m_fixture->api("GET", "/admin/runners/registration_token"))
                 .value("token"_L1)
                 .toString()
                 .isEmpty());
}

void RestTest::pagesLists()
{
    for (int i = 0; i < 3; ++i) {
        project(u"page %1"_s.arg(i));
    }
    const HttpAnswer first = m_fixture->api("GET", "/projects?search=page%20&per_page=2");
    QCOMPARE(first.array().size(), 2);
    QCOMPARE(first.headers.value("X-Total", {}), QByteArray("3"));
    QCOMPARE(first.headers.value("X-Next-Page", {}), QByteArray("2"));
    QCOMPARE(m_fixture->api("GET", "/projects?search=page%20&per_page=2&page=2").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", "/projects?page=x").status, 400);
}

void RestTest::servesThePage()
{
    // Without the page linked in, its place is empty; what guards it is the same.
    for (const QByteArray &path : {"/"_ba, "/root/sample/-/jobs/4"_ba, "/-/settings"_ba}) {
        const int status = m_fixture->send({"GET", path}).status;
        QVERIFY2(status == 200 || status == 404, path.constData());
    }
    QCOMPARE(m_fixture->send({"GET", "/assets/none.js"}).status, 404);
    QCOMPARE(m_fixture->send({"POST", "/"}).status, 405);
}

void RestTest::answersHealthAndMetrics()
{
    QCOMPARE(m_fixture->send({"GET", "/-/health"}).status, 200);
    QCOMPARE(m_fixture->send({"GET", "/-/readiness"}).status, 200);
    const HttpAnswer metrics = m_fixture->send({"GET", "/-/metrics"});
    QCOMPARE(metrics.status, 200);
    for (const char *name : {"capstan_queue_jobs",
                             "capstan_loop_lag_seconds",
                             "capstan_held_requests",
                             "capstan_commit_seconds_total",
                             "capstan_terminals",
                             "route=\"/-/health\""}) {
        QVERIFY2(metrics.body.contains(name), name);
    }
    Ask proxied {"GET", "/-/metrics", {}, {}};
    proxied.headers.add("X-Forwarded-For"_ba, "203.0.113.9"_ba);
    QCOMPARE(m_fixture->send(proxied).status, 401);
}

void RestTest::refusesTooMuch()
{
    Ask large {"POST",
               "/api/v4/projects",
               QByteArray(5 << 20, 'x'),
               tokenHeader(CoordinatorFixture::RootToken)};
    QCOMPARE(m_fixture->send(large).status, 413);
    QCOMPARE(m_fixture->send({"GET", "/" + QByteArray(40'000, 'a')}).status, 431);
}

void RestTest::refusesHostileValues_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path : {"/projects/0",
                             "/projects/-1",
                             "/projects/99999999999999999999",
                             "/projects/%2e%2e%2fetc",
                             "/projects/1/jobs/x",
                             "/projects/1/jobs/1%27%20OR%201=1",
                             "/projects/1/pipelines/-5",
                             "/runners/abc",
                             "/users/%00",
                             "/personal_access_tokens/none"}) {
        QTest::newRow(path) << QByteArray(path);
    }
}

void RestTest::refusesHostileValues()
{
    QFETCH(QByteArray, path);
    const int status = m_fixture->api("GET", path).status;
    QVERIFY2(status == 404 || status == 400, QByteArray::number(status).constData());
}

CAPSTAN_TEST(RestTest)
#include "tst_rest.moc"
