// SPDX-License-Identifier: MIT
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/site.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::api;
using namespace Qt::StringLiterals;

class SiteTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsItsHosts_data();
    void knowsItsHosts();
    void knowsItsOrigin_data();
    void knowsItsOrigin();
    void believesOnlyTrustedProxies_data();
    void believesOnlyTrustedProxies();
    void mapsErrors_data();
    void mapsErrors();
    void hidesOurFiles();

private:
    static Site site();
    static net::RequestHead head(const QByteArray &host);
};

Site SiteTest::site()
{
    Site site;
    site.url = QUrl(u"https://ci.example.com"_s);
    site.allowedHosts = {u"ci.internal"_s};
    site.trustedProxies = {QHostAddress::parseSubnet(u"127.0.0.1"_s),
                           QHostAddress::parseSubnet(u"10.0.0.0/8"_s)};
    return site;
}

net::RequestHead SiteTest::head(const QByteArray &host)
{
    net::RequestHead head;
    head.headers.add("Host"_ba, host);
    return head;
}

void SiteTest::knowsItsHosts_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<bool>("ours");
    QTest::newRow("the site") << QByteArray("ci.example.com") << true;
    QTest::newRow("the site, with a port") << QByteArray("CI.example.com:443") << true;
    QTest::newRow("an allowed name") << QByteArray("ci.internal:8080") << true;
    QTest::newRow("localhost") << QByteArray("localhost:8080") << true;
    QTest::newRow("an address") << QByteArray("192.168.1.7:8080") << true;
    QTest::newRow("an IPv6 address") << QByteArray("[::1]:8080") << true;
    QTest::newRow("a rebound name") << QByteArray("evil.example.net") << false;
    QTest::newRow("a look-alike") << QByteArray("ci.example.com.evil.net") << false;
    QTest::newRow("nothing") << QByteArray() << false;
}

void SiteTest::knowsItsHosts()
{
    QFETCH(QByteArray, host);
    QTEST(site().isOurHost(host), "ours");
}

void SiteTest::knowsItsOrigin_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<bool>("ours");
    const QByteArray own = "ci.example.com";
    QTest::newRow("the site") << own << QByteArray("https://ci.example.com") << true;
    QTest::newRow("another scheme") << own << QByteArray("http://ci.example.com.evil.net") << false;
    QTest::newRow("another port") << own << QByteArray("https://ci.example.com:8443") << false;
    QTest::newRow("a look-alike") << own << QByteArray("https://ci.example.com.evil.net") << false;
    QTest::newRow("null") << own << QByteArray("null") << false;
    QTest::newRow("empty") << own << QByteArray() << false;
    QTest::newRow("opened by address")
        << QByteArray("127.0.0.1:8080") << QByteArray("http://127.0.0.1:8080") << true;
    QTest::newRow("another port of that address")
        << QByteArray("127.0.0.1:8080") << QByteArray("http://127.0.0.1:9090") << false;
    QTest::newRow("a rebound name as both")
        << QByteArray("evil.example.net") << QByteArray("http://evil.example.net") << false;
}

void SiteTest::knowsItsOrigin()
{
    QFETCH(QByteArray, host);
    QFETCH(QByteArray, origin);
    QTEST(site().isOurOrigin(head(host), origin), "ours");
}

void SiteTest::believesOnlyTrustedProxies_data()
{
    QTest::addColumn<QString>("peer");
    QTest::addColumn<QByteArrayList>("forwarded");
    QTest::addColumn<QString>("caller");
    QTest::newRow("no proxy") << u"203.0.113.9"_s << QByteArrayList() << u"203.0.113.9"_s;
    QTest::newRow("a stranger's word counts for nothing")
        << u"203.0.113.9"_s << QByteArrayList {"1.2.3.4"} << u"203.0.113.9"_s;
    QTest::newRow("a proxy's word")
        << u"127.0.0.1"_s << QByteArrayList {"198.51.100.4"} << u"198.51.100.4"_s;
    QTest::newRow("two proxies") << u"127.0.0.1"_s << QByteArrayList {"198.51.100.4, 10.1.1.1"}
                                 << u"198.51.100.4"_s;
    QTest::newRow("what the client wrote before the proxy")
        << u"127.0.0.1"_s << QByteArrayList {"6.6.6.6, 198.51.100.4"} << u"198.51.100.4"_s;
    QTest::newRow("two fields") << u"127.0.0.1"_s << QByteArrayList {"6.6.6.6", "198.51.100.4:4711"}
                                << u"198.51.100.4"_s;
    QTest::newRow("rubbish") << u"127.0.0.1"_s << QByteArrayList {"unknown"} << u"127.0.0.1"_s;
    QTest::newRow("IPv6") << u"::ffff:127.0.0.1"_s << QByteArrayList {"[2001:db8::1]:99"}
                          << u"2001:db8::1"_s;
}

void SiteTest::believesOnlyTrustedProxies()
{
    QFETCH(QString, peer);
    QFETCH(QByteArrayList, forwarded);
    net::RequestHead request = head("ci.example.com");
    request.peer = QHostAddress(peer);
    for (const QByteArray &value : forwarded) {
        request.headers.add("X-Forwarded-For"_ba, value);
    }
    QTEST(site().callerOf(request).toString(), "caller");
}

void SiteTest::mapsErrors_data()
{
    QTest::addColumn<ErrorKind>("kind");
    QTest::addColumn<int>("status");
    QTest::newRow("invalid") << ErrorKind::Invalid << 400;
    QTest::newRow("unauthenticated") << ErrorKind::Unauthenticated << 401;
    QTest::newRow("forbidden") << ErrorKind::Forbidden << 403;
    QTest::newRow("not found") << ErrorKind::NotFound << 404;
    QTest::newRow("conflict") << ErrorKind::Conflict << 409;
    QTest::newRow("too large") << ErrorKind::TooLarge << 413;
    QTest::newRow("too many") << ErrorKind::TooMany << 429;
    QTest::newRow("unavailable") << ErrorKind::Unavailable << 503;
    QTest::newRow("io") << ErrorKind::Io << 500;
}

void SiteTest::mapsErrors()
{
    QFETCH(ErrorKind, kind);
    const net::Response response = errorResponse(Error {kind, u"x"_s});
    QTEST(response.status, "status");
    QCOMPARE(response.headers.value("content-type", {}), QByteArray("application/json"));
}

void SiteTest::hidesOurFiles()
{
    QVERIFY(!errorResponse(ioError(u"open /var/lib/x"_s)).body.contains("/var/lib"));
    // A hidden thing answers like an absent one.
    QCOMPARE(errorResponse(notFound(u"project 7 is private"_s)).body,
             errorResponse(notFound(u"no such project"_s)).body);
    QCOMPARE(errorResponse(403).body, QByteArray(R"({"message":"403 Forbidden"})"));
}

CAPSTAN_TEST(SiteTest)
#include "tst_site.moc"
