// SPDX-License-Identifier: MIT
#include "common/protocol/jobrequest.h"
#include "common/protocol/jobupdate.h"
#include "common/protocol/registration.h"
#include "common/protocol/tracerange.h"
#include "tests/testmain.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci::protocol;
using ci::Secret;

class JobUpdateTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesThereAndBack();
    void readsStockRunners_data();
    void readsStockRunners();
    void refusesBadUpdates_data();
    void refusesBadUpdates();
    void obeysTheStatusOfAnAnswer_data();
    void obeysTheStatusOfAnAnswer();
    void readsIntervals();
    void readsContentRanges_data();
    void readsContentRanges();
    void writesRanges();
    void readsChecksums();
    void requestsGoThereAndBack();
    void checksSystemIds_data();
    void checksSystemIds();
    void everyFeatureHasItsOwnWord();
    void registrationsGoThereAndBack();
    void registrationsReadOldForms();
};

void JobUpdateTest::goesThereAndBack()
{
    JobUpdate update;
    update.token = Secret("t"_ba);
    update.info.name = u"r"_s;
    update.info.features.traceReset = true;
    update.state = UpdateState::Failed;
    update.failureReason = FailureReason::JobExecutionTimeout;
    update.trace = "whole log"_ba;
    update.checksum = 0x0000abcdU;
    update.size = 4096;
    update.exitCode = -3;
    const auto read = JobUpdate::fromJson(compactJson(update.toJson()));
    QVERIFY(read.isOk());
    QVERIFY(*read == update);
    QCOMPARE(update.toJson().value("checksum"_L1).toString(), u"crc32:0000abcd"_s);
}

void JobUpdateTest::readsStockRunners_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<UpdateState>("state");
    QTest::newRow("11.3") << R"({"token":"t","state":"success","failure_reason":""})"_ba
                          << UpdateState::Success;
    QTest::newRow("14.7")
        << R"({"info":{"name":"gitlab-runner","features":{"variables":true},"config":{"gpus":""}},
              "token":"t","state":"failed","failure_reason":"script_failure",
              "checksum":"crc32:6e419b64","output":{"checksum":"crc32:6e419b64","bytesize":877},
              "exit_code":3})"_ba
        << UpdateState::Failed;
    QTest::newRow("a reason from the future")
        << R"({"state":"failed","failure_reason":"eaten_by_dog"})"_ba << UpdateState::Failed;
    QTest::newRow("another kind of checksum")
        << R"({"state":"running","output":{"checksum":"sha256:ff"}})"_ba << UpdateState::Running;
}

void JobUpdateTest::readsStockRunners()
{
    QFETCH(QByteArray, text);
    QFETCH(UpdateState, state);
    const auto read = JobUpdate::fromJson(text);
    QVERIFY(read.isOk());
    QCOMPARE(read->state, state);
}

void JobUpdateTest::refusesBadUpdates_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("no state") << R"({"token":"t"})"_ba;
    QTest::newRow("unknown state") << R"({"state":"exploded"})"_ba;
    QTest::newRow("a negative size") << R"({"state":"failed","output":{"bytesize":-1}})"_ba;
    QTest::newRow("a huge exit code") << R"({"state":"failed","exit_code":99999999999})"_ba;
    QTest::newRow("a text for the exit code") << R"({"state":"failed","exit_code":"1"})"_ba;
    QTest::newRow("features that are no object") << R"({"state":"failed","info":{"features":1}})"_ba;
    QTest::newRow("not JSON") << "state=failed"_ba;
}

void JobUpdateTest::refusesBadUpdates()
{
    QFETCH(QByteArray, text);
    QVERIFY(!JobUpdate::fromJson(text).isOk());
}

void JobUpdateTest::obeysTheStatusOfAnAnswer_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<UpdateOutcome>("update");
    QTest::addColumn<TraceOutcome>("trace");
    QTest::newRow("200 is success only to a PUT")
        << 200 << UpdateOutcome::Done << TraceOutcome::Failed;
    QTest::newRow("202") << 202 << UpdateOutcome::Incomplete << TraceOutcome::Accepted;
    QTest::newRow("400") << 400 << UpdateOutcome::Failed << TraceOutcome::Failed;
    QTest::newRow("403") << 403 << UpdateOutcome::Aborted << TraceOutcome::Aborted;
    QTest::newRow("404") << 404 << UpdateOutcome::Aborted << TraceOutcome::NotFound;
    QTest::newRow("409") << 409 << UpdateOutcome::Failed << TraceOutcome::Failed;
    QTest::newRow("412") << 412 << UpdateOutcome::LogInvalid << TraceOutcome::Failed;
    QTest::newRow("416") << 416 << UpdateOutcome::Failed << TraceOutcome::RangeMismatch;
    QTest::newRow("503") << 503 << UpdateOutcome::Failed << TraceOutcome::Failed;
}

void JobUpdateTest::obeysTheStatusOfAnAnswer()
{
    QFETCH(int, status);
    QFETCH(UpdateOutcome, update);
    QFETCH(TraceOutcome, trace);
    QCOMPARE(updateOutcome(status), update);
    QCOMPARE(traceOutcome(status), trace);
    QCOMPARE(jobDirective("canceled"), JobDirective::Abort);
    QCOMPARE(jobDirective("failed"), JobDirective::Abort);
    QCOMPARE(jobDirective("canceling"), JobDirective::CancelGracefully);
    QCOMPARE(jobDirective("success"), JobDirective::Continue);
    QCOMPARE(jobDirective("nonsense"), JobDirective::Continue);
}

void JobUpdateTest::readsIntervals()
{
    using std::chrono::seconds;
    QVERIFY(traceInterval("3") == seconds(3));
    QVERIFY(traceInterval("86400") == seconds(900));
    QVERIFY(!traceInterval("0"));
    QVERIFY(!traceInterval("-3"));
    QVERIFY(!traceInterval("3.5"));
    QVERIFY(!traceInterval(""));
}

void JobUpdateTest::readsContentRanges_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<qint64>("start");
    QTest::newRow("from the beginning") << "0-876"_ba << qint64(0);
    QTest::newRow("further on") << "877-877"_ba << qint64(877);
    QTest::newRow("an end one too small (empty piece)") << "10-9"_ba << qint64(10);
    QTest::newRow("backwards") << "10-8"_ba << qint64(-1);
    QTest::newRow("a unit") << "bytes 0-1"_ba << qint64(-1);
    QTest::newRow("a total") << "0-1/2"_ba << qint64(-1);
    QTest::newRow("a sign") << "+0-1"_ba << qint64(-1);
    QTest::newRow("minus") << "-1-1"_ba << qint64(-1);
    QTest::newRow("one number") << "5"_ba << qint64(-1);
    QTest::newRow("no end") << "5-"_ba << qint64(-1);
    QTest::newRow("past 63 bits") << "9999999999999999999-9999999999999999999"_ba << qint64(-1);
    QTest::newRow("empty") << ""_ba << qint64(-1);
}

void JobUpdateTest::readsContentRanges()
{
    QFETCH(QByteArray, header);
    QFETCH(qint64, start);
    const auto range = parseContentRange(header);
    QCOMPARE(range ? range->start : -1, start);
}

void JobUpdateTest::writesRanges()
{
    QCOMPARE(contentRange(0, 877), "0-876"_ba);
    QCOMPARE(heldRange(877), "0-877"_ba);
    QCOMPARE(parseHeldSize("0-877").value_or(-1), 877);
    QVERIFY(!parseHeldSize("877"));
    QVERIFY(!parseHeldSize("0-x"));
}

void JobUpdateTest::readsChecksums()
{
    QCOMPARE(parseTraceChecksum("crc32:6e419b64").value_or(0), 0x6e419b64U);
    QVERIFY(!parseTraceChecksum("crc32:6E419B64"));
    QVERIFY(!parseTraceChecksum("crc32:6e419b6"));
    QVERIFY(!parseTraceChecksum("6e419b64"));
}

void JobUpdateTest::requestsGoThereAndBack()
{
    JobRequest request;
    request.token = Secret("r"_ba);
    request.systemId = u"s_0123456789ab"_s;
    request.info.executor = u"shell"_s;
    request.info.labels.insert(u"zone"_s, u"a"_s);
    request.info.features.capstanChannel = true;
    request.lastUpdate = "abc"_ba;
    request.session = RunnerSession {u"https://r/session/1"_s, u"PEM"_s, Secret("x"_ba)};
    const auto read = JobRequest::fromJson(compactJson(request.toJson()));
    QVERIFY(read.isOk());
    QVERIFY(*read == request);
    QVERIFY(!JobRequest::fromJson(R"({"token":1})").isOk());
    QVERIFY(!JobRequest::fromJson(R"({"info":{"labels":{"a":1}}})").isOk());
    QVERIFY(JobRequest::fromJson("{}").isOk());
}

void JobUpdateTest::checksSystemIds_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("isOne");
    QTest::newRow("of a machine") << u"s_0123456789ab"_s << true;
    QTest::newRow("random") << u"r_abcDEF123456"_s << true;
    QTest::newRow("another letter") << u"x_0123456789ab"_s << false;
    QTest::newRow("short") << u"s_0123456789a"_s << false;
    QTest::newRow("a path") << u"s_../../../../a"_s << false;
    QTest::newRow("letters of other alphabets") << u"s_0123456789äb"_s << false;
}

void JobUpdateTest::checksSystemIds()
{
    QFETCH(QString, text);
    QFETCH(bool, isOne);
    QCOMPARE(isSystemId(text), isOne);
}

void JobUpdateTest::everyFeatureHasItsOwnWord()
{
    QSet<QString> words;
    for (const RunnerFeatureName &row : RunnerFeatureNames) {
        words.insert(row.key);
        RunnerFeatures features;
        features.*row.member = true;
        const auto read = decodeObject<RunnerFeatures>(features.toJson());
        QVERIFY(read.isOk());
        QVERIFY2(*read == features, row.key.data());
    }
    QCOMPARE(words.size(), qsizetype(RunnerFeatureNames.size()));
}

void JobUpdateTest::registrationsGoThereAndBack()
{
    RunnerRegistration registration;
    registration.token = Secret("reg"_ba);
    registration.description = u"d"_s;
    registration.tags = {u"a"_s, u"b c"_s};
    registration.runUntagged = true;
    registration.locked = true;
    registration.paused = true;
    registration.maximumTimeoutSeconds = 600;
    registration.accessLevel = u"ref_protected"_s;
    registration.maintenanceNote = u"n"_s;
    const auto read = RunnerRegistration::fromJson(compactJson(registration.toJson()));
    QVERIFY(read.isOk());
    QVERIFY(*read == registration);
    const RunnerCredentials credentials {12, Secret("tok"_ba), u"2027-01-31T12:00:00Z"_s};
    QVERIFY(*RunnerCredentials::fromJson(compactJson(credentials.toJson())) == credentials);
    const RunnerIdentity identity {Secret("tok"_ba), u"s_0123456789ab"_s};
    QVERIFY(*RunnerIdentity::fromJson(compactJson(identity.toJson())) == identity);
}

void JobUpdateTest::registrationsReadOldForms()
{
    const auto read = RunnerRegistration::fromJson(
        R"({"token":"r","active":false,"tag_list":[" a ","a",""],"maintainer_note":"n"})");
    QVERIFY(read.isOk());
    QVERIFY(read->paused);
    QCOMPARE(read->tags, QStringList {u"a"_s});
    QCOMPARE(read->maintenanceNote, u"n"_s);
    QVERIFY(!read->runUntagged);
    QVERIFY(RunnerRegistration::fromJson(R"({"token":"r"})")->runUntagged);
    QVERIFY(!RunnerRegistration::fromJson(R"({"maximum_timeout":-1})").isOk());
}

CAPSTAN_TEST(JobUpdateTest)
#include "tst_jobupdate.moc"
