// SPDX-License-Identifier: MIT
#include "common/protocol/jobpayload.h"
#include "tests/testmain.h"

#include <QJsonDocument>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci::protocol;
using ci::Secret;

// A job with something in every field.
static JobPayload fullJob()
{
    JobPayload job;
    job.id = 9'007'199'254'740'993; // Above what a double holds.
    job.token = Secret("job-token"_ba);
    job.allowGitFetch = true;
    job.jobInfo = {u"unit"_s, u"test"_s, 7, u"crane"_s, u"docks/crane"_s, 512, 3, 3, 1, 4, 9,
                   u"c1"_s, u"uuid"_s, 2.75, u"2+"_s, 3, 1};
    job.gitInfo = {u"https://u:p@h/docks/crane.git"_s, u"v1"_s, QString(40, u'a'),
                   QString(40, u'0'), true, {u"+refs/tags/v1:refs/tags/v1"_s}, 20, u"sha1"_s, true};
    job.runnerInfo = {3600, u"u-1"_s};
    job.inputs = {{u"env"_s, u"string"_s, QJsonValue(u"x"_s), true}};
    job.variables = {{u"A"_s, u"línea\n$B"_s, true, true, false, true},
                     {u"F"_s, u"x"_s, false, false, true, false}};
    job.steps = {{u"script"_s, {u"make"_s, u"make check"_s}, 60, RunWhen::OnSuccess, false},
                 {u"after_script"_s, {u"true"_s}, 60, RunWhen::Always, true}};
    JobImage image;
    image.name = u"alpine"_s;
    image.entrypoint = {QString()};
    image.pullPolicy = {u"always"_s};
    image.dockerUser = u"1000"_s;
    image.dockerPlatform = u"linux/arm64"_s;
    image.kubernetesUser = u"1:1"_s;
    job.image = image;
    JobImage service;
    service.name = u"postgres"_s;
    service.alias = u"db"_s;
    service.command = {u"-c"_s};
    service.ports = {{5432, u"https"_s, u"main"_s}};
    service.variables = {{u"P"_s, u"t"_s, true, false, false, false}};
    job.services = {service};
    job.artifacts = {{u"n"_s, true, {u"out/"_s}, {u"*.o"_s}, RunWhen::OnFailure, u"1 week"_s,
                      u"archive"_s, ArtifactFormat::Zip},
                     {{}, false, {u"j.xml"_s}, {}, RunWhen::Always, {}, u"junit"_s,
                      ArtifactFormat::Gzip}};
    job.cache = {{u"k"_s, true, {u"c/"_s}, u"pull"_s, RunWhen::Always, {u"f"_s}}};
    job.credentials = {{u"registry"_s, u"r:1"_s, u"u"_s, Secret("p"_ba)}};
    job.dependencies = {{41, u"build"_s, Secret("t"_ba), DependencyFile {u"a.zip"_s, 12}},
                        {42, u"none"_s, Secret("t"_ba), std::nullopt}};
    job.hooks = {{u"pre_get_sources_script"_s, {u"echo"_s}}};
    job.features = {true, {u"unknown_failure"_s}, {u"glcbt-"_s}};
    job.secrets = {{u"DB"_s, QJsonObject {{u"file"_s, true}}}};
    job.run = u"[]"_s;
    job.policyOptions = PolicyOptions {true, u"p"_s, true, {u"x"_s}};
    job.suspendOptions = SuspendOptions {true, false, u"k"_s};
    return job;
}

class JobPayloadTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsEveryFieldOnTheWay();
    void writesTheSameAsText();
    void takesAbsentAndNullAlike_data();
    void takesAbsentAndNullAlike();
    void refusesWithThePlace_data();
    void refusesWithThePlace();
    void survivesEveryCut();
    void leavesOutWhatRunnersCannotTake();
    void readsUnknownWordsMildly();
};

void JobPayloadTest::keepsEveryFieldOnTheWay()
{
    const JobPayload job = fullJob();
    const ci::Result<JobPayload> read = JobPayload::fromJson(compactJson(job.toJson()));
    QVERIFY2(read.isOk(), qPrintable(read.isOk() ? QString() : read.error().detail));
    QVERIFY(*read == job);
}

void JobPayloadTest::writesTheSameAsText()
{
    JobPayload job = fullJob();
    job.variables.append({u"AWKWARD"_s, u"\" \\ \n\r\t\b \u0001\u001f\u007f ä € \U0001F980 </script>"_s});
    QCOMPARE(QJsonDocument::fromJson(job.toBytes()).object(),
             QJsonDocument::fromJson(compactJson(job.toJson())).object());
    job.variables = {{u"HALF"_s, QString(QChar(0xD800)), true, true, true, true}};
    QVERIFY(QJsonDocument::fromJson(job.toBytes()).isObject()); // Whatever becomes of it.
    job.variables.clear();
    QCOMPARE(QJsonDocument::fromJson(job.toBytes()).object(), job.toJson());
}

void JobPayloadTest::takesAbsentAndNullAlike_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("absent") << R"({"id":1,"token":"t"})"_ba;
    QTest::newRow("null")
        << R"({"id":1,"token":"t","artifacts":null,"image":null,"steps":null,"features":null,
              "git_info":null,"variables":null,"secrets":null,"run":null,"hooks":null})"_ba;
    QTest::newRow("unknown keys") << R"({"id":1,"token":"t","tracing":{"a":[1]},"x":{}})"_ba;
}

void JobPayloadTest::takesAbsentAndNullAlike()
{
    QFETCH(QByteArray, text);
    const ci::Result<JobPayload> read = JobPayload::fromJson(text);
    QVERIFY(read.isOk());
    QCOMPARE(read->id, 1);
    QVERIFY(!read->image);
    QVERIFY(read->steps.isEmpty());
}

void JobPayloadTest::refusesWithThePlace_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("place");
    QTest::newRow("nothing") << ""_ba << u"not JSON"_s;
    QTest::newRow("an array") << "[]"_ba << u"object"_s;
    QTest::newRow("no id") << R"({"token":"t"})"_ba << u"id: is missing"_s;
    QTest::newRow("no token") << R"({"id":1})"_ba << u"token: is missing"_s;
    QTest::newRow("text for a number") << R"({"id":"1","token":"t"})"_ba << u"id: "_s;
    QTest::newRow("half an id") << R"({"id":1.5,"token":"t"})"_ba << u"id: "_s;
    QTest::newRow("an id past 64 bits") << R"({"id":1e300,"token":"t"})"_ba << u"id: "_s;
    QTest::newRow("a number for text")
        << R"({"id":1,"token":"t","variables":[{"key":"A","value":1}]})"_ba
        << u"variables[0].value: "_s;
    QTest::newRow("deep in a list")
        << R"({"id":1,"token":"t","steps":[{},{"script":["a",{}]}]})"_ba
        << u"steps[1].script[1]: "_s;
    QTest::newRow("a list for an object")
        << R"({"id":1,"token":"t","git_info":[]})"_ba << u"git_info: "_s;
    QTest::newRow("a text in a list of objects")
        << R"({"id":1,"token":"t","cache":["x"]})"_ba << u"cache[0]: "_s;
    QTest::newRow("nested too deep")
        << R"({"id":1,"token":"t","x":)"_ba + QByteArray(5000, '[') << u"not JSON"_s;
}

void JobPayloadTest::refusesWithThePlace()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, place);
    const ci::Result<JobPayload> read = JobPayload::fromJson(text);
    QVERIFY(!read.isOk());
    QVERIFY2(read.error().detail.contains(place), qPrintable(read.error().detail));
}

void JobPayloadTest::survivesEveryCut()
{
    const QByteArray whole = compactJson(fullJob().toJson());
    for (qsizetype length = 0; length < whole.size(); ++length) {
        QVERIFY(!JobPayload::fromJson(QByteArrayView(whole).first(length)).isOk());
    }
}

void JobPayloadTest::leavesOutWhatRunnersCannotTake()
{
    JobPayload job;
    job.id = 1;
    const QJsonObject object = job.toJson();
    QVERIFY(!object.contains("run"_L1)); // Null is not accepted there (4).
    QVERIFY(!object.contains("secrets"_L1));
    QVERIFY(object.value("image"_L1).isNull());
    job.artifacts = {{}};
    const QJsonObject artifact = job.toJson().value("artifacts"_L1).toArray().first().toObject();
    QVERIFY(!artifact.contains("exclude"_L1));
}

void JobPayloadTest::readsUnknownWordsMildly()
{
    const auto read = JobPayload::fromJson(
        R"({"id":1,"token":"t","artifacts":[{"when":"never","artifact_format":"rar"}]})");
    QVERIFY(read.isOk());
    QCOMPARE(read->artifacts.first().when, RunWhen::OnSuccess);
    QCOMPARE(read->artifacts.first().format, ArtifactFormat::Unknown);
}

CAPSTAN_TEST(JobPayloadTest)
#include "tst_jobpayload.moc"
