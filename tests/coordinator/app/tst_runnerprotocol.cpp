// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QDirIterator>
#include <QTest>

#include <zlib.h>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

// What a stock runner sends and relies on (reference of the runner API; the numbers in comments are
// those of the facts in the recordings), against a whole coordinator.
class RunnerProtocolTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void livesAJobsLife();
    void answersAHeldRequestWhenAJobIsReady();
    void namesTheSizeHeld();
    void refusesOtherTokens();
    void refusesMalformedMessages_data();
    void refusesMalformedMessages();
    void tellsOfACancel();
    void storesAndServesArtifacts();
    void refusesBrokenUploads_data();
    void refusesBrokenUploads();
    void aJobsTokenListsNoPrivateProjects();
    void survivesARestart();

private:
    QByteArray registerRunner();
    /// Makes a pipeline with one job and takes it; the payload.
    QJsonObject takeJob(const QByteArray &config = "job: {script: [echo hi]}\n");
    HttpAnswer patch(const QJsonObject &job, qint64 start, const QByteArray &bytes);
    HttpAnswer put(const QJsonObject &job, QJsonObject body);
    QJsonObject restJob(const QJsonObject &job);
    static QByteArray path(const QJsonObject &job, const QByteArray &rest = {});
    static QByteArray jsonOf(const QJsonObject &object);
    HttpAnswer upload(const QJsonObject &job, const QByteArray &body, const QByteArray &query = {});

    std::unique_ptr<CoordinatorFixture> m_fixture;
    qint64 m_project = 0;
};

namespace {

net::Headers json()
{
    net::Headers headers;
    headers.add("Content-Type"_ba, "application/json"_ba);
    return headers;
}

QByteArray tokenOf(const QJsonObject &job)
{
    return job.value("token"_L1).toString().toLatin1();
}

QByteArray checksum(const QByteArray &log)
{
    const auto crc = ::crc32(0, reinterpret_cast<const Bytef *>(log.constData()), uInt(log.size()));
    return "crc32:" + QByteArray::number(qulonglong(crc), 16).rightJustified(8, '0');
}

QByteArray multipart(const QByteArray &bytes)
{
    return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"artifacts.zip\"\r\n"
           "Content-Type: application/octet-stream\r\n\r\n"
        + bytes + "\r\n--b--\r\n";
}

} // namespace

void RunnerProtocolTest::init()
{
    app::Settings settings;
    settings.longPollTime = std::chrono::seconds(1);
    m_fixture = std::make_unique<CoordinatorFixture>(settings);
    QVERIFY(m_fixture->isUp());
    m_project = m_fixture->newProject(u"sample"_s);
}

void RunnerProtocolTest::cleanup()
{
    m_fixture.reset();
}

QByteArray RunnerProtocolTest::jsonOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray RunnerProtocolTest::path(const QJsonObject &job, const QByteArray &rest)
{
    return "/api/v4/jobs/" + QByteArray::number(job.value("id"_L1).toInteger()) + rest;
}

QByteArray RunnerProtocolTest::registerRunner()
{
    const HttpAnswer made = m_fixture->send(
        {"POST",
         "/api/v4/runners",
         jsonOf({{u"token"_s, QString::fromLatin1(CoordinatorFixture::RegistrationToken)},
                 {u"description"_s, u"test"_s},
                 {u"run_untagged"_s, true}}),
         json()});
    return made.status == 201 ? made.object().value("token"_L1).toString().toLatin1()
                              : QByteArray();
}

QJsonObject RunnerProtocolTest::takeJob(const QByteArray &config)
{
    if (!m_fixture->push(u"root/sample"_s, {{u".gitlab-ci.yml"_s, config}}).isEmpty()
        || m_fixture->waitForPipeline(m_project).isEmpty()) {
        return {};
    }
    const HttpAnswer taken =
        m_fixture->send({"POST",
                         "/api/v4/jobs/request",
                         jsonOf({{u"token"_s, QString::fromLatin1(registerRunner())},
                                 {u"info"_s,
                                  QJsonObject {{u"features"_s,
                                                QJsonObject {{u"trace_reset"_s, true},
                                                             {u"refspecs"_s, true},
                                                             {u"cancel_gracefully"_s, true}}}}}}),
                         json()});
    return taken.status == 201 ? taken.object() : QJsonObject();
}

HttpAnswer RunnerProtocolTest::patch(const QJsonObject &job, qint64 start, const QByteArray &bytes)
{
    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, tokenOf(job));
    headers.add("Content-Type"_ba, "text/plain"_ba);
    headers.add("Content-Range"_ba,
                QByteArray::number(start) + '-' + QByteArray::number(start + bytes.size() - 1));
    return m_fixture->send({"PATCH", path(job, "/trace?debug_trace=false"), bytes, headers});
}

HttpAnswer RunnerProtocolTest::put(const QJsonObject &job, QJsonObject body)
{
    body.insert(u"token"_s, job.value("token"_L1));
    return m_fixture->send({"PUT", path(job), jsonOf(body), json()});
}

QJsonObject RunnerProtocolTest::restJob(const QJsonObject &job)
{
    return m_fixture
        ->api("GET",
              "/projects/" + QByteArray::number(m_project) + "/jobs/"
                  + QByteArray::number(job.value("id"_L1).toInteger()))
        .object();
}

HttpAnswer
RunnerProtocolTest::upload(const QJsonObject &job, const QByteArray &body, const QByteArray &query)
{
    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, tokenOf(job));
    headers.add("Content-Type"_ba, "multipart/form-data; boundary=b"_ba);
    return m_fixture->send({"POST", path(job, "/artifacts" + query), body, headers});
}

void RunnerProtocolTest::livesAJobsLife()
{
    const QJsonObject job = takeJob();
    QVERIFY(!job.isEmpty());
    QCOMPARE(job.value("job_info"_L1).toObject().value("name"_L1).toString(), u"job"_s);
    QVERIFY(job.value("git_info"_L1)
                .toObject()
                .value("repo_url"_L1)
                .toString()
                .contains("gitlab-ci-token:"_L1));

    // Only 202 is success; Range names the bytes held (21).
    const QByteArray log = "hello\nworld\n";
    const HttpAnswer first = patch(job, 0, log.left(6));
    QCOMPARE(first.status, 202);
    QCOMPARE(first.headers.value("Range", {}), QByteArray("0-6"));
    QCOMPARE(first.headers.value("Job-Status", {}), QByteArray("running"));
    QCOMPARE(patch(job, 6, log.mid(6)).headers.value("Range", {}), QByteArray("0-12"));
    QCOMPARE(restJob(job).value("status"_L1).toString(), u"running"_s);

    const HttpAnswer last = put(job,
                                {{u"state"_s, u"success"_s},
                                 {u"output"_s,
                                  QJsonObject {{u"checksum"_s, QString::fromLatin1(checksum(log))},
                                               {u"bytesize"_s, log.size()}}}});
    QCOMPARE(last.status, 200);
    QCOMPARE(restJob(job).value("status"_L1).toString(), u"success"_s);
    QCOMPARE(m_fixture->waitForPipeline(m_project, u"success"_s).value("status"_L1).toString(),
             u"success"_s);

    const QByteArray trace = "/projects/" + QByteArray::number(m_project) + "/jobs/"
        + QByteArray::number(job.value("id"_L1).toInteger()) + "/trace";
    QCOMPARE(m_fixture->api("GET", trace).body, log);
    Ask part {"GET", "/api/v4" + trace, {}, tokenHeader(CoordinatorFixture::RootToken)};
    part.headers.add("Range"_ba, "bytes=6-"_ba);
    const HttpAnswer tail = m_fixture->send(part);
    QCOMPARE(tail.status, 206);
    QCOMPARE(tail.body, QByteArray("world\n"));
    QCOMPARE(tail.headers.value("X-Capstan-Trace-Size", {}), QByteArray("12"));

    // A repeated final word and late log are refused, with the state (31).
    QCOMPARE(put(job, {{u"state"_s, u"success"_s}}).status, 403);
    QCOMPARE(patch(job, 12, "late").status, 403);
}

void RunnerProtocolTest::answersAHeldRequestWhenAJobIsReady()
{
    const QByteArray token = registerRunner();
    const QByteArray ask = jsonOf({{u"token"_s, QString::fromLatin1(token)}});
    // Nothing to do: 204 after the long poll, with a value to echo (12).
    const HttpAnswer nothing = m_fixture->send({"POST", "/api/v4/jobs/request", ask, json()});
    QCOMPARE(nothing.status, 204);
    QVERIFY(!nothing.headers.value("X-GitLab-Last-Update", {}).isEmpty());

    std::optional<HttpAnswer> held;
    m_fixture->sendLater({"POST", "/api/v4/jobs/request", ask, json()},
                         [&held](const HttpAnswer &answer) { held = answer; });
    QVERIFY(m_fixture->push(u"root/sample"_s, {{u".gitlab-ci.yml"_s, "job: {script: [a]}\n"}})
                .isEmpty());
    // The push may take longer than the long poll: then a second request gets the job.
    QTRY_VERIFY(held.has_value());
    if (held->status == 204) {
        held = m_fixture->send({"POST", "/api/v4/jobs/request", ask, json()});
    }
    QCOMPARE(held->status, 201);
}

void RunnerProtocolTest::namesTheSizeHeld()
{
    const QJsonObject job = takeJob();
    QCOMPARE(patch(job, 0, "0123456789").status, 202);
    // Beyond the end: 416 with the size (24).
    const HttpAnswer beyond = patch(job, 20, "x");
    QCOMPARE(beyond.status, 416);
    QCOMPARE(beyond.headers.value("Range", {}), QByteArray("0-10"));
    // An overlap appends only what is new (26).
    const HttpAnswer overlap = patch(job, 5, "56789abc");
    QCOMPARE(overlap.status, 202);
    QCOMPARE(overlap.headers.value("Range", {}), QByteArray("0-13"));
}

void RunnerProtocolTest::refusesOtherTokens()
{
    const QJsonObject job = takeJob();
    QJsonObject other = job;
    other.insert(u"token"_s, u"somebody-elses-token"_s);
    QCOMPARE(patch(other, 0, "x").status, 403);
    QCOMPARE(put(other, {{u"state"_s, u"failed"_s}}).status, 403);
    QCOMPARE(upload(other, multipart("x")).status, 403);
    QCOMPARE(restJob(job).value("status"_L1).toString(), u"running"_s);

    // A job's token is nobody's user token.
    QCOMPARE(m_fixture->with(tokenOf(job), "GET", "/api/v4/user").status, 401);
    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, tokenOf(job));
    QCOMPARE(m_fixture->send({"GET", "/api/v4/job", {}, headers}).status, 200);
    QCOMPARE(m_fixture->send({"GET", "/api/v4/users", {}, headers}).status, 401);
}

void RunnerProtocolTest::refusesMalformedMessages_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("range");
    const QByteArray request = "/api/v4/jobs/request";
    QTest::newRow("no JSON") << QByteArray("POST") << request << QByteArray("hello")
                             << QByteArray();
    QTest::newRow("a list") << QByteArray("POST") << request << QByteArray("[]") << QByteArray();
    QTest::newRow("a token of another type")
        << QByteArray("POST") << request << QByteArray("{\"token\":1}") << QByteArray();
    QTest::newRow("deep JSON") << QByteArray("POST") << request << QByteArray(50'000, '[')
                               << QByteArray();
    QTest::newRow("a state that does not exist")
        << QByteArray("PUT") << QByteArray("/api/v4/jobs/1") << QByteArray("{\"state\":\"odd\"}")
        << QByteArray();
    QTest::newRow("a piece of log without its place")
        << QByteArray("PATCH") << QByteArray("/api/v4/jobs/1/trace") << QByteArray("x")
        << QByteArray();
    QTest::newRow("a negative place") << QByteArray("PATCH") << QByteArray("/api/v4/jobs/1/trace")
                                      << QByteArray("x") << QByteArray("-1-2");
    QTest::newRow("a unit") << QByteArray("PATCH") << QByteArray("/api/v4/jobs/1/trace")
                            << QByteArray("x") << QByteArray("bytes 0-0/1");
}

void RunnerProtocolTest::refusesMalformedMessages()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, range);
    net::Headers headers = json();
    headers.add("JOB-TOKEN"_ba, "x"_ba);
    if (!range.isEmpty()) {
        headers.add("Content-Range"_ba, range);
    }
    QCOMPARE(m_fixture->send({method, target, body, headers}).status, 400);
}

void RunnerProtocolTest::tellsOfACancel()
{
    const QJsonObject job = takeJob();
    QCOMPARE(patch(job, 0, "begun\n").status, 202);
    const QByteArray cancel = "/projects/" + QByteArray::number(m_project) + "/jobs/"
        + QByteArray::number(job.value("id"_L1).toInteger()) + "/cancel";
    QCOMPARE(m_fixture->api("POST", cancel).status, 201);
    const HttpAnswer told = patch(job, 6, "still\n");
    QCOMPARE(told.status, 202);
    QCOMPARE(told.headers.value("Job-Status", {}), QByteArray("canceling"));
    // Whatever the final word says, it was canceled.
    QCOMPARE(put(job, {{u"state"_s, u"success"_s}}).status, 200);
    QCOMPARE(restJob(job).value("status"_L1).toString(), u"canceled"_s);
    // A runner that did not hear the answer, or speaks on, learns how it ended; the token opens
    // nothing else any more.
    const HttpAnswer late = patch(job, 0, "more\n");
    QCOMPARE(late.status, 403);
    QCOMPARE(late.headers.value("Job-Status", {}), QByteArray("canceled"));
    const HttpAnswer alive = put(job, {{u"state"_s, u"running"_s}});
    QCOMPARE(alive.status, 403);
    QCOMPARE(alive.headers.value("Job-Status", {}), QByteArray("canceled"));
    net::Headers token;
    token.add("JOB-TOKEN"_ba, tokenOf(job));
    QCOMPARE(m_fixture->send({"GET", "/api/v4/job", {}, token}).status, 401);
}

void RunnerProtocolTest::storesAndServesArtifacts()
{
    const QJsonObject job = takeJob("job: {script: [a], artifacts: {paths: [out]}}\n");
    const QByteArray bytes = QByteArray("PK\x05\x06", 4) + QByteArray(18, '\0'); // An empty zip.
    QCOMPARE(upload(job, multipart(bytes), "?artifact_format=zip&artifact_type=archive&expire_in=3600").status,
             201);
    QCOMPARE(upload(job, multipart(bytes)).status, 201); // The same again.
    QCOMPARE(upload(job, multipart("another")).status, 400);

    // A power cut may take the file's name and leave the row: the next upload brings it back.
    QDirIterator files(m_fixture->dataDirectory() + u"/artifacts"_s, QDir::Files,
                       QDirIterator::Subdirectories);
    QVERIFY(files.hasNext());
    QVERIFY(QFile::remove(files.next()));
    QVERIFY(!files.hasNext());
    QCOMPARE(upload(job, multipart(bytes)).status, 201);

    const QByteArray rest = "/projects/" + QByteArray::number(m_project) + "/jobs/"
        + QByteArray::number(job.value("id"_L1).toInteger()) + "/artifacts";
    QVERIFY(restJob(job).value("actions"_L1).toArray().contains(u"keep"_s));
    QCOMPARE(m_fixture->api("POST", rest + "/keep").status, 200);
    QVERIFY(!restJob(job).value("actions"_L1).toArray().contains(u"keep"_s));
    const HttpAnswer got = m_fixture->api("GET", rest);
    QCOMPARE(got.status, 200);
    QCOMPARE(got.body, bytes);
    QVERIFY(got.headers.value("Content-Disposition", {}).startsWith("attachment"));
    QCOMPARE(got.headers.value("X-Content-Type-Options", {}), QByteArray("nosniff"));
    QVERIFY(got.headers.value("Content-Security-Policy", {}).contains("sandbox"));
    QCOMPARE(m_fixture->api("GET", rest + "/tree").array().size(), 0);
    QCOMPARE(m_fixture->api("GET", rest + "/../../etc/passwd").status, 404);

    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, tokenOf(job));
    QCOMPARE(
        m_fixture->send({"GET", path(job, "/artifacts?direct_download=true"), {}, headers}).body,
        bytes);
}

void RunnerProtocolTest::refusesBrokenUploads_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("query");
    QTest::newRow("no boundary at all") << QByteArray("hello") << QByteArray();
    QTest::newRow("no file") << QByteArray(
        "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ny"
        "\r\n--b--\r\n") << QByteArray();
    QTest::newRow("cut short") << multipart("abc").chopped(8) << QByteArray();
    QTest::newRow("an unknown type") << multipart("abc") << QByteArray("?artifact_type=odd");
    QTest::newRow("an unknown format") << multipart("abc") << QByteArray("?artifact_format=odd");
    QTest::newRow("an empty body") << QByteArray() << QByteArray();
}

void RunnerProtocolTest::refusesBrokenUploads()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, query);
    const QJsonObject job = takeJob();
    const HttpAnswer refused = upload(job, body, query);
    QVERIFY2(refused.status == 400, QByteArray::number(refused.status).constData());
    QVERIFY(restJob(job).value("artifacts"_L1).toArray().isEmpty());
}

void RunnerProtocolTest::aJobsTokenListsNoPrivateProjects()
{
    QVERIFY(m_fixture->newProject(u"shown"_s, u"public"_s) > 0);
    const QJsonObject job = takeJob(); // Started by root, who sees everything.
    QVERIFY(!job.isEmpty());
    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, tokenOf(job));
    const HttpAnswer listed = m_fixture->send({"GET", "/api/v4/projects", {}, headers});
    QCOMPARE(listed.status, 200);
    QCOMPARE(listed.array().size(), 1);
    QCOMPARE(listed.array().first().toObject().value("path"_L1).toString(), u"shown"_s);
}

void RunnerProtocolTest::survivesARestart()
{
    const QJsonObject job = takeJob();
    QCOMPARE(patch(job, 0, "before\n").status, 202);
    m_fixture->restart();
    QVERIFY(m_fixture->isUp());
    QCOMPARE(restJob(job).value("status"_L1).toString(), u"running"_s);
    QCOMPARE(patch(job, 7, "after\n").headers.value("Range", {}), QByteArray("0-13"));
    QCOMPARE(put(job,
                 {{u"state"_s, u"failed"_s},
                  {u"failure_reason"_s, u"script_failure"_s},
                  {u"exit_code"_s, 3}})
                 .status,
             200);
    QCOMPARE(restJob(job).value("exit_code"_L1).toInt(), 3);
}

CAPSTAN_TEST(RunnerProtocolTest)
#include "tst_runnerprotocol.moc"
