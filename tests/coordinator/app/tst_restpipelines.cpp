// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

// What REST says and does about pipelines and jobs, against a whole coordinator.
class RestPipelineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void showsABrokenFile();
    void runsAndCancelsPipelines();
    void takesInputs();
    void includesWhatTheStarterMayRead();
    void playsManualJobs();
    void listsAPipelinesJobsByPage();
    void lints();
    void lintsTheProjectsOwnFile();

private:
    static QJsonObject json(const HttpAnswer &answer) { return answer.object(); }

    std::unique_ptr<CoordinatorFixture> m_fixture;
};

void RestPipelineTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
}

void RestPipelineTest::cleanupTestCase()
{
    m_fixture.reset();
}

void RestPipelineTest::showsABrokenFile()
{
    const qint64 id = m_fixture->newProject(u"broken"_s);
    QVERIFY(m_fixture->push(u"root/broken"_s, {{u".gitlab-ci.yml"_s, "job:\n  skript: [a]\n"}})
                .isEmpty());
    const QJsonObject listed = m_fixture->waitForPipeline(id, u"failed"_s);
    QVERIFY(!listed.isEmpty());
    const QJsonObject shown =
        json(m_fixture->api("GET",
                            "/projects/" + QByteArray::number(id) + "/pipelines/"
                                + QByteArray::number(listed.value("id"_L1).toInteger())));
    const QJsonObject error = shown.value("yaml_error_list"_L1).toArray().first().toObject();
    QVERIFY(!error.value("text"_L1).toString().isEmpty());
    QVERIFY(error.value("line"_L1).toInt() > 0);
    QVERIFY(!shown.value("yaml_errors"_L1).toString().isEmpty());
}

void RestPipelineTest::runsAndCancelsPipelines()
{
    const qint64 id = m_fixture->newProject(u"runs"_s);
    const QByteArray path = "/projects/" + QByteArray::number(id);
    QCOMPARE(m_fixture->api("POST", path + "/pipeline", {{u"ref"_s, u"main"_s}}).status, 400);
    QVERIFY(m_fixture
                ->push(u"root/runs"_s,
                       {{u".gitlab-ci.yml"_s, "a: {script: [x]}\nb: {script: [y], needs: [a]}\n"}})
                .isEmpty());
    QVERIFY(!m_fixture->waitForPipeline(id, u"pending"_s).isEmpty());
    const HttpAnswer made = m_fixture->api(
        "POST",
        path + "/pipeline",
        {{u"ref"_s, u"main"_s},
         {u"variables"_s, QJsonArray {QJsonObject {{u"key"_s, u"WHO"_s}, {u"value"_s, u"me"_s}}}}});
    QCOMPARE(made.status, 201);
    QCOMPARE(json(made).value("source"_L1).toString(), u"api"_s);
    const QByteArray pipeline =
        path + "/pipelines/" + QByteArray::number(json(made).value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("GET", pipeline + "/variables").array().size(), 1);
    const QJsonArray jobs = m_fixture->api("GET", pipeline + "/jobs").array();
    QCOMPARE(jobs.size(), 2);
    const auto newest = [&](const QByteArray &query) {
        return m_fixture->api("GET", path + "/pipelines" + query).array().first().toObject();
    };
    QVERIFY(!newest("").contains("stages"_L1));
    QCOMPARE(newest("?with_stages=true").value("stages"_L1),
             m_fixture->api("GET", pipeline).object().value("stages"_L1));
    QCOMPARE(newest("?with_stages=true").value("stages"_L1).toArray().size(), 1);
    QCOMPARE(jobs.at(0).toObject().value("actions"_L1).toArray(), QJsonArray {u"cancel"_s});
    QVERIFY(!jobs.at(0).toObject().value("terminal"_L1).toObject().value("available"_L1).toBool());
    const HttpAnswer canceled = m_fixture->api("POST", pipeline + "/cancel");
    QCOMPARE(canceled.status, 200);
    QCOMPARE(json(canceled).value("status"_L1).toString(), u"canceled"_s);
    QCOMPARE(json(m_fixture->api("POST", pipeline + "/retry")).value("status"_L1).toString(),
             u"pending"_s);
    QCOMPARE(m_fixture->api("DELETE", pipeline).status, 409);
    QCOMPARE(m_fixture->api("POST", pipeline + "/cancel").status, 200);
    QCOMPARE(m_fixture->api("DELETE", pipeline).status, 204);
    QCOMPARE(m_fixture->api("GET", pipeline).status, 404);
    QCOMPARE(m_fixture->api("GET", path + "/pipelines?status=odd").status, 400);
}

void RestPipelineTest::takesInputs()
{
    const QByteArray id = QByteArray::number(m_fixture->newProject(u"inputs"_s));
    const QByteArray file = "spec: {inputs: {n: {type: number, default: 1}}}\n---\njob:\n  script: [a]\n"
                         "  parallel: $[[ inputs.n ]]\n";
    QVERIFY(m_fixture->push(u"root/inputs"_s, {{u".gitlab-ci.yml"_s, file}}).isEmpty());
    const auto run = [&](const QJsonObject &inputs) {
        return m_fixture->api("POST", "/projects/" + id + "/pipeline",
                              {{u"ref"_s, u"main"_s}, {u"inputs"_s, inputs}});
    };
    const HttpAnswer made = run({{u"n"_s, 3}});
    QCOMPARE(made.status, 201);
    const QByteArray pipeline = QByteArray::number(json(made).value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("GET", "/projects/" + id + "/pipelines/" + pipeline + "/jobs").array().size(), 3);
    QCOMPARE(m_fixture->api("POST", "/projects/" + id + "/pipeline", {{u"ref"_s, u"refs/heads/main"_s}}).status, 201);
    QCOMPARE(run({{u"n"_s, u"2"_s}}).status, 201); // As a form would send it.
    const HttpAnswer wrong = run({{u"m"_s, 3}});
    QCOMPARE(wrong.status, 400);
    QVERIFY(wrong.body.contains("unknown input arguments: m"));
    QCOMPARE(m_fixture->api("POST", "/projects/" + id + "/pipeline",
                            {{u"ref"_s, u"main"_s}, {u"inputs"_s, u"n=3"_s}}).status, 400);
}

void RestPipelineTest::includesWhatTheStarterMayRead()
{
    m_fixture->newProject(u"parts"_s);
    QVERIFY(m_fixture->push(u"root/parts"_s, {{u"a.yml"_s, "a:\n  script: [x]\n"}}).isEmpty());
    const QByteArray id = QByteArray::number(m_fixture->newProject(u"whole"_s, u"public"_s));
    QVERIFY(m_fixture->push(u"root/whole"_s, {{u"readme"_s, "x"}}).isEmpty());
    const QString content = u"include: {project: root/parts, file: a.yml}\n"_s;
    const auto lint = [&](const QByteArray &token, const QString &text) {
        return json(m_fixture->with(token, "POST", "/api/v4/projects/" + id + "/ci/lint", {{u"content"_s, text}}));
    };
    const QJsonObject taken = lint(CoordinatorFixture::RootToken, content);
    QVERIFY2(taken.value("valid"_L1).toBool(), QJsonDocument(taken).toJson().constData());
    // Anybody may read the code, nobody unknown makes us fetch what it includes.
    QCOMPARE(m_fixture->with({}, "GET", "/api/v4/projects/" + id + "/repository/branches").status, 200);
    QCOMPARE(m_fixture->with({}, "POST", "/api/v4/projects/" + id + "/ci/lint", {{u"content"_s, content}}).status, 401);
    const QByteArray stranger = m_fixture->newUser(u"stranger"_s);
    const QJsonObject refused = lint(stranger, content);
    QVERIFY(!refused.value("valid"_L1).toBool());
    const QString error = refused.value("errors"_L1).toArray().first().toString();
    QVERIFY2(error.contains(u"Project `root/parts` not found or access denied!"_s), qPrintable(error));
    const QJsonObject absent = lint(stranger, u"include: {project: root/none, file: a.yml}\n"_s);
    QCOMPARE(absent.value("errors"_L1).toArray().first().toString().replace(u"none"_s, u"parts"_s), error);
    const QJsonObject warned = lint(CoordinatorFixture::RootToken,
                                    u"j: {script: x, rules: [{when: never}, {if: $CI}]}\nk: {script: x}\n"_s);
    QVERIFY(warned.value("warnings"_L1).toArray().size() == 2);
}

void RestPipelineTest::playsManualJobs()
{
    const qint64 id = m_fixture->newProject(u"manual"_s);
    const QByteArray path = "/projects/" + QByteArray::number(id);
    QVERIFY(
        m_fixture
            ->push(u"root/manual"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x], when: manual}\n"}})
            .isEmpty());
    QVERIFY(!m_fixture->waitForPipeline(id).isEmpty());
    const QJsonObject job =
        m_fixture->api("GET", path + "/jobs?scope[]=manual").array().first().toObject();
    QCOMPARE(job.value("actions"_L1).toArray(), QJsonArray {u"play"_s});
    const QByteArray play =
        path + "/jobs/" + QByteArray::number(job.value("id"_L1).toInteger()) + "/play";
    QCOMPARE(m_fixture
                 ->api("POST",
                       play,
                       {{u"job_variables_attributes"_s,
                         QJsonArray {QJsonObject {{u"key"_s, u"not a key"_s}}}}})
                 .status,
             400);
    const QByteArray ofPipeline = path + "/pipelines/"
        + QByteArray::number(job.value("pipeline"_L1).toObject().value("id"_L1).toInteger()) + "/jobs?scope";
    QCOMPARE(m_fixture->api("GET", ofPipeline + "=manual").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", ofPipeline + "[]=pending&scope[]=running").array().size(), 0);
    QCOMPARE(m_fixture->api("GET", ofPipeline + "=sleeping").status, 400);
    QCOMPARE(json(m_fixture->api("POST", play)).value("status"_L1).toString(), u"pending"_s);
    QCOMPARE(m_fixture->api("POST", play).status, 409);
}

void RestPipelineTest::listsAPipelinesJobsByPage()
{
    const qint64 id = m_fixture->newProject(u"paged"_s);
    const QByteArray path = "/projects/" + QByteArray::number(id);
    QVERIFY(m_fixture
                ->push(u"root/paged"_s,
                       {{u".gitlab-ci.yml"_s,
                         "down: {trigger: {project: root/none}, when: manual}\n"
                         "a: {script: [x]}\nb: {script: [x]}\nc: {script: [x], when: manual}\n"}})
                .isEmpty());
    const QJsonObject pipeline = m_fixture->waitForPipeline(id);
    QVERIFY(!pipeline.isEmpty());
    const QByteArray jobs = path + "/pipelines/"
        + QByteArray::number(pipeline.value("id"_L1).toInteger()) + "/jobs";
    const auto list = [&](const QByteArray &query) {
        const HttpAnswer answer = m_fixture->api("GET", jobs + query);
        QByteArray names = answer.headers.value("X-Total", {}) + ':';
        for (const QJsonValue &job : answer.array()) {
            names += ' ' + job.toObject().value("name"_L1).toString().toUtf8();
        }
        return names;
    };
    QCOMPARE(list({}), "3: a b c");
    QCOMPARE(list("?per_page=2"), "3: a b");
    QCOMPARE(list("?per_page=2&page=2"), "3: c");
    QCOMPARE(list("?scope[]=pending&per_page=1"), "2: a");
    const qint64 first
        = m_fixture->api("GET", jobs).array().first().toObject().value("id"_L1).toInteger();
    const QByteArray job = path + "/jobs/" + QByteArray::number(first);
    QCOMPARE(m_fixture->api("POST", job + "/cancel").status, 201);
    QCOMPARE(m_fixture->api("POST", job + "/retry").status, 201);
    QCOMPARE(list("?per_page=2"), "3: a b");
    QCOMPARE(list("?include_retried=true"), "4: a a b c");
}

void RestPipelineTest::lints()
{
    const QByteArray path =
        "/projects/" + QByteArray::number(m_fixture->newProject(u"lint"_s)) + "/ci/lint";
    const QJsonObject good =
        json(m_fixture->api("POST", path, {{u"content"_s, u"a: {script: [x]}"_s}}));
    QVERIFY(good.value("valid"_L1).toBool());
    QCOMPARE(good.value("merged_yaml"_L1).toString(), u"---\na:\n  script:\n    - x\n"_s);
    const QJsonObject bad =
        json(m_fixture->api("POST", path, {{u"content"_s, u"a: {skript: [x]}"_s}}));
    QVERIFY(!bad.value("valid"_L1).toBool());
    QCOMPARE(bad.value("messages"_L1).toArray().first().toObject().value("severity"_L1).toString(),
             u"error"_s);
    QCOMPARE(m_fixture->api("POST", path).status, 400);
}

void RestPipelineTest::lintsTheProjectsOwnFile()
{
    const qint64 id = m_fixture->newProject(u"own"_s);
    const QByteArray path = "/projects/" + QByteArray::number(id) + "/ci/lint";
    QCOMPARE(m_fixture->api("GET", path).status, 404); // No branch yet.
    QVERIFY(m_fixture->push(u"root/own"_s, {{u"a.txt"_s, "a"}}).isEmpty());
    QCOMPARE(json(m_fixture->api("GET", path)).value("errors"_L1).toArray().first().toString(),
             u"Missing CI config file: .gitlab-ci.yml"_s);
    QVERIFY(m_fixture->push(u"root/own"_s, {{u".gitlab-ci.yml"_s, "a: {script: [x]}\n"}}).isEmpty());
    QVERIFY(json(m_fixture->api("GET", path)).value("valid"_L1).toBool());
    const QJsonArray jobs =
        json(m_fixture->api("GET", path + "?content_ref=main&dry_run=true")).value("jobs"_L1).toArray();
    QCOMPARE(jobs.first().toObject().value("name"_L1).toString(), u"a"_s);
    QCOMPARE(m_fixture->api("GET", path + "?content_ref=none").status, 404);
    QCOMPARE(m_fixture->with({}, "GET", "/api/v4" + path).status, 401);
}

CAPSTAN_TEST(RestPipelineTest)
#include "tst_restpipelines.moc"
