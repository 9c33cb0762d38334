// SPDX-License-Identifier: MIT
#include "coordinator/api/route.h"
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QSet>
#include <QTest>

using namespace ci;
using namespace ci::api;
using namespace ci::test;
using namespace Qt::StringLiterals;

// Walks the route table: whatever is added to it is tested too.
class AccessTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void everyRouteHasARule();
    void refusesNobody_data() { addRoutes(&needsCaller); }
    void refusesNobody();
    void refusesDeadCredentials_data() { addRoutes(&needsCaller); }
    void refusesDeadCredentials();
    void hidesFromStrangers_data() { addRoutes(&isInProject); }
    void hidesFromStrangers();
    void refusesAnyButAdministrators_data() { addRoutes(&isForAdministrators); }
    void refusesAnyButAdministrators();
    void refusesChangesByReadingTokens_data() { addRoutes(&isChangeOfKnown); }
    void refusesChangesByReadingTokens();
    void refusesChangesWithoutCsrfToken_data() { addRoutes(&isChangeOfKnown); }
    void refusesChangesWithoutCsrfToken();
    void refusesForeignOrigins_data() { addRoutes(&isChangeOfKnown); }
    void refusesForeignOrigins();
    void refusesUnknownRunners_data() { addRoutes(&needsRunnerOrJobToken); }
    void refusesUnknownRunners();
    void refusesForeignHosts();
    void refusesWhatIsNotListed();
    void takesNoTokenFromTheQuery();

private:
    using Choice = bool (*)(const Route &);
    static bool needsCaller(const Route &route);
    static bool isInProject(const Route &route);
    static bool isForAdministrators(const Route &route);
    static bool isChangeOfKnown(const Route &route);
    static bool needsRunnerOrJobToken(const Route &route);

    void addRoutes(Choice choice);
    Ask ask() const; ///< For the route of this row.
    net::Headers cookieHeaders() const;

    std::unique_ptr<CoordinatorFixture> m_fixture;
    qint64 m_project = 0;
    qint64 m_pipeline = 0;
    qint64 m_job = 0;
    QByteArray m_stranger;
    QByteArray m_reader; ///< read_api, of a maintainer
    QByteArray m_cookie;
    QByteArray m_csrf;
};

bool AccessTest::needsCaller(const Route &route)
{
    using Who = Needs::Who;
    const Who who = route.needs.who;
    return who == Who::Account || isInProject(route);
}

bool AccessTest::isInProject(const Route &route)
{
    using Who = Needs::Who;
    const Who who = route.needs.who;
    return who == Who::Project || who == Who::Pipeline || who == Who::Job;
}

bool AccessTest::isForAdministrators(const Route &route)
{
    using auth::InstanceRight;
    return route.needs.who == Needs::Who::Account
        && (route.needs.instance == InstanceRight::ManageUsers
            || route.needs.instance == InstanceRight::ManageRunners
            || route.needs.instance == InstanceRight::SeeAllRunners
            || route.needs.instance == InstanceRight::ManageInstanceVariables);
}

bool AccessTest::isChangeOfKnown(const Route &route)
{
    return needsCaller(route) && QByteArray(route.method) != "GET";
}

bool AccessTest::needsRunnerOrJobToken(const Route &route)
{
    return route.needs.who == Needs::Who::RunnerToken || route.needs.who == Needs::Who::JobToken;
}

void AccessTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
    m_project = m_fixture->newProject(u"secret"_s);
    QVERIFY(m_project > 0);
    const QByteArray failure =
        m_fixture->push(u"root/secret"_s, {{u".gitlab-ci.yml"_s, "job: {script: [echo hi]}\n"}});
    QVERIFY2(failure.isEmpty(), failure.constData());
    m_pipeline = m_fixture->waitForPipeline(m_project).value("id"_L1).toInteger();
    QVERIFY(m_pipeline > 0);
    const QByteArray project = "/projects/" + QByteArray::number(m_project);
    m_job = m_fixture->api("GET", project + "/jobs")
                .array()
                .first()
                .toObject()
                .value("id"_L1)
                .toInteger();
    QVERIFY(m_job > 0);

    m_stranger = m_fixture->newUser(u"stranger"_s);
    m_reader = m_fixture->newUser(u"reader"_s, u"read_api"_s);
    QVERIFY(!m_stranger.isEmpty());
    QVERIFY(!m_reader.isEmpty());
    QCOMPARE(m_fixture
                 ->api("POST",
                       project + "/members",
                       {{u"username"_s, u"reader"_s}, {u"access_level"_s, 50}})
                 .status,
             201);
    const HttpAnswer session = m_fixture->signIn(u"root"_s, CoordinatorFixture::RootPassword);
    QCOMPARE(session.status, 201);
    m_cookie = session.headers.value("set-cookie", {}).split(';').first();
    m_csrf = session.object().value("csrf_token"_L1).toString().toLatin1();
}

void AccessTest::cleanupTestCase()
{
    m_fixture.reset();
}

void AccessTest::addRoutes(Choice choice)
{
    QTest::addColumn<int>("row");
    const auto table = routeTable();
    for (size_t row = 0; row < table.size(); ++row) {
        if (choice(table[row])) {
            QTest::addRow("%s %s", table[row].method, table[row].pattern) << int(row);
        }
    }
}

Ask AccessTest::ask() const
{
    QFETCH(int, row);
    const Route &route = routeTable()[size_t(row)];
    QByteArray path = route.pattern;
    for (const auto &[name, value] :
         {std::pair {":id", m_project}, {":pipeline_id", m_pipeline}, {":job_id", m_job}}) {
        QByteArrayList parts = path.split('/');
        for (QByteArray &part : parts) {
            part = part == name ? QByteArray::number(value) : part;
        }
        path = parts.join('/');
    }
    QByteArrayList parts = path.split('/');
    for (QByteArray &part : parts) {
        part = part.startsWith(':') || part.startsWith('*') ? QByteArray("1") : part;
    }
    Ask made {route.method, parts.join('/'), {}, {}};
    if (made.method != "GET") {
        made.body = "{}";
        made.headers.add("Content-Type"_ba, "application/json"_ba);
    }
    return made;
}

net::Headers AccessTest::cookieHeaders() const
{
    net::Headers headers;
    headers.add("Cookie"_ba, m_cookie);
    headers.add("Content-Type"_ba, "application/json"_ba);
    return headers;
}

void AccessTest::everyRouteHasARule()
{
    QSet<QByteArray> seen;
    for (const Route &route : routeTable()) {
        const QByteArray name = QByteArray(route.method) + ' ' + route.pattern;
        QVERIFY2(!seen.contains(name), name.constData());
        seen.insert(name);
        QVERIFY2((route.place == Place::Engine) == (route.handler != nullptr), name.constData());
        QVERIFY2((route.place == Place::Socket) == (route.socketHandler != nullptr),
                 name.constData());
        // A project in the path is always looked up by the gate.
        const bool namesProject = QByteArray(route.pattern).contains("/projects/:id");
        QVERIFY2(!namesProject || isInProject(route)
                     || route.needs.who == Needs::Who::ProjectSecret,
                 name.constData());
        QVERIFY2(!QByteArray(route.pattern).contains("/:pipeline_id")
                     || route.needs.who == Needs::Who::Pipeline,
                 name.constData());
        QVERIFY2(!(namesProject && QByteArray(route.pattern).contains("/:job_id"))
                     || route.needs.who == Needs::Who::Job,
                 name.constData());
        // Nobody may change anything without being known by something.
        const bool changes = QByteArray(route.method) != "GET";
        const bool isSignIn = QByteArray(route.pattern) == "/api/v4/session";
        QVERIFY2(
            !changes || isSignIn
                || (route.needs.who != Needs::Who::Open && route.needs.who != Needs::Who::Anybody),
            name.constData());
    }
}

void AccessTest::refusesNobody()
{
    QCOMPARE(m_fixture->send(ask()).status, 401);
}

void AccessTest::refusesDeadCredentials()
{
    Ask withToken = ask();
    withToken.headers.add("PRIVATE-TOKEN"_ba, "glpat-0000000000000000000000000000000000000000"_ba);
    QCOMPARE(m_fixture->send(withToken).status, 401);
    QVERIFY(!m_fixture->send(withToken).headers.contains("set-cookie"));
    Ask withCookie = ask();
    withCookie.headers.add("Cookie"_ba, "capstan_session=0000000000000000000000000000"_ba);
    const HttpAnswer refused = m_fixture->send(withCookie);
    QCOMPARE(refused.status, 401);
    // The browser forgets it, or it could neither sign out nor see what is public.
    QVERIFY(refused.headers.value("set-cookie", {}).startsWith("capstan_session=; "));
    QVERIFY(refused.headers.value("set-cookie", {}).contains("Max-Age=0"));
}

void AccessTest::hidesFromStrangers()
{
    Ask strange = ask();
    strange.headers.add("PRIVATE-TOKEN"_ba, m_stranger);
    const HttpAnswer hidden = m_fixture->send(strange);
    QCOMPARE(hidden.status, 404);
    // The same bytes as for a project that does not exist.
    Ask absent = strange;
    absent.path.replace("/projects/" + QByteArray::number(m_project), "/projects/987654");
    const HttpAnswer missing = m_fixture->send(absent);
    QCOMPARE(missing.status, 404);
    QCOMPARE(missing.body, hidden.body);
}

void AccessTest::refusesAnyButAdministrators()
{
    Ask strange = ask();
    strange.headers.add("PRIVATE-TOKEN"_ba, m_stranger);
    QCOMPARE(m_fixture->send(strange).status, 403);
}

void AccessTest::refusesChangesByReadingTokens()
{
    QFETCH(int, row);
    const Route &route = routeTable()[size_t(row)];
    // Lint changes nothing; what one may do with a runner is found out by its handler.
    const bool isReading =
        route.needs.who != Needs::Who::Account && route.needs.right == auth::Right::ReadCode;
    const bool isOwnAccount = route.needs.who == Needs::Who::Account
        && route.needs.instance == auth::InstanceRight::SeeOwnAccount;
    if (isReading || isOwnAccount) {
        QSKIP("not a change by the table of rights");
    }
    Ask reading = ask();
    reading.headers.add("PRIVATE-TOKEN"_ba, m_reader);
    QCOMPARE(m_fixture->send(reading).status, 403);
}

void AccessTest::refusesChangesWithoutCsrfToken()
{
    Ask plain = ask();
    plain.headers = cookieHeaders();
    QCOMPARE(m_fixture->send(plain).status, 403);
    plain.headers.add("X-CSRF-Token"_ba,
                      QByteArray(m_csrf).replace(0, 1, m_csrf[0] == 'A' ? "B" : "A"));
    QCOMPARE(m_fixture->send(plain).status, 403);
}

void AccessTest::refusesForeignOrigins()
{
    for (const QByteArray &origin : {"https://evil.example.net"_ba,
                                     "null"_ba,
                                     m_fixture->url().toEncoded() + ".evil.net",
                                     "http://127.0.0.1:1"_ba}) {
        Ask foreign = ask();
        foreign.headers = cookieHeaders();
        foreign.headers.add("X-CSRF-Token"_ba, m_csrf);
        foreign.headers.add("Origin"_ba, origin);
        QCOMPARE(m_fixture->send(foreign).status, 403);
    }
}

void AccessTest::refusesUnknownRunners()
{
    QFETCH(int, row);
    Ask unknown = ask();
    unknown.body = R"({"token":"nobodys-token","state":"running","system_id":"s_0123456789ab"})";
    unknown.headers.set("RUNNER-TOKEN"_ba, "nobodys-token"_ba);
    unknown.headers.set("JOB-TOKEN"_ba, "nobodys-token"_ba);
    unknown.headers.set("Content-Range"_ba, "0-1"_ba);
    const int status = m_fixture->send(unknown).status;
    const QByteArray pattern = routeTable()[size_t(row)].pattern;
    const bool isDownload =
        pattern == "/api/v4/job" || QByteArray(routeTable()[size_t(row)].method) == "GET";
    QVERIFY2(status == 403 || (isDownload && status == 401),
             QByteArray::number(status).constData());
}

void AccessTest::refusesForeignHosts()
{
    const auto ask =
        [this](const QByteArray &path, const QByteArray &host, const QByteArray &more) {
            return m_fixture->sendRaw("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + more
                                      + "Connection: close\r\n\r\n");
        };
    const QByteArray refused = "HTTP/1.1 421";
    QVERIFY(ask("/api/v4/version", "evil.example.net", {}).startsWith(refused));
    QVERIFY(ask("/", "evil.example.net", {}).startsWith(refused));
    QVERIFY(ask("/api/v4/user", "evil.example.net", "Cookie: " + m_cookie + "\r\n")
                .startsWith(refused));
    QCOMPARE(ask("/api/v4/version", "localhost", {}), QByteArray("HTTP/1.1 200 OK"));
    // Headers that a page may add by itself, where they name nobody.
    const QByteArray basic = "Authorization: Basic eDp5\r\n";
    QVERIFY(ask("/-/metrics", "evil.example.net", basic).startsWith(refused));
    QVERIFY(ask("/api/v4/projects", "evil.example.net", basic).startsWith(refused));
    QVERIFY(ask("/api/v4/version", "evil.example.net", "PRIVATE-TOKEN: x\r\n").startsWith(refused));
    QVERIFY(ask("/api/v4/projects", "evil.example.net", "PRIVATE-TOKEN: \r\n").startsWith(refused));
    // Who carries a token was told the address by its configuration.
    QCOMPARE(
        ask("/api/v4/user", "capstan", "PRIVATE-TOKEN: " + CoordinatorFixture::RootToken + "\r\n"),
        QByteArray("HTTP/1.1 200 OK"));
}

void AccessTest::refusesWhatIsNotListed()
{
    QCOMPARE(m_fixture->send({"GET", "/api/v4/nothing"}).status, 404);
    QCOMPARE(m_fixture->send({"GET", "/api/v5/version"}).status, 404);
    QCOMPARE(m_fixture->send({"GET", "/api"}).status, 404);
    const HttpAnswer other = m_fixture->send({"PATCH", "/api/v4/projects"});
    QCOMPARE(other.status, 405);
    QCOMPARE(other.headers.value("Allow", {}), QByteArray("GET, HEAD, POST"));
    QCOMPARE(m_fixture->send({"GET", "/api/v4/projects/%ff"}).status, 400);
    QCOMPARE(m_fixture->send({"GET", "/api/v4/projects?page=%"}).status, 400);
}

void AccessTest::takesNoTokenFromTheQuery()
{
    for (const char *name : {"private_token", "access_token", "token", "job_token"}) {
        const QByteArray path =
            QByteArray("/api/v4/user?") + name + '=' + CoordinatorFixture::RootToken;
        QCOMPARE(m_fixture->send({"GET", path}).status, 401);
    }
    QCOMPARE(m_fixture
                 ->send({"POST",
                         "/api/v4/runners/verify?token=" + CoordinatorFixture::RegistrationToken})
                 .status,
             403);
}

CAPSTAN_TEST(AccessTest)
#include "tst_access.moc"
