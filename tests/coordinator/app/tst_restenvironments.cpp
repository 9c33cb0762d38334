// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

/// Environments and deployments over REST.
class RestEnvironmentTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void keepsEnvironments();
    void refusesNonsense_data();
    void refusesNonsense();
    void stopsStaleOnes();
    void needsADeveloper();

private:
    std::unique_ptr<CoordinatorFixture> m_fixture;
    QByteArray m_path;
};

void RestEnvironmentTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
    m_path = "/projects/" + QByteArray::number(m_fixture->newProject(u"places"_s)) + "/environments";
}

void RestEnvironmentTest::cleanupTestCase()
{
    m_fixture.reset();
}

void RestEnvironmentTest::keepsEnvironments()
{
    const HttpAnswer made =
        m_fixture->api("POST",
                       m_path,
                       {{u"name"_s, u"review/one"_s}, {u"external_url"_s, u"https://a.example.test"_s}});
    QCOMPARE(made.status, 201);
    QCOMPARE(made.object().value("tier"_L1).toString(), u"development"_s);
    QCOMPARE(made.object().value("state"_L1).toString(), u"available"_s);
    QVERIFY(made.object().value("slug"_L1).toString().startsWith("review-one"_L1));
    QVERIFY(made.object().value("last_deployment"_L1).isNull());
    QCOMPARE(m_fixture->api("POST", m_path, {{u"name"_s, u"review/one"_s}}).status, 400);
    const QByteArray one =
        m_path + '/' + QByteArray::number(made.object().value("id"_L1).toInteger());
    QCOMPARE(m_fixture->api("GET", m_path + "?search=one&states=available").array().size(), 1);
    QCOMPARE(m_fixture->api("GET", m_path + "?states=stopped").array().size(), 0);
    QCOMPARE(m_fixture->api("PUT", one, {{u"tier"_s, u"staging"_s}}).object().value("tier"_L1).toString(),
             u"staging"_s);
    QCOMPARE(m_fixture->api("DELETE", one).status, 403);
    QCOMPARE(m_fixture->api("POST", one + "/stop").object().value("state"_L1).toString(),
             u"stopped"_s);
    m_fixture->restart();
    QCOMPARE(m_fixture->api("GET", one).object().value("state"_L1).toString(), u"stopped"_s);
    QCOMPARE(m_fixture->api("DELETE", one).status, 204);
    QCOMPARE(m_fixture->api("GET", one).status, 404);
    const QByteArray deployments = QByteArray(m_path).replace("environments", "deployments");
    QCOMPARE(m_fixture->api("GET", deployments).array().size(), 0);
    QCOMPARE(m_fixture->api("GET", deployments + "/1").status, 404);
    QCOMPARE(m_fixture->api("GET", deployments + "?status=odd").status, 400);
}

void RestEnvironmentTest::refusesNonsense_data()
{
    QTest::addColumn<QJsonObject>("body");
    QTest::newRow("no name") << QJsonObject {{u"tier"_s, u"other"_s}};
    QTest::newRow("a slash at the end") << QJsonObject {{u"name"_s, u"a/"_s}};
    QTest::newRow("other signs") << QJsonObject {{u"name"_s, u"<script>"_s}};
    QTest::newRow("too long") << QJsonObject {{u"name"_s, QString(256, u'a')}};
    QTest::newRow("an unknown tier") << QJsonObject {{u"name"_s, u"x"_s}, {u"tier"_s, u"odd"_s}};
    QTest::newRow("a URL that runs") << QJsonObject {{u"name"_s, u"x"_s}, {u"external_url"_s, u"javascript:alert(1)"_s}};
    QTest::newRow("a list as name") << QJsonObject {{u"name"_s, QJsonArray {1}}};
}

void RestEnvironmentTest::refusesNonsense()
{
    QFETCH(QJsonObject, body);
    QCOMPARE(m_fixture->api("POST", m_path, body).status, 400);
}

void RestEnvironmentTest::stopsStaleOnes()
{
    QCOMPARE(m_fixture->api("POST", m_path, {{u"name"_s, u"old"_s}}).status, 201);
    QCOMPARE(m_fixture->api("POST", m_path + "/stop_stale", {{u"before"_s, u"soon"_s}}).status, 400);
    QCOMPARE(m_fixture->api("POST", m_path + "/stop_stale", {{u"before"_s, u"2001-01-01T00:00:00Z"_s}})
                 .status,
             200);
    QCOMPARE(m_fixture->api("GET", m_path + "?states=stopped").array().size(), 0);
    QCOMPARE(m_fixture->api("POST", m_path + "/stop_stale", {{u"before"_s, u"2999-01-01T00:00:00Z"_s}})
                 .status,
             200);
    QCOMPARE(m_fixture->api("GET", m_path + "?states=stopped").array().size(), 1);
}

void RestEnvironmentTest::needsADeveloper()
{
    const QByteArray token = m_fixture->newUser(u"guest"_s);
    QCOMPARE(m_fixture
                 ->api("POST",
                       QByteArray(m_path).replace("environments", "members"),
                       {{u"username"_s, u"guest"_s}, {u"access_level"_s, 20}})
                 .status,
             201);
    QCOMPARE(m_fixture->with(token, "GET", "/api/v4" + m_path).status, 200);
    QCOMPARE(m_fixture->with(token, "POST", "/api/v4" + m_path, {{u"name"_s, u"x"_s}}).status, 403);
}

CAPSTAN_TEST(RestEnvironmentTest)
#include "tst_restenvironments.moc"
