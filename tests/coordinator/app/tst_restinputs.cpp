// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

// Values for `spec:inputs` and job `inputs` over REST, against a whole coordinator.
class RestInputsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_fixture.reset(); }

    void describesTheForm();
    void manualJobsTakeInputs();
    void attemptsTakeInputs();
    void schedulesKeepInputs();
    void runsForMergeRequests();

private:
    /// A project with this file pushed; its path under /projects.
    QByteArray newProject(const QString &name, const QByteArray &file);

    std::unique_ptr<CoordinatorFixture> m_fixture;
};

void RestInputsTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
}

QByteArray RestInputsTest::newProject(const QString &name, const QByteArray &file)
{
    const qint64 id = m_fixture->newProject(name);
    if (!m_fixture->push(u"root/"_s + name, {{u".gitlab-ci.yml"_s, file}}).isEmpty()) {
        qFatal("no project");
    }
    return "/projects/" + QByteArray::number(id);
}

void RestInputsTest::describesTheForm()
{
    const QByteArray empty = "/projects/" + QByteArray::number(m_fixture->newProject(u"formless"_s));
    QCOMPARE(m_fixture->api("GET", empty + "/pipeline_form").status, 404);
    const QByteArray project = newProject(
        u"form"_s, "spec: {inputs: {n: {type: number, default: 1}, must: }}\n---\n"
                   "variables: {A: {value: x, description: why, options: [x, y]}}\n"
                   "job: {script: 'a $[[ inputs.must ]]'}\n");
    const HttpAnswer shown = m_fixture->api("GET", project + "/pipeline_form?ref=main");
    QCOMPARE(shown.status, 200);
    const QJsonObject form = shown.object();
    QCOMPARE(form.value("ref"_L1).toString(), u"main"_s);
    QCOMPARE(form.value("sha"_L1).toString().size(), 40);
    const QJsonArray inputs = form.value("inputs"_L1).toArray();
    QCOMPARE(inputs.size(), 2);
    QCOMPARE(inputs.at(0).toObject().value("default"_L1).toInt(), 1);
    QCOMPARE(inputs.at(0).toObject().value("required"_L1).toBool(), false);
    QCOMPARE(inputs.at(1).toObject().value("required"_L1).toBool(), true);
    const QJsonObject variable = form.value("variables"_L1).toArray().first().toObject();
    QCOMPARE(variable.value("key"_L1).toString(), u"A"_s);
    QCOMPARE(variable.value("options"_L1).toArray().size(), 2);
    QVERIFY(form.value("errors"_L1).toArray().isEmpty());
    QCOMPARE(m_fixture->api("GET", project + "/pipeline_form?ref=nowhere").status, 404);
    const QByteArray eve = m_fixture->newUser(u"formeve"_s);
    QCOMPARE(m_fixture->with(eve, "GET", "/api/v4" + project + "/pipeline_form").status, 404);
}

void RestInputsTest::manualJobsTakeInputs()
{
    const QByteArray project = newProject(
        u"plays"_s,
        "deploy:\n  when: manual\n  inputs:\n"
        "    where: {default: here, options: [here, there]}\n    count: {type: number, default: 1}\n"
        "  script: ['go ${{ job.inputs.where }} ${{ job.inputs.count }}']\n");
    const qint64 id = project.mid(project.lastIndexOf('/') + 1).toLongLong();
    const QJsonObject pipeline = m_fixture->waitForPipeline(id);
    const QByteArray path = project + "/pipelines/"
        + QByteArray::number(pipeline.value("id"_L1).toInteger()) + "/jobs";
    const QJsonObject job = m_fixture->api("GET", path).array().first().toObject();
    QCOMPARE(job.value("inputs"_L1).toArray().size(), 2);
    const QByteArray play
        = project + "/jobs/" + QByteArray::number(job.value("id"_L1).toInteger()) + "/play";
    for (const QJsonObject &wrong :
         {QJsonObject {{u"where"_s, u"nowhere"_s}}, QJsonObject {{u"other"_s, 1}},
          QJsonObject {{u"count"_s, true}}}) {
        const HttpAnswer refused
            = m_fixture->api("POST", play, {{u"job_inputs"_s, QJsonValue(wrong)}});
        QCOMPARE(refused.status, 400);
    }
    QCOMPARE(m_fixture->api("POST", play, {{u"job_inputs"_s, u"text"_s}}).status, 400);
    const HttpAnswer played = m_fixture->api(
        "POST", play, {{u"job_inputs"_s, QJsonObject {{u"where"_s, u"there"_s}, {u"count"_s, u"3"_s}}}});
    QCOMPARE(played.status, 200);
    const QJsonArray now = played.object().value("inputs"_L1).toArray();
    QCOMPARE(now.at(0).toObject().value("default"_L1).toInt(), 3); // By name.
    QCOMPARE(now.at(1).toObject().value("default"_L1).toString(), u"there"_s);
}

void RestInputsTest::attemptsTakeInputs()
{
    const QByteArray project = newProject(
        u"again"_s, "a:\n  inputs: {who: {default: me}}\n  script: ['hi ${{ job.inputs.who }}']\n");
    const qint64 id = project.mid(project.lastIndexOf('/') + 1).toLongLong();
    const QJsonObject pipeline = m_fixture->waitForPipeline(id);
    const QByteArray path = project + "/pipelines/"
        + QByteArray::number(pipeline.value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("POST", path + "/cancel").status, 200);
    const auto newest = [&] {
        return m_fixture->api("GET", path + "/jobs").array().first().toObject();
    };
    const auto retry = [&](const QJsonObject &body) {
        return m_fixture->api("POST", project + "/jobs/"
                                  + QByteArray::number(newest().value("id"_L1).toInteger())
                                  + "/retry", body);
    };
    const auto value = [](const HttpAnswer &answer) {
        return answer.object().value("inputs"_L1).toArray().first().toObject().value("default"_L1);
    };
    QCOMPARE(retry({{u"inputs"_s, QJsonObject {{u"nobody"_s, 1}}}}).status, 400);
    const HttpAnswer second = retry({{u"inputs"_s, QJsonObject {{u"who"_s, u"you"_s}}}});
    QCOMPARE(second.status, 201);
    QCOMPARE(value(second).toString(), u"you"_s);
    QCOMPARE(m_fixture->api("POST", path + "/cancel").status, 200);
    // What is not said again stays.
    QCOMPARE(value(retry({})).toString(), u"you"_s);
}

void RestInputsTest::schedulesKeepInputs()
{
    const QByteArray project = newProject(
        u"timed"_s, "spec: {inputs: {n: {type: number, default: 1}, s: {default: x}}}\n---\njob:\n"
                    "  script: ['$[[ inputs.s ]]']\n  parallel: $[[ inputs.n ]]\n");
    const auto named = [](const QString &name, const QJsonValue &value) {
        return QJsonObject {{u"name"_s, name}, {u"value"_s, value}};
    };
    const HttpAnswer made = m_fixture->api(
        "POST", project + "/pipeline_schedules",
        {{u"description"_s, u"night"_s}, {u"ref"_s, u"main"_s}, {u"cron"_s, u"0 4 * * *"_s},
         {u"inputs"_s, QJsonArray {named(u"n"_s, 3), named(u"s"_s, u"y"_s)}}});
    QCOMPARE(made.status, 201);
    QCOMPARE(made.object().value("inputs"_L1).toArray().size(), 2);
    const QByteArray path = project + "/pipeline_schedules/"
        + QByteArray::number(made.object().value("id"_L1).toInteger());
    const HttpAnswer changed = m_fixture->api(
        "PUT", path, {{u"inputs"_s, QJsonArray {QJsonObject {{u"name"_s, u"s"_s}, {u"destroy"_s, true}}}}});
    QCOMPARE(changed.object().value("inputs"_L1).toArray(), QJsonArray {named(u"n"_s, 3)});
    QCOMPARE(m_fixture->api("PUT", path, {{u"inputs"_s, QJsonArray {1}}}).status, 400);
    QCOMPARE(m_fixture->api("PUT", path, {{u"inputs"_s, 1}}).status, 400);
    QCOMPARE(m_fixture->api("POST", path + "/play").status, 201);
    QJsonArray ran;
    QTRY_VERIFY_WITH_TIMEOUT(
        !(ran = m_fixture->api("GET", path + "/pipelines").array()).isEmpty(), 20'000);
    const QByteArray pipeline = QByteArray::number(ran.first().toObject().value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("GET", project + "/pipelines/" + pipeline + "/jobs").array().size(), 3);
}

void RestInputsTest::runsForMergeRequests()
{
    const QByteArray project = newProject(
        u"merging"_s, "job: {script: [x], rules: [{if: $CI_MERGE_REQUEST_IID}, {if: $CI_COMMIT_BRANCH}]}\n");
    const QByteArray path = project + "/merge_requests/4/pipelines";
    QCOMPARE(m_fixture->api("GET", path).status, 404);
    QCOMPARE(m_fixture->api("POST", path).status, 404);
    QCOMPARE(m_fixture->api("GET", project + "/merge_requests/x/pipelines").status, 404);
    QVERIFY(m_fixture->push(u"root/merging"_s, {{u"a"_s, "b"}}, u"main:refs/merge-requests/4/head"_s)
                .isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->api("GET", path).array().size(), 1, 20'000);
    const HttpAnswer made = m_fixture->api("POST", path);
    QCOMPARE(made.status, 201);
    QCOMPARE(made.object().value("source"_L1).toString(), u"merge_request_event"_s);
    QCOMPARE(m_fixture->api("GET", path).array().size(), 2);
}

CAPSTAN_TEST(RestInputsTest)
#include "tst_restinputs.moc"
