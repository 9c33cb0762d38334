// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

// What starts pipelines over REST: jobs, tokens and the clock, against a whole coordinator.
class RestStartsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_fixture.reset(); }

    void showsBridgesAndTheirPipelines();
    void hidesPipelinesOfOtherProjects();
    void triggerTokens();
    void triggersByForm();
    void aBlockedOwnersTokenIsDead();
    void aJobStartsAPipeline();
    void anOuterHostAnnouncesRefs();
    void schedules();
    void scheduleVariables();
    void schedulesOfOthers();
    void refusesWrongSchedules_data();
    void refusesWrongSchedules();

private:
    /// A project with this file pushed; its path under /projects.
    QByteArray newProject(const QString &name, const QHash<QString, QByteArray> &files);
    QJsonObject waitFor(const QByteArray &path, const QString &status);
    HttpAnswer as(const QByteArray &token,
                  const QByteArray &method,
                  const QByteArray &path,
                  const QJsonObject &body = {})
    {
        return m_fixture->with(token, method, "/api/v4" + path, body);
    }

    std::unique_ptr<CoordinatorFixture> m_fixture;
};

void RestStartsTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
}

QByteArray RestStartsTest::newProject(const QString &name, const QHash<QString, QByteArray> &files)
{
    const qint64 id = m_fixture->newProject(name);
    if (!m_fixture->push(u"root/"_s + name, files).isEmpty()
        || m_fixture->waitForPipeline(id).isEmpty()) {
        qFatal("no project");
    }
    return "/projects/" + QByteArray::number(id);
}

/// The first of a list, once it has that status.
QJsonObject RestStartsTest::waitFor(const QByteArray &path, const QString &status)
{
    QJsonObject first;
    const bool isThere = QTest::qWaitFor([&] {
        first = m_fixture->api("GET", path).array().first().toObject();
        return first.value("status"_L1) == status;
    }, 20'000);
    return isThere ? first : QJsonObject();
}

void RestStartsTest::showsBridgesAndTheirPipelines()
{
    const QByteArray project = newProject(
        u"family"_s, {{u".gitlab-ci.yml"_s, "down: {trigger: {include: child.yml, strategy: depend}}\n"
                                            "other: {script: [x]}\n"},
                      {u"child.yml"_s, "inner: {script: [x]}\n"}});
    const QJsonObject parent = m_fixture->api("GET", project + "/pipelines").array().first().toObject();
    const QByteArray path
        = project + "/pipelines/" + QByteArray::number(parent.value("id"_L1).toInteger());
    const QJsonObject bridge = waitFor(path + "/bridges", u"running"_s);
    QCOMPARE(bridge.value("name"_L1).toString(), u"down"_s);
    const QJsonObject child = bridge.value("downstream_pipeline"_L1).toObject();
    QCOMPARE(child.value("source"_L1).toString(), u"parent_pipeline"_s);
    // Jobs and lists of pipelines show neither.
    QCOMPARE(m_fixture->api("GET", path + "/jobs").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", project + "/jobs").array().size(), 2);
    QCOMPARE(m_fixture->api("GET", project + "/pipelines").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", project + "/pipelines?source=parent_pipeline").array().size(), 1);
    const QByteArray childPath
        = project + "/pipelines/" + QByteArray::number(child.value("id"_L1).toInteger());
    const QJsonObject upstream
        = m_fixture->api("GET", childPath).object().value("upstream"_L1).toObject();
    QCOMPARE(upstream.value("id"_L1), parent.value("id"_L1));
    QCOMPARE(upstream.value("job"_L1).toObject().value("name"_L1).toString(), u"down"_s);
    QCOMPARE(m_fixture->api("POST", path + "/cancel").status, 200);
    QCOMPARE(m_fixture->api("GET", childPath).object().value("status"_L1).toString(), u"canceled"_s);
    QCOMPARE(m_fixture->api("DELETE", path).status, 204);
    QCOMPARE(m_fixture->api("GET", childPath).status, 404);
}

void RestStartsTest::hidesPipelinesOfOtherProjects()
{
    newProject(u"hidden"_s, {{u".gitlab-ci.yml"_s, "far: {script: [x]}\n"}});
    const QByteArray project
        = newProject(u"shown"_s, {{u".gitlab-ci.yml"_s, "down: {trigger: root/hidden}\n"}});
    const QJsonObject parent = m_fixture->api("GET", project + "/pipelines").array().first().toObject();
    const QByteArray path
        = project + "/pipelines/" + QByteArray::number(parent.value("id"_L1).toInteger()) + "/bridges";
    QVERIFY(waitFor(path, u"success"_s).value("downstream_pipeline"_L1).isObject());
    const QByteArray eve = m_fixture->newUser(u"eve"_s);
    QCOMPARE(m_fixture->api("POST", project + "/members",
                            {{u"username"_s, u"eve"_s}, {u"access_level"_s, 20}}).status, 201);
    const QJsonArray seen = as(eve, "GET", path).array();
    QCOMPARE(seen.size(), 1);
    QVERIFY(seen.first().toObject().value("downstream_pipeline"_L1).isNull());
}

void RestStartsTest::triggerTokens()
{
    const QByteArray project
        = newProject(u"triggered"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}});
    QCOMPARE(m_fixture->api("POST", project + "/triggers").status, 400);
    const HttpAnswer made
        = m_fixture->api("POST", project + "/triggers", {{u"description"_s, u"night"_s}});
    QCOMPARE(made.status, 201);
    const QString token = made.object().value("token"_L1).toString();
    QVERIFY(token.startsWith("glptt-"_L1) && token.size() > 40);
    const QByteArray path
        = project + "/triggers/" + QByteArray::number(made.object().value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("GET", path).object().value("token"_L1).toString().size(), 4);
    QCOMPARE(m_fixture->api("PUT", path, {{u"description"_s, u"day"_s}})
                 .object().value("description"_L1).toString(), u"day"_s);

    const HttpAnswer ran = as(
        {}, "POST", project + "/trigger/pipeline",
        {{u"token"_s, token}, {u"ref"_s, u"main"_s},
         {u"variables"_s, QJsonObject {{u"WHO"_s, u"me"_s}}}, {u"extra"_s, 1}});
    QCOMPARE(ran.status, 201);
    QCOMPARE(ran.object().value("source"_L1).toString(), u"trigger"_s);
    const QJsonArray variables
        = m_fixture->api("GET", project + "/pipelines/"
                             + QByteArray::number(ran.object().value("id"_L1).toInteger())
                             + "/variables").array();
    QCOMPARE(variables.size(), 2);
    QCOMPARE(variables.at(1).toObject().value("key"_L1).toString(), u"TRIGGER_PAYLOAD"_s);
    QVERIFY(variables.at(1).toObject().value("value"_L1).toString().contains("\"extra\":1"_L1));
    QVERIFY(!variables.at(1).toObject().value("value"_L1).toString().contains(token));
    QVERIFY(m_fixture->api("GET", path).object().value("last_used"_L1).isString());

    const auto status = [&](const QJsonObject &body, const QByteArray &where = {}) {
        return as({}, "POST", (where.isEmpty() ? project : where) + "/trigger/pipeline",
                               body).status;
    };
    QCOMPARE(status({{u"token"_s, u"glptt-wrong"_s}, {u"ref"_s, u"main"_s}}), 404);
    QCOMPARE(status({{u"ref"_s, u"main"_s}}), 400);
    QCOMPARE(status({{u"token"_s, token}}), 400);
    QCOMPARE(status({{u"token"_s, token}, {u"ref"_s, u"nowhere"_s}}), 400);
    QCOMPARE(status({{u"token"_s, token}, {u"ref"_s, u"main"_s}, {u"variables"_s, u"x"_s}}), 400);
    QCOMPARE(status({{u"token"_s, token}, {u"ref"_s, u"main"_s}}, "/projects/987654"), 404);
    // Never from a URL.
    QCOMPARE(as({}, "POST", project + "/trigger/pipeline?ref=main&token=" + token.toLatin1())
                 .status, 400);
    QCOMPARE(m_fixture->api("DELETE", path).status, 204);
    QCOMPARE(status({{u"token"_s, token}, {u"ref"_s, u"main"_s}}), 404);
}

void RestStartsTest::triggersByForm()
{
    const QByteArray project
        = newProject(u"formed"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}});
    const QByteArray token
        = m_fixture->api("POST", project + "/triggers", {{u"description"_s, u"form"_s}})
              .object().value("token"_L1).toString().toLatin1();
    net::Headers headers;
    headers.add("Content-Type"_ba, "application/x-www-form-urlencoded"_ba);
    const HttpAnswer ran = m_fixture->send(
        {"POST", "/api/v4" + project + "/ref/main/trigger/pipeline",
         "token=" + token + "&variables[A]=b%20c", headers});
    QCOMPARE(ran.status, 201);
    const QJsonArray variables
        = m_fixture->api("GET", project + "/pipelines/"
                             + QByteArray::number(ran.object().value("id"_L1).toInteger())
                             + "/variables").array();
    QCOMPARE(variables.at(0).toObject().value("value"_L1).toString(), u"b c"_s);
}

void RestStartsTest::aBlockedOwnersTokenIsDead()
{
    const QByteArray project
        = newProject(u"owned"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}});
    const QByteArray mallory = m_fixture->newUser(u"mallory"_s);
    QCOMPARE(m_fixture->api("POST", project + "/members",
                            {{u"username"_s, u"mallory"_s}, {u"access_level"_s, 30}}).status, 201);
    QCOMPARE(as(mallory, "POST", project + "/triggers",
                             {{u"description"_s, u"x"_s}}).status, 403);
    const qint64 id = as(mallory, "GET", "/user").object().value("id"_L1).toInteger();
    QCOMPARE(m_fixture->api("PUT", project + "/members/" + QByteArray::number(id),
                            {{u"access_level"_s, 40}}).status, 200);
    const QString token = as(mallory, "POST", project + "/triggers",
                                          {{u"description"_s, u"x"_s}})
                              .object().value("token"_L1).toString();
    const QJsonObject body {{u"token"_s, token}, {u"ref"_s, u"main"_s}};
    QCOMPARE(as({}, "POST", project + "/trigger/pipeline", body).status, 201);
    QCOMPARE(m_fixture->api("PUT", project + "/members/" + QByteArray::number(id),
                            {{u"access_level"_s, 20}}).status, 200);
    QCOMPARE(as({}, "POST", project + "/trigger/pipeline", body).status, 403);
    QCOMPARE(m_fixture->api("PUT", "/users/" + QByteArray::number(id),
                            {{u"blocked"_s, true}}).status, 200);
    QCOMPARE(as({}, "POST", project + "/trigger/pipeline", body).status, 404);
}

void RestStartsTest::aJobStartsAPipeline()
{
    const QByteArray project
        = newProject(u"asking"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x], tags: [asking]}\n"}});
    const QByteArray other
        = newProject(u"asked"_s, {{u".gitlab-ci.yml"_s, "b: {script: [x], tags: [nobody]}\n"}});
    const QString runner
        = as({}, "POST", "/runners",
             {{u"token"_s, QString::fromLatin1(CoordinatorFixture::RegistrationToken)},
              {u"tag_list"_s, u"asking"_s}, {u"run_untagged"_s, false}})
              .object().value("token"_L1).toString();
    const QJsonObject job = as({}, "POST", "/jobs/request", {{u"token"_s, runner}}).object();
    const QString token = job.value("token"_L1).toString();
    QVERIFY(!token.isEmpty());
    const QJsonObject body {{u"token"_s, token}, {u"ref"_s, u"main"_s}};
    // Root started the job, but a job is no administrator: root owns both projects all the same.
    const HttpAnswer made = as({}, "POST", other + "/trigger/pipeline", body);
    QCOMPARE(made.status, 201);
    QCOMPARE(made.object().value("source"_L1).toString(), u"pipeline"_s);
    const QJsonObject shown
        = m_fixture->api("GET", other + "/pipelines/"
                             + QByteArray::number(made.object().value("id"_L1).toInteger())).object();
    QCOMPARE(shown.value("upstream"_L1).toObject().value("job"_L1).toObject().value("id"_L1),
             job.value("id"_L1));
    QCOMPARE(m_fixture->api("POST", project + "/jobs/"
                                + QByteArray::number(job.value("id"_L1).toInteger())
                                + "/cancel?force=true").status, 201);
    QCOMPARE(as({}, "POST", other + "/trigger/pipeline", body).status, 404);
}

void RestStartsTest::anOuterHostAnnouncesRefs()
{
    const QByteArray project
        = newProject(u"mirrored"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}});
    const QByteArray hook = project + "/external_hook";
    QCOMPARE(m_fixture->api("GET", hook).status, 404);
    const HttpAnswer made = m_fixture->api("POST", hook);
    QCOMPARE(made.status, 201);
    const QByteArray secret = made.object().value("token"_L1).toString().toLatin1();
    QVERIFY(!m_fixture->api("GET", hook).object().contains("token"_L1));
    const QByteArray sha = m_fixture->api("GET", project + "/repository/branches")
                               .array().first().toObject().value("commit"_L1).toObject()
                               .value("id"_L1).toString().toLatin1();
    const auto announce = [&](const QByteArray &token, const QByteArray &after) {
        net::Headers headers;
        headers.add("X-Gitlab-Token"_ba, token);
        headers.add("Content-Type"_ba, "application/json"_ba);
        return m_fixture->send({"POST", "/api/v4" + hook + "/push",
                                "{\"ref\":\"refs/heads/main\",\"after\":\"" + after + "\"}",
                                headers});
    };
    const HttpAnswer ran = announce(secret, sha);
    QCOMPARE(ran.status, 201);
    QCOMPARE(ran.object().value("source"_L1).toString(), u"external"_s);
    QCOMPARE(announce(secret, QByteArray(40, 'a')).status, 409);
    QCOMPARE(announce("wrong", sha).status, 404);
    QCOMPARE(announce({}, sha).status, 404);
    QCOMPARE(m_fixture->api("POST", hook).status, 201);
    QCOMPARE(announce(secret, sha).status, 404); // Another secret has taken its place.
    QCOMPARE(m_fixture->api("DELETE", hook).status, 204);
}

void RestStartsTest::schedules()
{
    const QByteArray project
        = newProject(u"timed"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}});
    const HttpAnswer made = m_fixture->api(
        "POST", project + "/pipeline_schedules",
        {{u"description"_s, u"nightly"_s}, {u"ref"_s, u"refs/heads/main"_s},
         {u"cron"_s, u"0 4 * * *"_s}, {u"cron_timezone"_s, u"Europe/Berlin"_s}});
    QCOMPARE(made.status, 201);
    QCOMPARE(made.object().value("ref"_L1).toString(), u"main"_s);
    QVERIFY(made.object().value("next_run_at"_L1).isString());
    QVERIFY(made.object().value("last_pipeline"_L1).isNull());
    const QByteArray path = project + "/pipeline_schedules/"
        + QByteArray::number(made.object().value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("GET", project + "/pipeline_schedules?scope=active").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", project + "/pipeline_schedules?scope=inactive").array().size(), 0);
    QCOMPARE(m_fixture->api("POST", path + "/play").status, 201);
    const QJsonArray pipelines = m_fixture->api("GET", path + "/pipelines").array();
    QCOMPARE(pipelines.size(), 1);
    QCOMPARE(pipelines.first().toObject().value("source"_L1).toString(), u"schedule"_s);
    QVERIFY(m_fixture->api("GET", path).object().value("last_pipeline"_L1).isObject());
    QCOMPARE(m_fixture->api("PUT", path, {{u"active"_s, false}})
                 .object().value("active"_L1).toBool(true), false);
    QCOMPARE(m_fixture->api("PUT", path, {{u"cron"_s, u"never"_s}}).status, 400);
    QCOMPARE(m_fixture->api("DELETE", path).status, 204);
    QCOMPARE(m_fixture->api("GET", path).status, 404);
    QCOMPARE(m_fixture->api("GET", project + "/pipelines?source=schedule").array().size(), 1);
}

void RestStartsTest::scheduleVariables()
{
    const QByteArray project
        = newProject(u"varied"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}});
    const HttpAnswer made = m_fixture->api(
        "POST", project + "/pipeline_schedules",
        {{u"description"_s, u"d"_s}, {u"ref"_s, u"main"_s}, {u"cron"_s, u"@daily"_s}});
    const QByteArray path = project + "/pipeline_schedules/"
        + QByteArray::number(made.object().value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("POST", path + "/variables",
                            {{u"key"_s, u"K"_s}, {u"value"_s, u"v"_s}}).status, 201);
    QCOMPARE(m_fixture->api("POST", path + "/variables",
                            {{u"key"_s, u"K"_s}, {u"value"_s, u"w"_s}}).status, 400);
    QCOMPARE(m_fixture->api("POST", path + "/variables",
                            {{u"key"_s, u"a b"_s}, {u"value"_s, u"w"_s}}).status, 400);
    QCOMPARE(m_fixture->api("PUT", path + "/variables/K", {{u"value"_s, u"w"_s}})
                 .object().value("value"_L1).toString(), u"w"_s);
    QCOMPARE(m_fixture->api("GET", path + "/variables/K").status, 200);
    QCOMPARE(m_fixture->api("GET", path + "/variables/L").status, 404);
    QCOMPARE(m_fixture->api("POST", path + "/play").status, 201);
    const QJsonObject pipeline
        = m_fixture->api("GET", path + "/pipelines").array().first().toObject();
    QCOMPARE(m_fixture->api("GET", project + "/pipelines/"
                                + QByteArray::number(pipeline.value("id"_L1).toInteger())
                                + "/variables").array().first().toObject().value("value"_L1).toString(),
             u"w"_s);
    QCOMPARE(m_fixture->api("DELETE", path + "/variables/K").status, 202);
    QCOMPARE(m_fixture->api("GET", path).object().value("variables"_L1).toArray().size(), 0);
}

void RestStartsTest::schedulesOfOthers()
{
    const QByteArray project
        = newProject(u"shared"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}});
    const QByteArray dora = m_fixture->newUser(u"dora"_s);
    QCOMPARE(m_fixture->api("POST", project + "/members",
                            {{u"username"_s, u"dora"_s}, {u"access_level"_s, 30}}).status, 201);
    const auto wish = [](const QString &ref) {
        return QJsonObject {{u"description"_s, u"d"_s}, {u"ref"_s, ref}, {u"cron"_s, u"@daily"_s}};
    };
    // main is protected.
    QCOMPARE(as(dora, "POST", project + "/pipeline_schedules", wish(u"main"_s)).status,
             403);
    const HttpAnswer own
        = as(dora, "POST", project + "/pipeline_schedules", wish(u"topic"_s));
    QCOMPARE(own.status, 201);
    const auto path = [&](const HttpAnswer &of) {
        return project + "/pipeline_schedules/"
            + QByteArray::number(of.object().value("id"_L1).toInteger());
    };
    QCOMPARE(as(dora, "PUT", path(own), {{u"ref"_s, u"main"_s}}).status, 403);
    const HttpAnswer roots
        = m_fixture->api("POST", project + "/pipeline_schedules", wish(u"topic"_s));
    QCOMPARE(as(dora, "PUT", path(roots), {{u"description"_s, u"x"_s}}).status, 403);
    QVERIFY(!as(dora, "GET", path(roots)).object().contains("variables"_L1));
    QCOMPARE(as(dora, "POST", path(roots) + "/take_ownership").status, 403);
    // It runs as dora: even an administrator changes it only as its owner.
    QCOMPARE(m_fixture->api("PUT", path(own), {{u"ref"_s, u"main"_s}}).status, 403);
    const QJsonObject variable {{u"key"_s, u"K"_s}, {u"value"_s, u"v"_s}};
    QCOMPARE(m_fixture->api("POST", path(own) + "/variables", variable).status, 403);
    QVERIFY(!m_fixture->api("GET", path(own)).object().contains("variables"_L1));
    QCOMPARE(as(dora, "POST", path(own) + "/variables", variable).status, 201);
    QCOMPARE(m_fixture->api("POST", path(own) + "/take_ownership").status, 201);
    QCOMPARE(m_fixture->api("PUT", path(own), {{u"description"_s, u"mine"_s}}).status, 200);
    QCOMPARE(as(dora, "DELETE", path(own)).status, 403);
}

void RestStartsTest::refusesWrongSchedules_data()
{
    QTest::addColumn<QJsonObject>("change");
    QTest::newRow("cron") << QJsonObject {{u"cron"_s, u"61 * * * *"_s}};
    QTest::newRow("never") << QJsonObject {{u"cron"_s, u"0 0 31 2 *"_s}};
    QTest::newRow("zone") << QJsonObject {{u"cron_timezone"_s, u"Mars/Base"_s}};
    QTest::newRow("description") << QJsonObject {{u"description"_s, u""_s}};
    QTest::newRow("long") << QJsonObject {{u"description"_s, QString(300, u'x')}};
    QTest::newRow("ref") << QJsonObject {{u"ref"_s, u"refs/pipelines/1"_s}};
    QTest::newRow("list") << QJsonObject {{u"cron"_s, QJsonArray {1}}};
}

void RestStartsTest::refusesWrongSchedules()
{
    QFETCH(QJsonObject, change);
    static qint64 id = m_fixture->newProject(u"wrong"_s);
    QJsonObject wish {{u"description"_s, u"d"_s}, {u"ref"_s, u"main"_s}, {u"cron"_s, u"@daily"_s}};
    for (auto each = change.begin(); each != change.end(); ++each) {
        wish.insert(each.key(), each.value());
    }
    QCOMPARE(m_fixture->api("POST", "/projects/" + QByteArray::number(id) + "/pipeline_schedules",
                            wish).status, 400);
}

CAPSTAN_TEST(RestStartsTest)
#include "tst_reststarts.moc"
