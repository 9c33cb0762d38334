// SPDX-License-Identifier: MIT
#include "coordinator/forge/componentversion.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QTest>

#include <atomic>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

namespace {

/// A stranger's web server.
class PageServer final : public net::RequestHandler
{
public:
    struct Page
    {
        int status = 200;
        QByteArray text; ///< Of a redirect: where to.
    };

    explicit PageServer(QHash<QByteArray, Page> pages) : m_pages(std::move(pages))
    {
        m_server = *net::HttpServer::create({}, *this);
    }

    net::BodyPolicy bodyPolicy(const net::RequestHead &) const override { return {}; }
    void handle(net::Request request, net::ExchangePtr exchange) override
    {
        ++asked;
        const Page page = m_pages.value(request.head.target, {404, "none"});
        net::Response response;
        response.status = page.status;
        response.body = page.text;
        if (page.status >= 300 && page.status < 400) {
            response.headers.add("Location", page.text);
        }
        exchange->respond(std::move(response));
    }
    QByteArray port() const { return QByteArray::number(m_server->port()); }

    std::atomic<int> asked = 0;

private:
    const QHash<QByteArray, Page> m_pages;
    std::unique_ptr<net::HttpServer> m_server;
};

} // namespace

/// What files of one project include of others: real repositories, real rights, real HTTP.
class ForeignFilesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void choosesVersions_data();
    void choosesVersions();
    void resolvesComponents_data();
    void resolvesComponents();
    void readsProjectsTheStarterMayRead();
    void hidesProjectsTheStarterMayNotRead();
    void readsTemplatesOfTheProjectThatIsSet();
    void refusesAddressesOfLocalNetworks_data();
    void refusesAddressesOfLocalNetworks();
    void readsRemoteFilesAndFollowsRedirects_data();
    void readsRemoteFilesAndFollowsRedirects();
    void keysCachesByCommits();

private:
    Result<forge::LintResult> lint(const QByteArray &content, const model::User &user);
    QString errorOf(const QByteArray &include, const model::User &user);
    void allow(const forge::IncludeSettings &settings);

    std::unique_ptr<ForgeWorld> m_world;
    model::User m_alice;
    model::User m_bob;
    model::Project m_app;
    model::Project m_tools;
};

void ForeignFilesTest::initTestCase()
{
    m_world = std::make_unique<ForgeWorld>();
    m_alice = m_world->makeUser(u"alice"_s);
    m_bob = m_world->makeUser(u"bob"_s);
    m_app = m_world->makeProject(m_alice, u"app"_s);
    m_tools = m_world->makeProject(m_alice, u"tools"_s);
    m_world->setRole(m_app, m_bob, model::Role::Developer);
    const QString app = m_world->makeClone(u"app"_s, {{u"readme"_s, "x"}});
    QCOMPARE(m_world->push(app, m_app, "alice", {u"main"_s}).code, 0);
    const QString tools = m_world->makeClone(u"tools"_s,
                                             {{u"a.yml"_s, "include: b.yml\na: {script: [a]}\n"},
                                              {u"b.yml"_s, "b: {script: [b]}\n"},
                                              {u"templates/T.gitlab-ci.yml"_s, "t: {script: [t]}\n"},
                                              {u"templates/deploy.yml"_s, "deploy: {script: [one]}\n"}});
    m_world->git(tools, {u"tag"_s, u"1.0.0"_s});
    m_world->commit(tools, {{u"templates/deploy.yml"_s, "deploy: {script: [two]}\n"}}, u"two"_s);
    m_world->git(tools, {u"tag"_s, u"1.1.0"_s});
    m_world->git(tools, {u"tag"_s, u"2.0.0-rc1"_s});
    QCOMPARE(m_world->push(tools, m_tools, "alice", {u"main"_s, u"1.0.0"_s, u"1.1.0"_s, u"2.0.0-rc1"_s}).code, 0);
    ForgeWorld::waitFor([this] { return m_world->starter->isIdle(); });
}

void ForeignFilesTest::cleanupTestCase()
{
    m_world.reset();
}

void ForeignFilesTest::allow(const forge::IncludeSettings &settings)
{
    const forge::IncludeSettings &now = m_world->includes;
    if (now.templatesProject != settings.templatesProject
        || now.allowsPrivateAddresses != settings.allowsPrivateAddresses) {
        m_world->includes = settings;
        m_world->restart();
    }
}

Result<forge::LintResult> ForeignFilesTest::lint(const QByteArray &content, const model::User &user)
{
    std::optional<Result<forge::LintResult>> made;
    m_world->starter->lint({m_app.id, content, {}, forge::LintAim::Compile, test::tokenOf(user)}, &m_world->context,
                           [&made](const Result<forge::LintResult> &result) { made.emplace(result); });
    ForgeWorld::waitFor([&] { return made.has_value(); });
    return *made;
}

QString ForeignFilesTest::errorOf(const QByteArray &include, const model::User &user)
{
    const Result<forge::LintResult> result = lint("include: [" + include + "]\nj: {script: [x]}\n", user);
    if (!result) {
        return result.error().detail;
    }
    return result->errors.empty() ? QString() : result->errors.front().text;
}

void ForeignFilesTest::choosesVersions_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("chosen");
    QTest::newRow("the newest") << u"~latest"_s << u"2.10.0"_s;
    QTest::newRow("a first number") << u"1"_s << u"v1.3.0"_s;
    QTest::newRow("two numbers") << u"1.2"_s << u"1.2.11"_s;
    QTest::newRow("no such version") << u"3"_s << QString();
    QTest::newRow("a whole one is no shortened one") << u"1.2.3"_s << QString();
    QTest::newRow("anything else") << u"main"_s << QString();
}

void ForeignFilesTest::choosesVersions()
{
    QFETCH(const QString, asked);
    QFETCH(const QString, chosen);
    QCOMPARE(forge::highestVersion({u"1.2.3"_s, u"1.2.11"_s, u"v1.3.0"_s, u"2.9.0"_s, u"2.10.0"_s, u"3.0.0-beta"_s,
                                    u"10"_s, u"nightly"_s},
                                   asked),
             chosen);
}

void ForeignFilesTest::resolvesComponents_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QString>("script");
    for (const char *version : {"1.1.0", "main", "~latest", "1", "1.1", "2.0.0-rc1"}) {
        QTest::newRow(version) << QByteArray(version) << u"two"_s;
    }
    QTest::newRow("1.0.0") << QByteArray("1.0.0") << u"one"_s;
    QTest::newRow("1.0") << QByteArray("1.0") << u"one"_s;
    QTest::newRow("2") << QByteArray("2") << QString(); // A pre-release only.
    QTest::newRow("none") << QByteArray("none") << QString();
}

void ForeignFilesTest::resolvesComponents()
{
    QFETCH(const QByteArray, version);
    QFETCH(const QString, script);
    const Result<forge::LintResult> result
        = lint("include: {component: '$CI_SERVER_FQDN/alice/tools/deploy@" + version + "'}\n", m_alice);
    QVERIFY(result);
    QCOMPARE(result->valid, !script.isEmpty());
    if (script.isEmpty()) {
        QVERIFY(result->errors.front().text.contains(u"content not found"_s));
    } else {
        QCOMPARE(result->plan->jobs.front().spec.script.first(), script);
    }
}

void ForeignFilesTest::readsProjectsTheStarterMayRead()
{
    const Result<forge::LintResult> result
        = lint("include: {project: alice/tools, file: a.yml}\nk: {script: [x], rules: [{exists: {paths: [b.yml], "
               "project: alice/tools, ref: 1.0.0}}]}\n", m_alice);
    QVERIFY(result);
    QVERIFY2(result->valid, result->errors.empty() ? "" : qPrintable(result->errors.front().text));
    QCOMPARE(result->plan->jobs.size(), size_t(3));
    QCOMPARE(errorOf("{project: alice/tools, file: a.yml, ref: none}", m_alice),
             u"Project `alice/tools` reference `none` does not exist!"_s);
}

void ForeignFilesTest::hidesProjectsTheStarterMayNotRead()
{
    const QString text = u"Project `alice/%1` not found or access denied! Make sure any includes in the pipeline "
                         "configuration are correctly defined."_s;
    QCOMPARE(errorOf("{project: alice/tools, file: a.yml}", m_bob), text.arg(u"tools"_s));
    QCOMPARE(errorOf("{project: alice/none, file: a.yml}", m_bob), text.arg(u"none"_s));
    const QString component = u"component '127.0.0.1:1/alice/%1/deploy@1' - project does not exist or you don't have "
                              "sufficient permissions"_s;
    QCOMPARE(errorOf("{component: $CI_SERVER_FQDN/alice/tools/deploy@1}", m_bob), component.arg(u"tools"_s));
    QCOMPARE(errorOf("{component: $CI_SERVER_FQDN/alice/none/deploy@1}", m_bob), component.arg(u"none"_s));
    QVERIFY(errorOf("{component: elsewhere.test/alice/tools/deploy@1}", m_alice).contains(u"read from this server"_s));
}

void ForeignFilesTest::readsTemplatesOfTheProjectThatIsSet()
{
    const QByteArray include = "{template: T.gitlab-ci.yml}";
    QVERIFY(errorOf(include, m_alice).contains(u"templates_project"_s));
    allow({u"alice/tools"_s, false});
    QCOMPARE(errorOf(include, m_bob), QString()); // Chosen for everybody.
    QCOMPARE(errorOf("{template: N.gitlab-ci.yml}", m_bob), u"Template file `N.gitlab-ci.yml` does not exist!"_s);
    allow({u"alice/absent"_s, false});
    QVERIFY(errorOf(include, m_alice).contains(u"names no project"_s));
}

void ForeignFilesTest::refusesAddressesOfLocalNetworks_data()
{
    QTest::addColumn<QByteArray>("host");
    for (const char *host : {"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "2130706433", "0x7f.1", "0177.0.0.1",
                             "[::ffff:127.0.0.1]", "10.1.2.3", "0.0.0.0"}) {
        QTest::newRow(host) << QByteArray(host);
    }
}

void ForeignFilesTest::refusesAddressesOfLocalNetworks()
{
    QFETCH(const QByteArray, host);
    allow({});
    const PageServer server({{"/r.yml", {200, "r: {script: [x]}"}}});
    const QString error = errorOf("'http://" + host + ':' + server.port() + "/r.yml'", m_alice);
    // A spelling that is no address is looked up as a name, which there is not.
    QVERIFY2(error.contains(u"its address is in a local network"_s) || error.contains(u"of a socket error"_s)
                 || error.contains(u"its address is malformed"_s), qPrintable(error));
    QCOMPARE(server.asked.load(), 0);
}

void ForeignFilesTest::readsRemoteFilesAndFollowsRedirects_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QString>("error");
    QTest::newRow("a file") << QByteArray("/r.yml") << QString();
    QTest::newRow("redirected") << QByteArray("/to-r.yml") << QString();
    QTest::newRow("redirected for ever") << QByteArray("/loop.yml") << u"redirected too often"_s;
    QTest::newRow("redirected elsewhere") << QByteArray("/file.yml") << u"its address is malformed"_s;
    QTest::newRow("not there") << QByteArray("/none.yml") << u"of HTTP code `404` error!"_s;
    QTest::newRow("too large") << QByteArray("/large.yml") << u"of a socket error"_s;
}

void ForeignFilesTest::readsRemoteFilesAndFollowsRedirects()
{
    QFETCH(const QByteArray, path);
    QFETCH(const QString, error);
    allow({{}, true});
    const PageServer server({{"/r.yml", {200, "r: {script: [x]}"}},
                             {"/to-r.yml", {302, "/r.yml"}},
                             {"/loop.yml", {301, "/loop.yml"}},
                             {"/file.yml", {302, "file:///etc/passwd"}},
                             {"/large.yml", {200, QByteArray(3 << 20, 'x')}}});
    const QString said = errorOf("'http://127.0.0.1:" + server.port() + path + "'", m_alice);
    QVERIFY2(error.isEmpty() ? said.isEmpty() : said.contains(error), qPrintable(said));
}

void ForeignFilesTest::keysCachesByCommits()
{
    const auto reader = forge::RepositoryReader(*m_world->repositories, m_tools.id);
    const auto sha = [&](const QString &ref) { return reader.commit(ref)->sha; };
    QCOMPARE(reader.lastChange(sha(u"main"_s), u"a.yml"_s), std::optional(sha(u"1.0.0"_s)));
    QCOMPARE(reader.lastChange(sha(u"main"_s), u"templates/deploy.yml"_s), std::optional(sha(u"1.1.0"_s)));
    QVERIFY(!reader.lastChange(sha(u"main"_s), u"*.yml"_s));
    QVERIFY(!reader.lastChange(sha(u"main"_s), u"absent"_s));
}

CAPSTAN_TEST(ForeignFilesTest)
#include "tst_foreignfiles.moc"
