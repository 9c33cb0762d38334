// SPDX-License-Identifier: MIT
#include "coordinator/app/backup.h"
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <QThread>

#include <atomic>
#include <functional>
#include <optional>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

/// Backups of a coordinator at work, and what comes back of them.
class BackupTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_fixture.reset(); }

    void everythingComesBack();
    void refusesWhatIsNoBackup();
    void refusesToOverwrite();

private:
    QJsonObject request();
    HttpAnswer tell(const QJsonObject &job, const QByteArray &method, const QByteArray &rest,
                    const QByteArray &body, const QList<std::pair<QByteArray, QByteArray>> &more = {});
    /// As the command line does it, beside the coordinator; turns the loop with `meanwhile`.
    Result<app::BackupReport> backUp(const QString &folder, const std::function<void()> &meanwhile = {});

    std::unique_ptr<CoordinatorFixture> m_fixture;
    QTemporaryDir m_folder;
    int m_count = 0;
};

void BackupTest::init()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
}

static QByteArray bodyOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject BackupTest::request()
{
    net::Headers headers;
    headers.add("Content-Type"_ba, "application/json"_ba);
    const QString registration = QString::fromLatin1(CoordinatorFixture::RegistrationToken);
    const QJsonObject runner
        = m_fixture->send({"POST", "/api/v4/runners",
                           bodyOf({{u"token"_s, registration}, {u"run_untagged"_s, true}}), headers})
              .object();
    const QJsonObject features {{u"trace_reset"_s, true}, {u"refspecs"_s, true}};
    return m_fixture->send({"POST", "/api/v4/jobs/request",
                            bodyOf({{u"token"_s, runner.value("token"_L1)},
                                     {u"info"_s, QJsonObject {{u"features"_s, features}}}}),
                            headers})
        .object();
}

HttpAnswer BackupTest::tell(const QJsonObject &job, const QByteArray &method, const QByteArray &rest,
                            const QByteArray &body,
                            const QList<std::pair<QByteArray, QByteArray>> &more)
{
    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, job.value("token"_L1).toString().toLatin1());
    for (const auto &[name, value] : more) {
        headers.add(name, value);
    }
    const QByteArray id = QByteArray::number(job.value("id"_L1).toInteger());
    return m_fixture->send({method, "/api/v4/jobs/" + id + rest, body, headers});
}

Result<app::BackupReport> BackupTest::backUp(const QString &folder,
                                             const std::function<void()> &meanwhile)
{
    std::optional<Result<app::BackupReport>> made;
    std::atomic<bool> isOver = false;
    const QString data = m_fixture->dataDirectory();
    const std::unique_ptr<QThread> worker(QThread::create([&] {
        const Result<app::DataDirectory> directory = app::DataDirectory::visit(data);
        auto database = db::Database::open(data + "/capstan.db"_L1);
        made.emplace(app::backUp(*directory, **database, folder));
        isOver = true;
    }));
    worker->start();
    do {
        if (meanwhile) {
            meanwhile();
        }
        QCoreApplication::processEvents();
    } while (!isOver);
    worker->wait();
    return *made;
}

void BackupTest::everythingComesBack()
{
    const qint64 id = m_fixture->newProject(u"kept"_s);
    const QByteArray project = "/projects/" + QByteArray::number(id);
    QVERIFY(m_fixture->push(u"root/kept"_s, {{u".gitlab-ci.yml"_s, "one: {script: [x], artifacts: {paths: [a]}}\n"
                                                                   "two: {script: [x]}\n"}})
                .isEmpty());
    QVERIFY(m_fixture->push(u"root/kept"_s, {}, u"main:refs/heads/tmp"_s).isEmpty());
    QVERIFY(!m_fixture->waitForPipeline(id).isEmpty());
    QCOMPARE(m_fixture->api("POST", project + "/variables",
                            {{u"key"_s, u"SECRET"_s}, {u"value"_s, u"sealed value"_s}}).status, 201);
    const QJsonObject ended = request();
    QCOMPARE(tell(ended, "PATCH", "/trace", "the log\n", {{"Content-Range", "0-7"}}).status, 202);
    QCOMPARE(tell(ended, "POST", "/artifacts?artifact_format=raw&artifact_type=junit",
                  "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xml\"\r\n\r\n"
                  "<testsuite/>\r\n--b--\r\n",
                  {{"Content-Type", "multipart/form-data; boundary=b"}}).status, 201);
    QCOMPARE(tell(ended, "PUT", "", bodyOf({{u"token"_s, ended.value("token"_L1)}, {u"state"_s, u"success"_s}}),
                  {{"Content-Type", "application/json"}}).status, 200);
    const QJsonObject running = request();
    QVERIFY(!running.isEmpty());
    QCOMPARE(tell(running, "PATCH", "/trace", "begun\n", {{"Content-Range", "0-5"}}).status, 202);

    const QString backup = m_folder.filePath(u"backup"_s);
    const Result<app::BackupReport> made = backUp(backup, [this] {
        const QByteArray content = QByteArray::number(++m_count);
        QVERIFY(m_fixture->push(u"root/kept"_s, {{u"busy.txt"_s, content}}).isEmpty());
    });
    QVERIFY2(made, made ? "" : qPrintable(made.error().detail));
    QCOMPARE(made->repositories, 1);
    const QString place = m_folder.filePath(u"elsewhere"_s);
    const Result<void> restored = app::restoreBackup(backup, place);
    QVERIFY2(restored, restored ? "" : qPrintable(restored.error().detail));
    const QFileDevice::Permissions others = QFile::ReadGroup | QFile::ReadOther;
    QVERIFY(!(QFile::permissions(place + "/secret.key"_L1) & others));

    m_fixture->restartOn(place);
    QVERIFY(m_fixture->isUp());
    const auto jobPath = [&](const QJsonObject &job) {
        return project + "/jobs/" + QByteArray::number(job.value("id"_L1).toInteger());
    };
    QCOMPARE(m_fixture->api("GET", jobPath(ended) + "/trace").body, QByteArray("the log\n"));
    const QJsonObject shown = m_fixture->api("GET", jobPath(ended)).object();
    QCOMPARE(shown.value("status"_L1).toString(), u"success"_s);
    QCOMPARE(shown.value("artifacts"_L1).toArray().size(), 1);
    const QByteArray pipeline = QByteArray::number(
        shown.value("pipeline"_L1).toObject().value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("GET", project + "/pipelines/" + pipeline + "/test_report").status, 200);
    QCOMPARE(m_fixture->api("GET", project + "/variables/SECRET").object().value("value"_L1).toString(),
             u"sealed value"_s);
    QCOMPARE(m_fixture->api("GET", project + "/repository/branches").array().size(), 2);
    // The job goes on where its runner finds the coordinator again.
    QCOMPARE(m_fixture->api("GET", jobPath(running)).object().value("status"_L1).toString(), u"running"_s);
    QCOMPARE(tell(running, "PATCH", "/trace", "and on\n", {{"Content-Range", "6-12"}}).status, 202);
    QCOMPARE(m_fixture->api("GET", jobPath(running) + "/trace").body, QByteArray("begun\nand on\n"));
    // Every pipeline's commit is there, those that came during the backup too.
    for (const QJsonValue &each : m_fixture->api("GET", project + "/pipelines?per_page=100").array()) {
        const QByteArray sha = each.toObject().value("sha"_L1).toString().toLatin1();
        QCOMPARE(m_fixture->api("GET", project + "/repository/commits/" + sha).status, 200);
    }
    QVERIFY(m_fixture->push(u"root/kept"_s, {{u"after.txt"_s, "x"}}).isEmpty());
}

void BackupTest::refusesWhatIsNoBackup()
{
    const QString folder = m_folder.filePath(u"half"_s);
    QVERIFY(backUp(folder).isOk());
    QVERIFY(QFile::remove(folder + "/backup.json"_L1));
    const QString place = m_folder.filePath(u"place"_s);
    QCOMPARE(app::restoreBackup(folder, place).error().kind, ErrorKind::Invalid);
    QFile newer(folder + "/backup.json"_L1);
    QVERIFY(newer.open(QIODevice::WriteOnly));
    newer.write("{\"format\": 1, \"schema\": 100000}");
    newer.close();
    QCOMPARE(app::restoreBackup(folder, place).error().kind, ErrorKind::Invalid);
    QCOMPARE(app::restoreBackup(m_folder.filePath(u"nothing"_s), place).error().kind, ErrorKind::Invalid);
    QVERIFY(!QFile::exists(place));
}

void BackupTest::refusesToOverwrite()
{
    const QString folder = m_folder.filePath(u"again"_s);
    QVERIFY(backUp(folder).isOk());
    QCOMPARE(backUp(folder).error().kind, ErrorKind::Conflict);
    QCOMPARE(backUp(m_fixture->dataDirectory() + "/inside"_L1).error().kind, ErrorKind::Invalid);
    QCOMPARE(app::restoreBackup(folder, m_fixture->dataDirectory()).error().kind, ErrorKind::Conflict);
}

CAPSTAN_TEST(BackupTest)
#include "tst_backup.moc"
