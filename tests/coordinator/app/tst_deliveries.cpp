// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

/// What jobs leave behind: releases, published pages, test reports, tokens, deployments; a runner
/// that only talks plays them against a whole coordinator.
class DeliveryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void releasesWhatTheJobNames();
    void aReleaseThatFailsFailsItsJob();
    void releasesOverRest();
    void publishesPagesSafely();
    void countsTestReports();
    void signsIdTokens();
    void refusesStepsToRunnersWithoutThem();
    void showsDeployments();
    void publishesBelowAPrefix();
    void aJobReleasesByItsToken();
    void aDeletedBranchStopsItsEnvironment();
    void needsOfARuleCount();
    void bridgesHandDownWhatTheyAre();

private:
    QJsonObject take(const QByteArray &config, const QHash<QString, QByteArray> &files = {});
    Ask requestOfANewRunner();
    /// The next job, to a runner of its own.
    QJsonObject request();
    /// The job of that name in the newest pipeline.
    QJsonObject jobNamed(const QString &name);
    HttpAnswer finish(const QJsonObject &job);
    HttpAnswer upload(const QJsonObject &job, const QByteArray &bytes, const QByteArray &query);
    QJsonObject restJob(const QJsonObject &job);
    QByteArray archive(const QHash<QString, QByteArray> &files);
    QByteArray project(const QByteArray &rest = {}) const
    {
        return "/projects/" + QByteArray::number(m_project) + rest;
    }
    static QByteArray number(const QJsonObject &job)
    {
        return QByteArray::number(job.value("id"_L1).toInteger());
    }

    std::unique_ptr<CoordinatorFixture> m_fixture;
    qint64 m_project = 0;
    QTemporaryDir m_folder;
    int m_archives = 0;
};

namespace {

net::Headers jobHeaders(const QJsonObject &job, const QByteArray &type)
{
    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, job.value("token"_L1).toString().toLatin1());
    headers.add("Content-Type"_ba, type);
    return headers;
}

QByteArray bytesOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

void DeliveryTest::init()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
    m_project = m_fixture->newProject(u"sample"_s);
}

void DeliveryTest::cleanup()
{
    m_fixture.reset();
}

QJsonObject DeliveryTest::take(const QByteArray &config, const QHash<QString, QByteArray> &files)
{
    QHash<QString, QByteArray> all = files;
    all.insert(u".gitlab-ci.yml"_s, config);
    if (!m_fixture->push(u"root/sample"_s, all).isEmpty()
        || m_fixture->waitForPipeline(m_project).isEmpty()) {
        return {};
    }
    return request();
}

QJsonObject DeliveryTest::jobNamed(const QString &name)
{
    const QJsonObject pipeline = m_fixture->waitForPipeline(m_project);
    const QByteArray path = project("/pipelines/" + number(pipeline) + "/jobs");
    for (const QJsonValue &job : m_fixture->api("GET", path).array()) {
        if (job.toObject().value("name"_L1).toString() == name) {
            return job.toObject();
        }
    }
    return {};
}

Ask DeliveryTest::requestOfANewRunner()
{
    net::Headers headers;
    headers.add("Content-Type"_ba, "application/json"_ba);
    const QString token
        = m_fixture
              ->send({"POST",
                      "/api/v4/runners",
                      bytesOf({{u"token"_s, QString::fromLatin1(CoordinatorFixture::RegistrationToken)},
                               {u"run_untagged"_s, true}}),
                      headers})
              .object()
              .value("token"_L1)
              .toString();
    const QJsonObject features {{u"trace_reset"_s, true}, {u"refspecs"_s, true},
                                {u"upload_multiple_artifacts"_s, true}};
    return {"POST", "/api/v4/jobs/request",
            bytesOf({{u"token"_s, token}, {u"info"_s, QJsonObject {{u"features"_s, features}}}}),
            headers};
}

QJsonObject DeliveryTest::request()
{
    const HttpAnswer taken = m_fixture->send(requestOfANewRunner());
    return taken.status == 201 ? taken.object() : QJsonObject();
}

HttpAnswer DeliveryTest::finish(const QJsonObject &job)
{
    return m_fixture->send({"PUT",
                            "/api/v4/jobs/" + number(job),
                            bytesOf({{u"token"_s, job.value("token"_L1)}, {u"state"_s, u"success"_s}}),
                            jobHeaders(job, "application/json")});
}

HttpAnswer
DeliveryTest::upload(const QJsonObject &job, const QByteArray &bytes, const QByteArray &query)
{
    const QByteArray body
        = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n" + bytes
        + "\r\n--b--\r\n";
    return m_fixture->send({"POST",
                            "/api/v4/jobs/" + number(job) + "/artifacts" + query,
                            body,
                            jobHeaders(job, "multipart/form-data; boundary=b")});
}

QJsonObject DeliveryTest::restJob(const QJsonObject &job)
{
    return m_fixture->api("GET", project("/jobs/" + number(job))).object();
}

// git makes zips too.
QByteArray DeliveryTest::archive(const QHash<QString, QByteArray> &files)
{
    const QString folder = m_folder.filePath(QString::number(++m_archives));
    for (auto file = files.constBegin(); file != files.constEnd(); ++file) {
        const QString path = folder + u'/' + file.key();
        QDir().mkpath(path.section(u'/', 0, -2));
        QFile out(path);
        if (out.open(QIODevice::WriteOnly)) {
            out.write(file.value());
        }
    }
    runProgram(u"git"_s, {u"init"_s, u"-q"_s}, folder);
    runProgram(u"git"_s, {u"add"_s, u"-A"_s}, folder);
    runProgram(u"git"_s,
               {u"-c"_s, u"user.name=T"_s, u"-c"_s, u"user.email=t@example.com"_s, u"commit"_s,
                u"-q"_s, u"-m"_s, u"x"_s},
               folder);
    runProgram(u"git"_s, {u"archive"_s, u"--format=zip"_s, u"-o"_s, u"out.zip"_s, u"HEAD"_s}, folder);
    QFile out(folder + "/out.zip"_L1);
    return out.open(QIODevice::ReadOnly) ? out.readAll() : QByteArray();
}

void DeliveryTest::releasesWhatTheJobNames()
{
    const QJsonObject job = take(
        "job:\n"
        "  script: [x]\n"
        "  variables: {VERSION: '1.2'}\n"
        "  rules: [{if: '$CI_COMMIT_BRANCH'}]\n"
        "  release:\n"
        "    tag_name: v$VERSION\n"
        "    tag_message: Tagged $VERSION\n"
        "    name: Version $VERSION\n"
        "    description: notes.md\n"
        "    milestones: [m1]\n"
        "    assets: {links: [{name: bin, url: 'https://a.example.test/$VERSION'}]}\n",
        {{u"notes.md"_s, "What is new\n"}});
    QVERIFY(!job.isEmpty());
    QCOMPARE(finish(job).status, 200);
    QCOMPARE(restJob(job).value("status"_L1).toString(), u"success"_s);
    const QJsonObject release = m_fixture->api("GET", project("/releases/v1.2")).object();
    QCOMPARE(release.value("name"_L1).toString(), u"Version 1.2"_s);
    QCOMPARE(release.value("description"_L1).toString().trimmed(), u"What is new"_s);
    const QJsonArray links = release.value("assets"_L1).toObject().value("links"_L1).toArray();
    QCOMPARE(links.first().toObject().value("url"_L1).toString(), u"https://a.example.test/1.2"_s);
    const QJsonArray tags = m_fixture->api("GET", project("/repository/tags")).array();
    QCOMPARE(tags.size(), 1);
    QCOMPARE(tags.first().toObject().value("name"_L1).toString(), u"v1.2"_s);
    const QByteArray log = m_fixture->api("GET", project("/jobs/" + number(job) + "/trace")).body;
    QVERIFY(log.contains("Released v1.2"));
    QVERIFY(log.contains("milestones"));
}

void DeliveryTest::aReleaseThatFailsFailsItsJob()
{
    const QJsonObject job = take(
        "job: {script: [x], release: {tag_name: 'no good', description: d}}\n");
    QVERIFY(!job.isEmpty());
    QCOMPARE(finish(job).status, 200);
    QCOMPARE(restJob(job).value("status"_L1).toString(), u"failed"_s);
    QVERIFY(m_fixture->api("GET", project("/jobs/" + number(job) + "/trace"))
                .body.contains("ERROR: release: "));
    QCOMPARE(m_fixture->api("GET", project("/releases")).array().size(), 0);
}

void DeliveryTest::releasesOverRest()
{
    QVERIFY(m_fixture->push(u"root/sample"_s, {{u"a.txt"_s, "a"}}).isEmpty());
    const QByteArray path = project("/releases");
    QCOMPARE(m_fixture->api("POST", path, {{u"tag_name"_s, u"v1"_s}}).status, 400); // No such tag.
    QCOMPARE(m_fixture->api("POST", path, {{u"tag_name"_s, u"v1"_s}, {u"ref"_s, u"gone"_s}}).status,
             400);
    QCOMPARE(m_fixture->api("POST", path, {{u"tag_name"_s, u"--x"_s}, {u"ref"_s, u"main"_s}}).status,
             400);
    const HttpAnswer made = m_fixture->api("POST",
                                           path,
                                           {{u"tag_name"_s, u"v1"_s},
                                            {u"ref"_s, u"main"_s},
                                            {u"description"_s, u"first"_s},
                                            {u"released_at"_s, u"2024-01-02T03:04:05Z"_s}});
    QCOMPARE(made.status, 201);
    QVERIFY(made.object().value("released_at"_L1).toString().startsWith("2024-01-02T03:04:05"_L1));
    QCOMPARE(m_fixture->api("POST", path, {{u"tag_name"_s, u"v1"_s}}).status, 409);
    // git has no room for it beside v1.
    const HttpAnswer below = m_fixture->api(
        "POST", path, {{u"tag_name"_s, u"v1/rc"_s}, {u"ref"_s, u"main"_s}});
    QCOMPARE(below.status, 409);
    QVERIFY(below.body.contains("beside the tag v1"));
    QCOMPARE(m_fixture->api("PUT", path + "/v1", {{u"name"_s, u"One"_s}})
                 .object()
                 .value("name"_L1)
                 .toString(),
             u"One"_s);
    const QJsonObject bad {{u"tag_name"_s, u"v2"_s},
                           {u"ref"_s, u"main"_s},
                           {u"assets"_s,
                            QJsonObject {{u"links"_s,
                                          QJsonArray {QJsonObject {{u"name"_s, u"x"_s},
                                                                   {u"url"_s, u"javascript:x"_s}}}}}}};
    QCOMPARE(m_fixture->api("POST", path, bad).status, 400);
    const QByteArray stranger = m_fixture->newUser(u"stranger"_s);
    QCOMPARE(m_fixture->with(stranger, "GET", "/api/v4" + path).status, 404);
    QCOMPARE(m_fixture->api("DELETE", path + "/v1").status, 200);
    QCOMPARE(m_fixture->api("GET", path + "/v1").status, 404);
}

void DeliveryTest::publishesPagesSafely()
{
    const QJsonObject job = take("pages: {script: [x]}\n");
    QVERIFY(!job.isEmpty());
    QCOMPARE(job.value("artifacts"_L1).toArray().first().toObject().value("paths"_L1).toArray(),
             QJsonArray {u"public"_s});
    const QByteArray zip = archive({{u"public/index.html"_s, "<h1>hello</h1>"},
                                    {u"public/sub/index.html"_s, "below"},
                                    {u"public/a.css"_s, "b{}"},
                                    {u"secret.txt"_s, "not published"}});
    QVERIFY(!zip.isEmpty());
    QCOMPARE(upload(job, zip, "?artifact_format=zip&artifact_type=archive").status, 201);
    QCOMPARE(finish(job).status, 200);
    const auto get = [&](const QByteArray &rest) {
        return m_fixture->with(CoordinatorFixture::RootToken, "GET", "/-/pages/root/sample" + rest);
    };
    const HttpAnswer page = get("/");
    QCOMPARE(page.status, 200);
    QCOMPARE(page.body, QByteArray("<h1>hello</h1>"));
    const QByteArray policy = page.headers.value("Content-Security-Policy", {});
    QVERIFY(policy.contains("sandbox"));
    QVERIFY(!policy.contains("allow-same-origin"));
    QCOMPARE(page.headers.value("X-Content-Type-Options", {}), QByteArray("nosniff"));
    QCOMPARE(get("").status, 302);
    QCOMPARE(get("/sub").status, 302);
    QCOMPARE(get("/sub/").body, QByteArray("below"));
    QCOMPARE(get("/a.css").headers.value("Content-Type", {}), QByteArray("text/css; charset=utf-8"));
    QCOMPARE(get("/none").status, 404);
    QVERIFY(!get("/../secret.txt").body.contains("not published"));
    QVERIFY(!get("/%2e%2e/secret.txt").body.contains("not published"));
    QCOMPARE(m_fixture->with({}, "GET", "/-/pages/root/sample/").status, 401);
    const QByteArray stranger = m_fixture->newUser(u"stranger"_s);
    QCOMPARE(m_fixture->with(stranger, "GET", "/-/pages/root/sample/").status, 404);
    QCOMPARE(m_fixture->api("GET", project("/pages")).object().value("deployments"_L1).toArray().size(),
             1);
    // Neither a restart nor the end of the artifacts takes it away.
    QCOMPARE(m_fixture->api("DELETE", project("/jobs/" + number(job) + "/artifacts")).status, 204);
    m_fixture->restart();
    QCOMPARE(get("/").status, 200);
    QCOMPARE(m_fixture->api("DELETE", project("/pages")).status, 204);
    QCOMPARE(get("/").status, 404);
}

void DeliveryTest::countsTestReports()
{
    const QJsonObject job = take("unit: {script: [x], artifacts: {reports: {junit: r.xml}}}\n");
    QVERIFY(!job.isEmpty());
    const QByteArray xml = "<testsuite><testcase name='a' time='1'/><testcase name='b'>"
                           "<failure message='no'/></testcase></testsuite>";
    QCOMPARE(upload(job, xml, "?artifact_format=raw&artifact_type=junit").status, 201);
    QCOMPARE(finish(job).status, 200);
    const QByteArray pipeline = project(
        "/pipelines/"
        + QByteArray::number(m_fixture->waitForPipeline(m_project).value("id"_L1).toInteger()));
    const QJsonObject report = m_fixture->api("GET", pipeline + "/test_report").object();
    QCOMPARE(report.value("total_count"_L1).toInt(), 2);
    QCOMPARE(report.value("failed_count"_L1).toInt(), 1);
    const QJsonObject suite = report.value("test_suites"_L1).toArray().first().toObject();
    QCOMPARE(suite.value("name"_L1).toString(), u"unit"_s);
    QCOMPARE(suite.value("test_cases"_L1).toArray().at(1).toObject().value("status"_L1).toString(),
             u"failed"_s);
    const QJsonObject summary = m_fixture->api("GET", pipeline + "/test_report_summary").object();
    QCOMPARE(summary.value("total"_L1).toObject().value("count"_L1).toInt(), 2);
    QCOMPARE(summary.value("test_suites"_L1)
                 .toArray()
                 .first()
                 .toObject()
                 .value("build_ids"_L1)
                 .toArray()
                 .size(),
             1);
}

void DeliveryTest::signsIdTokens()
{
    // A first start makes the key behind itself.
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->send({"GET", "/oauth/discovery/keys"}).status, 200, 20'000);
    const QJsonObject job = take("job:\n"
                                 "  script: [x]\n"
                                 "  variables: {CI_ENVIRONMENT_NAME: production}\n"
                                 "  environment: staging\n"
                                 "  id_tokens: {TOKEN: {aud: 'https://$CI_PROJECT_NAME.example.test'}}\n");
    QVERIFY(!job.isEmpty());
    QJsonObject variable;
    for (const QJsonValue &each : job.value("variables"_L1).toArray()) {
        if (each.toObject().value("key"_L1).toString() == "TOKEN"_L1) {
            variable = each.toObject();
        }
    }
    QVERIFY(variable.value("masked"_L1).toBool());
    const QList<QByteArray> parts = variable.value("value"_L1).toString().toLatin1().split('.');
    QCOMPARE(parts.size(), 3);
    const QJsonObject claims
        = QJsonDocument::fromJson(QByteArray::fromBase64(parts[1], QByteArray::Base64UrlEncoding))
              .object();
    QCOMPARE(claims.value("aud"_L1).toString(), u"https://sample.example.test"_s);
    QCOMPARE(claims.value("sub"_L1).toString(),
             u"project_path:root/sample:ref_type:branch:ref:main"_s);
    QCOMPARE(claims.value("user_login"_L1).toString(), u"root"_s);
    QCOMPARE(claims.value("ref_protected"_L1).toString(), u"true"_s);
    // A variable does not make another environment of it.
    QCOMPARE(claims.value("environment"_L1).toString(), u"staging"_s);
    QCOMPARE(claims.value("exp"_L1).toInteger() - claims.value("iat"_L1).toInteger(), 3600);
    const QJsonObject discovery
        = m_fixture->with({}, "GET", "/.well-known/openid-configuration").object();
    QCOMPARE(discovery.value("issuer"_L1), claims.value("iss"_L1));
    const QJsonObject keys = m_fixture->with({}, "GET", "/oauth/discovery/keys").object();
    const QJsonObject header
        = QJsonDocument::fromJson(QByteArray::fromBase64(parts[0], QByteArray::Base64UrlEncoding))
              .object();
    QCOMPARE(keys.value("keys"_L1).toArray().first().toObject().value("kid"_L1),
             header.value("kid"_L1));
    m_fixture->restart();
    QCOMPARE(m_fixture->with({}, "GET", "/oauth/discovery/keys").object(), keys);
}

void DeliveryTest::refusesStepsToRunnersWithoutThem()
{
    const QByteArray config = "job: {run: [{name: hi, script: echo hi}]}\n";
    QVERIFY(m_fixture->push(u"root/sample"_s, {{u".gitlab-ci.yml"_s, config}}).isEmpty());
    m_fixture->sendLater(requestOfANewRunner(), [](const HttpAnswer &) { }); // Held, with nothing to get.
    QVERIFY(!m_fixture->waitForPipeline(m_project, u"failed"_s).isEmpty());
    const QJsonObject job = jobNamed(u"job"_s);
    QCOMPARE(job.value("failure_reason"_L1).toString(), u"runner_unsupported"_s);
}

void DeliveryTest::showsDeployments()
{
    const QJsonObject job
        = take("job: {script: [x], environment: {name: prod, url: 'https://prod.example.test'}}\n");
    QVERIFY(!job.isEmpty());
    QCOMPARE(finish(job).status, 200);
    const QJsonObject deployment
        = m_fixture->api("GET", project("/deployments?environment=prod")).array().first().toObject();
    QCOMPARE(deployment.value("status"_L1).toString(), u"success"_s);
    const QJsonObject deployable = deployment.value("deployable"_L1).toObject();
    QCOMPARE(deployable.value("id"_L1), job.value("id"_L1));
    QVERIFY(deployable.value("actions"_L1).toArray().contains(u"retry"_s));
    const QJsonObject environment
        = m_fixture->api("GET", project("/environments?name=prod")).array().first().toObject();
    QCOMPARE(environment.value("tier"_L1).toString(), u"production"_s);
    QCOMPARE(environment.value("external_url"_L1).toString(), u"https://prod.example.test"_s);
    QCOMPARE(environment.value("last_deployment"_L1).toObject().value("iid"_L1).toInt(), 1);
}

void DeliveryTest::publishesBelowAPrefix()
{
    const auto publish = [&](const QByteArray &keys) {
        const QJsonObject job = take("site: {script: [x], pages: {" + keys + "}}\n");
        const QByteArray zip = archive({{u"public/index.html"_s, "of " + keys}});
        return upload(job, zip, "?artifact_format=zip&artifact_type=archive").status == 201
            && finish(job).status == 200
            && restJob(job).value("status"_L1).toString() == "success"_L1;
    };
    QVERIFY(publish("path_prefix: ''"));
    QVERIFY(publish("path_prefix: mr-$CI_COMMIT_BRANCH"));
    QVERIFY(publish("path_prefix: kept, expire_in: never"));
    QVERIFY(publish("path_prefix: short, expire_in: 2 hours"));
    const auto get = [&](const QByteArray &rest) {
        return m_fixture->with(CoordinatorFixture::RootToken, "GET", "/-/pages/root/sample" + rest);
    };
    QCOMPARE(get("/").body, QByteArray("of path_prefix: ''"));
    QCOMPARE(get("/mr-main/").body, QByteArray("of path_prefix: mr-$CI_COMMIT_BRANCH"));
    QHash<QString, QJsonValue> expiry;
    const QJsonObject pages = m_fixture->api("GET", project("/pages")).object();
    for (const QJsonValue &each : pages.value("deployments"_L1).toArray()) {
        const QJsonObject deployment = each.toObject();
        expiry.insert(deployment.value("path_prefix"_L1).toString(), deployment.value("expires_at"_L1));
    }
    QCOMPARE(expiry.size(), 4);
    QVERIFY(expiry.value(u""_s).isNull());
    QVERIFY(expiry.value(u"kept"_s).isNull());
    const auto secondsLeft = [&](const QString &prefix) {
        return QDateTime::currentDateTimeUtc().secsTo(
            QDateTime::fromString(expiry.value(prefix).toString(), Qt::ISODateWithMs));
    };
    QVERIFY(qAbs(secondsLeft(u"mr-main"_s) - 24 * 3600) < 300);
    QVERIFY(qAbs(secondsLeft(u"short"_s) - 2 * 3600) < 300);
}

void DeliveryTest::aJobReleasesByItsToken()
{
    const QJsonObject job = take("job: {script: [x]}\n");
    QVERIFY(!job.isEmpty());
    const auto release = [&](const QString &tag) {
        return m_fixture->send({"POST", "/api/v4" + project("/releases"),
                                bytesOf({{u"tag_name"_s, tag}, {u"ref"_s, u"main"_s}}),
                                jobHeaders(job, "application/json")});
    };
    const HttpAnswer made = release(u"v1"_s);
    QCOMPARE(made.status, 201);
    QCOMPARE(made.object().value("author"_L1).toObject().value("username"_L1).toString(), u"root"_s);
    QCOMPARE(release(u"v1"_s).status, 409);
    QCOMPARE(finish(job).status, 200);
    QCOMPARE(release(u"v2"_s).status, 401); // The token ends with its job.
}

void DeliveryTest::aDeletedBranchStopsItsEnvironment()
{
    const QByteArray config = "deploy:\n  script: [x]\n  rules: [{if: '$CI_COMMIT_BRANCH == \"topic\"'}]\n"
                              "  environment: {name: review/$CI_COMMIT_REF_SLUG, on_stop: stop}\n"
                              "stop:\n  script: [x]\n  variables: {GIT_STRATEGY: none}\n"
                              "  rules: [{if: '$CI_COMMIT_BRANCH == \"topic\"', when: manual}]\n"
                              "  environment: {name: review/$CI_COMMIT_REF_SLUG, action: stop}\n";
    QVERIFY(m_fixture->push(u"root/sample"_s, {{u".gitlab-ci.yml"_s, config}}).isEmpty());
    QVERIFY(m_fixture->push(u"root/sample"_s, {}, u"main:refs/heads/topic"_s).isEmpty());
    QVERIFY(!m_fixture->waitForPipeline(m_project).isEmpty());
    const QJsonObject deploy = request();
    QVERIFY(!deploy.isEmpty());
    QCOMPARE(finish(deploy).status, 200);
    const auto state = [&] {
        return m_fixture->api("GET", project("/environments")).array().first().toObject()
            .value("state"_L1).toString();
    };
    QCOMPARE(state(), u"available"_s);
    QCOMPARE(jobNamed(u"stop"_s).value("status"_L1).toString(), u"manual"_s);
    QVERIFY(m_fixture->push(u"root/sample"_s, {}, u":refs/heads/topic"_s).isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(state(), u"stopping"_s, 20'000);
    const QJsonObject stop = request();
    QCOMPARE(stop.value("id"_L1), jobNamed(u"stop"_s).value("id"_L1));
    QCOMPARE(finish(stop).status, 200);
    QCOMPARE(state(), u"stopped"_s);
}

void DeliveryTest::needsOfARuleCount()
{
    const QJsonObject first = take(
        "stages: [build, test]\na: {stage: build, script: [x]}\nb: {stage: build, script: [x]}\n"
        "c: {stage: test, script: [x], rules: [{if: $CI_COMMIT_BRANCH, needs: [a]}]}\n"
        "d: {stage: test, script: [x], needs: [a], rules: [{if: $CI_COMMIT_BRANCH, needs: [a, b]}]}\n"
        "e: {stage: test, script: [x], needs: [a], rules: [{if: $CI_COMMIT_BRANCH, needs: []}]}\n");
    QCOMPARE(first.value("job_info"_L1).toObject().value("name"_L1).toString(), u"a"_s);
    QCOMPARE(jobNamed(u"e"_s).value("status"_L1).toString(), u"pending"_s);
    QCOMPARE(jobNamed(u"c"_s).value("status"_L1).toString(), u"created"_s);
    QCOMPARE(finish(first).status, 200);
    QCOMPARE(jobNamed(u"c"_s).value("status"_L1).toString(), u"pending"_s);
    QCOMPARE(jobNamed(u"c"_s).value("needs"_L1).toArray(), QJsonArray {u"a"_s});
    QCOMPARE(jobNamed(u"d"_s).value("status"_L1).toString(), u"created"_s);
}

void DeliveryTest::bridgesHandDownWhatTheyAre()
{
    const QByteArray config = "down:\n  variables: {FROM: 'job $CI_JOB_ID of $CI_PIPELINE_ID, $CI_JOB_NAME'}\n"
                              "  trigger: {include: child.yml, inputs: {who: 'of $CI_PIPELINE_ID'}}\n";
    QVERIFY(m_fixture
                ->push(u"root/sample"_s, {{u".gitlab-ci.yml"_s, config},
                                          {u"child.yml"_s, "spec: {inputs: {who: }}\n---\n"
                                                           "'inner $[[ inputs.who ]]': {script: [x]}\n"}})
                .isEmpty());
    const QJsonObject pipeline = m_fixture->waitForPipeline(m_project, u"success"_s);
    QVERIFY(!pipeline.isEmpty());
    const QJsonObject bridge
        = m_fixture->api("GET", project("/pipelines/" + number(pipeline) + "/bridges"))
              .array().first().toObject();
    const QJsonObject child = bridge.value("downstream_pipeline"_L1).toObject();
    const QJsonObject variable
        = m_fixture->api("GET", project("/pipelines/" + number(child) + "/variables"))
              .array().first().toObject();
    const QJsonObject inner
        = m_fixture->api("GET", project("/pipelines/" + number(child) + "/jobs"))
              .array().first().toObject();
    QCOMPARE(inner.value("name"_L1).toString(), QString::fromLatin1("inner of " + number(pipeline)));
    QCOMPARE(variable.value("value"_L1).toString(),
             QString::fromLatin1("job " + number(bridge) + " of " + number(pipeline) + ", down"));
}

CAPSTAN_TEST(DeliveryTest)
#include "tst_deliveries.moc"
