// SPDX-License-Identifier: MIT
#include "coordinator/model/jobspecjson.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci::model;
using namespace Qt::StringLiterals;

class JobSpecJsonTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptySpecIsAnEmptyObject();
    void everyFieldComesBack();
    void emptyDependenciesDifferFromNone();
    void allowFailure_data();
    void allowFailure();
    void brokenJsonIsAnError();

private:
    static JobSpec fullSpec();
};

JobSpec JobSpecJsonTest::fullSpec()
{
    JobSpec spec;
    spec.beforeScript = {u"before"_s};
    spec.script = {u"make"_s, u"multi\nline \"quoted\""_s};
    spec.afterScript = {u"after"_s};
    spec.run = u"[{\"name\":\"a\"}]"_s;
    spec.variables = {{u"A"_s, u"$B"_s, true}, {u"EMPTY"_s, QString(), false}};
    const ImageSpec image {.name = u"debian:12"_s,
                           .entrypoint = {u""_s, u"x"_s},
                           .pullPolicy = {u"always"_s},
                           .dockerPlatform = u"linux/arm64"_s,
                           .dockerUser = u"1000"_s,
                           .kubernetesUser = u"2000"_s};
    spec.image = image;
    spec.services = {{image, u"db, base"_s, {u"run"_s}, {{u"P"_s, u"q"_s, false}}}};
    spec.artifacts = ArtifactsSpec {.name = u"n"_s,
                                    .paths = {u"out/"_s},
                                    .exclude = {u"out/*.o"_s},
                                    .untracked = true,
                                    .when = UploadWhen::Always,
                                    .expireIn = u"1 week"_s,
                                    .exposeAs = u"the build"_s,
                                    .access = u"developer"_s,
                                    .reports = {{u"junit"_s, {u"a.xml"_s}}}};
    spec.caches = {{.key = u"k"_s,
                    .keyPrefix = u"p"_s,
                    .keyFiles = {u"lock"_s},
                    .paths = {u"c/"_s},
                    .fallbackKeys = {u"f"_s},
                    .untracked = true,
                    .unprotect = true,
                    .when = UploadWhen::OnFailure,
                    .policy = u"pull"_s}};
    spec.dependencies = QStringList {u"a"_s};
    spec.hooks = {{u"pre_get_sources_script"_s, {u"echo"_s}}};
    spec.idTokens = {{u"T"_s, {u"https://x"_s}}};
    spec.environment = EnvironmentSpec {
        u"prod"_s, u"https://p"_s, u"stop"_s, u"other"_s, u"1 day"_s, u"production"_s};
    spec.coverage = u"\\d+"_s;
    spec.manualConfirmation = u"sure?"_s;
    spec.nodeIndex = 2;
    spec.nodeTotal = 3;
    return spec;
}

void JobSpecJsonTest::anEmptySpecIsAnEmptyObject()
{
    QCOMPARE(toJson(JobSpec {}), "{}"_ba);
    const auto spec = jobSpecFromJson("{}");
    QVERIFY(spec);
    QVERIFY(*spec == JobSpec {});
}

void JobSpecJsonTest::everyFieldComesBack()
{
    const auto spec = jobSpecFromJson(toJson(fullSpec()));
    QVERIFY(spec);
    QVERIFY(*spec == fullSpec());
}

// `dependencies: []` means "no artifacts", its absence "those of all earlier stages".
void JobSpecJsonTest::emptyDependenciesDifferFromNone()
{
    JobSpec spec;
    spec.dependencies = QStringList();
    const auto read = jobSpecFromJson(toJson(spec));
    QVERIFY(read);
    QVERIFY(read->dependencies.has_value());
}

void JobSpecJsonTest::allowFailure_data()
{
    QTest::addColumn<bool>("always");
    QTest::addColumn<QList<int>>("codes");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("never") << false << QList<int> {} << "false"_ba;
    QTest::newRow("always") << true << QList<int> {} << "true"_ba;
    QTest::newRow("by exit code") << false << QList<int> {3, 4} << "[3,4]"_ba;
}

void JobSpecJsonTest::allowFailure()
{
    QFETCH(bool, always);
    QFETCH(QList<int>, codes);
    QFETCH(QByteArray, json);
    const AllowFailure allowed {always, {codes.begin(), codes.end()}};
    QCOMPARE(toJson(allowed), json);
    const auto read = allowFailureFromJson(json);
    QVERIFY(read);
    QVERIFY(*read == allowed);
}

void JobSpecJsonTest::brokenJsonIsAnError()
{
    QVERIFY(!jobSpecFromJson("{"));
    QVERIFY(!allowFailureFromJson("tru"));
}

CAPSTAN_TEST(JobSpecJsonTest)
#include "tst_jobspecjson.moc"
