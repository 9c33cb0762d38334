// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

// How runners come and go (reference of the runner API, 2), against a whole coordinator.
class RegistrationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void registersVerifiesAndUnregisters();
    void registersByForm();
    void listsTheRunnersThatTheCallerMaySee();
    void saysThatItIsNoRouter();

private:
    QByteArray registerRunner();
    static QByteArray jsonOf(const QJsonObject &object);
    static net::Headers json();

    std::unique_ptr<CoordinatorFixture> m_fixture;
};

net::Headers RegistrationTest::json()
{
    net::Headers headers;
    headers.add("Content-Type"_ba, "application/json"_ba);
    return headers;
}

void RegistrationTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
}

void RegistrationTest::cleanupTestCase()
{
    m_fixture.reset();
}

QByteArray RegistrationTest::jsonOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray RegistrationTest::registerRunner()
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

void RegistrationTest::registersVerifiesAndUnregisters()
{
    const QByteArray token = registerRunner();
    QVERIFY(token.size() >= 20);
    const QByteArray identity = jsonOf({{u"token"_s, QString::fromLatin1(token)}});
    const HttpAnswer verified =
        m_fixture->send({"POST", "/api/v4/runners/verify", identity, json()});
    QCOMPARE(verified.status, 200);
    QVERIFY(verified.object().value("id"_L1).toInteger() > 0);
    QCOMPARE(verified.headers.value("content-type", {}), QByteArray("application/json"));

    const HttpAnswer fresh =
        m_fixture->send({"POST", "/api/v4/runners/reset_authentication_token", identity, json()});
    QCOMPARE(fresh.status, 201);
    QCOMPARE(m_fixture->send({"POST", "/api/v4/runners/verify", identity, json()}).status, 403);

    // A body on a DELETE (reference, 2.4).
    const QByteArray newIdentity = jsonOf({{u"token"_s, fresh.object().value("token"_L1)}});
    QCOMPARE(m_fixture->send({"DELETE", "/api/v4/runners", newIdentity, json()}).status, 204);
    QCOMPARE(m_fixture->send({"DELETE", "/api/v4/runners", newIdentity, json()}).status, 403);
    QCOMPARE(m_fixture
                 ->send({"POST",
                         "/api/v4/runners",
                         jsonOf({{u"token"_s, u"wrong"_s}, {u"description"_s, u"x"_s}}),
                         json()})
                 .status,
             403);
}

void RegistrationTest::registersByForm()
{
    net::Headers form;
    form.add("Content-Type"_ba, "application/x-www-form-urlencoded"_ba);
    const HttpAnswer made =
        m_fixture->send({"POST",
                         "/api/v4/runners",
                         "token=" + CoordinatorFixture::RegistrationToken
                             + "&description=by%20form&tag_list=a,b&run_untagged=true",
                         form});
    QCOMPARE(made.status, 201);
    const QByteArray id = QByteArray::number(made.object().value("id"_L1).toInteger());
    const QJsonObject runner = m_fixture->api("GET", "/runners/" + id).object();
    QCOMPARE(runner.value("description"_L1).toString(), u"by form"_s);
    QCOMPARE(runner.value("tag_list"_L1).toArray().size(), 2);
    QCOMPARE(runner.value("status"_L1).toString(), u"never_contacted"_s);
}

void RegistrationTest::listsTheRunnersThatTheCallerMaySee()
{
    const QByteArray developer = m_fixture->newUser(u"developer"_s);
    const qint64 mine = m_fixture->newProject(u"mine"_s);
    for (const qint64 project : {mine, mine, m_fixture->newProject(u"others"_s)}) {
        QCOMPARE(m_fixture
                     ->api("POST",
                           "/user/runners",
                           {{u"runner_type"_s, u"project_type"_s}, {u"project_id"_s, project}})
                     .status,
                 201);
    }
    registerRunner();
    const auto seenBy = [this](const QByteArray &token) {
        const HttpAnswer answer = m_fixture->with(token, "GET", "/api/v4/runners");
        return answer.status == 200 ? answer.array().size() : -answer.status;
    };
    QCOMPARE(seenBy(developer), 0);
    QCOMPARE(m_fixture
                 ->api("POST",
                       "/projects/" + QByteArray::number(mine) + "/members",
                       {{u"username"_s, u"developer"_s}, {u"access_level"_s, 30}})
                 .status,
             201);
    QCOMPARE(seenBy(developer), 2);
    QVERIFY(seenBy(CoordinatorFixture::RootToken) >= 4);
}

void RegistrationTest::saysThatItIsNoRouter()
{
    net::Headers headers;
    headers.add("RUNNER-TOKEN"_ba, registerRunner());
    QCOMPARE(m_fixture->send({"GET", "/api/v4/runners/router/discovery", {}, headers}).status, 501);
}

CAPSTAN_TEST(RegistrationTest)
#include "tst_registration.moc"
