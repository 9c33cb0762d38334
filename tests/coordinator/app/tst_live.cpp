// SPDX-License-Identifier: MIT
#include "common/net/websocket.h"
#include "common/protocol/liveevent.h"
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::test;

namespace {

/// A program that follows live events with a token.
class LivePage final : public QObject
{
    Q_OBJECT

public:
    LivePage(const CoordinatorFixture &fixture, const QByteArray &token)
    {
        m_client.openWebSocket(
            QUrl::fromEncoded(fixture.url().toEncoded() + "/-/live"),
            tokenHeader(token),
            {protocol::LiveV1.toByteArray()},
            this,
            [this](const Result<net::WebSocket *> &opened) {
                if (!opened) {
                    isClosed = true;
                    return;
                }
                m_socket.reset(*opened);
                connect(m_socket.get(), &net::WebSocket::textReceived, this, [this](const QByteArray &text) {
                    messages.append(QJsonDocument::fromJson(text).object());
                });
                connect(m_socket.get(), &net::WebSocket::closed, this, [this] { isClosed = true; });
                isConnected = true;
            });
    }

    void send(const protocol::LiveRequest &request)
    {
        m_socket->sendText(protocol::encode(request));
    }
    void subscribe(const QByteArray &topic) { send(protocol::LiveSubscribe {topic}); }
    QString lastType() const
    {
        return messages.isEmpty() ? QString() : messages.last().value("type"_L1).toString();
    }

    QList<QJsonObject> messages;
    bool isConnected = false;
    bool isClosed = false;

private:
    net::HttpClient m_client;
    std::unique_ptr<net::WebSocket> m_socket;
};

QByteArray jsonOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// As a runner of its own; the payload.
QJsonObject takeJob(CoordinatorFixture &fixture)
{
    net::Headers json;
    json.add("Content-Type"_ba, "application/json"_ba);
    const QString registration = QString::fromLatin1(CoordinatorFixture::RegistrationToken);
    const HttpAnswer runner =
        fixture.send({"POST",
                      "/api/v4/runners",
                      jsonOf({{u"token"_s, registration}, {u"run_untagged"_s, true}}),
                      json});
    const QJsonObject features {{u"trace_reset"_s, true}, {u"refspecs"_s, true}};
    return fixture
        .send({"POST",
               "/api/v4/jobs/request",
               jsonOf({{u"token"_s, runner.object().value("token"_L1)},
                       {u"info"_s, QJsonObject {{u"features"_s, features}}}}),
               json})
        .object();
}

HttpAnswer appendLog(CoordinatorFixture &fixture, const QJsonObject &job)
{
    net::Headers headers;
    headers.add("JOB-TOKEN"_ba, job.value("token"_L1).toString().toLatin1());
    headers.add("Content-Type"_ba, "text/plain"_ba);
    headers.add("Content-Range"_ba, "0-2"_ba);
    const QByteArray id = QByteArray::number(job.value("id"_L1).toInteger());
    return fixture.send({"PATCH", "/api/v4/jobs/" + id + "/trace", "hi\n", headers});
}

} // namespace

class LiveTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPageEndsWithItsToken();
    void aLogOpenedWhileItsJobWaitsIsSentAsWatched_data();
    void aLogOpenedWhileItsJobWaitsIsSentAsWatched();
};

void LiveTest::aPageEndsWithItsToken()
{
    CoordinatorFixture fixture;
    QVERIFY(fixture.isUp());
    const qint64 project = fixture.newProject(u"watched"_s);
    const QByteArray token = fixture.newUser(u"watcher"_s);
    const QByteArray path = "/projects/" + QByteArray::number(project);
    QCOMPARE(fixture
                 .api("POST",
                      path + "/members",
                      {{u"username"_s, u"watcher"_s}, {u"access_level"_s, 30}})
                 .status,
             201);
    LivePage page(fixture, token);
    QTRY_VERIFY(page.isConnected);
    page.subscribe("project:" + QByteArray::number(project));
    QTRY_COMPARE(page.lastType(), u"subscribed"_s);
    QCOMPARE(fixture.with(token, "DELETE", "/api/v4/personal_access_tokens/self").status, 204);
    QTRY_VERIFY(page.isClosed);
    QCOMPARE(page.lastType(), u"bye"_s);
}

void LiveTest::aLogOpenedWhileItsJobWaitsIsSentAsWatched_data()
{
    QTest::addColumn<bool>("isWatched");
    QTest::addColumn<QByteArray>("interval");
    QTest::newRow("a page waits for it to begin") << true << QByteArray("3");
    QTest::newRow("nobody looks") << false << QByteArray("10");
}

void LiveTest::aLogOpenedWhileItsJobWaitsIsSentAsWatched()
{
    QFETCH(bool, isWatched);
    QFETCH(QByteArray, interval);
    CoordinatorFixture fixture;
    QVERIFY(fixture.isUp());
    const qint64 project = fixture.newProject(u"sample"_s);
    QVERIFY(fixture
                .push(u"root/sample"_s, {{u".gitlab-ci.yml"_s, "job: {script: [echo hi]}\n"}})
                .isEmpty());
    QVERIFY(!fixture.waitForPipeline(project).isEmpty());
    const QJsonArray jobs =
        fixture.api("GET", "/projects/" + QByteArray::number(project) + "/jobs").array();
    const qint64 id = jobs.first().toObject().value("id"_L1).toInteger();
    QVERIFY(id > 0);

    LivePage page(fixture, CoordinatorFixture::RootToken);
    QTRY_VERIFY(page.isConnected);
    if (isWatched) {
        page.send(protocol::LiveTrace {JobId {id}, 0});
    }
    page.subscribe("job:" + QByteArray::number(id)); // Answered behind it.
    QTRY_COMPARE(page.lastType(), u"subscribed"_s);
    const QJsonObject job = takeJob(fixture);
    QCOMPARE(job.value("id"_L1).toInteger(), id);
    QCOMPARE(appendLog(fixture, job).headers.value("X-GitLab-Trace-Update-Interval", {}), interval);
}

CAPSTAN_TEST(LiveTest)
#include "tst_live.moc"
