// SPDX-License-Identifier: MIT
#include "common/net/conditional.h"
#include "common/net/credentials.h"
#include "common/net/parameters.h"
#include "common/net/staticasset.h"
#include "common/net/uri.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::net;
using namespace Qt::StringLiterals;

/// What stands inside a request: paths, queries, ranges, tags, credentials, cookies.
class RequestPartsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void segments_data();
    void segments();
    void queries_data();
    void queries();
    void aQueryOfThousandsIsRefused();
    void ranges_data();
    void ranges();
    void aStaleIfRangeGetsTheWhole();
    void etags_data();
    void etags();
    void encodings_data();
    void encodings();
    void credentials_data();
    void credentials();
    void cookies_data();
    void cookies();
    void cookiesAreWrittenSafely();
    void parameters_data();
    void parameters();
    void assets_data();
    void assets();
    void headersCompareWithoutCase();
};

void RequestPartsTest::segments_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<QList<QByteArray>>("expected");
    const QList<QByteArray> none;
    QTest::newRow("root") << "/"_ba << true << QList<QByteArray> {""};
    QTest::newRow("plain") << "/a/b"_ba << true << QList<QByteArray> {"a", "b"};
    QTest::newRow("an encoded slash stays inside") << "/a%2Fb/c"_ba << true << QList<QByteArray> {"a/b", "c"};
    QTest::newRow("empty segments are kept") << "//a/"_ba << true << QList<QByteArray> {"", "a", ""};
    QTest::newRow("dots are kept") << "/%2e%2E/x"_ba << true << QList<QByteArray> {"..", "x"};
    QTest::newRow("a plus is a plus") << "/a+b"_ba << true << QList<QByteArray> {"a+b"};
    QTest::newRow("UTF-8") << "/%C3%BC"_ba << true << QList<QByteArray> {"ü"};
    QTest::newRow("no slash") << "a"_ba << false << none;
    QTest::newRow("empty") << ""_ba << false << none;
    QTest::newRow("half a percent") << "/a%2"_ba << false << none;
    QTest::newRow("a percent at the end") << "/a%"_ba << false << none;
    QTest::newRow("not hexadecimal") << "/a%zz"_ba << false << none;
    QTest::newRow("NUL") << "/a%00b"_ba << false << none;
    QTest::newRow("not UTF-8") << "/%ff"_ba << false << none;
    QTest::newRow("an overlong slash") << "/%c0%af"_ba << false << none;
}

void RequestPartsTest::segments()
{
    QFETCH(QByteArray, path);
    QFETCH(bool, ok);
    QFETCH(QList<QByteArray>, expected);
    const auto result = pathSegments(path);
    QCOMPARE(result.isOk(), ok);
    if (ok) {
        QCOMPARE(*result, expected);
    }
}

void RequestPartsTest::queries_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<QList<QByteArray>>("values"); // Of "a".
    QTest::newRow("empty") << ""_ba << true << QList<QByteArray> {};
    QTest::newRow("one") << "a=1"_ba << true << QList<QByteArray> {"1"};
    QTest::newRow("several") << "a=1&b=2&a=3"_ba << true << QList<QByteArray> {"1", "3"};
    QTest::newRow("no value") << "a&a="_ba << true << QList<QByteArray> {"", ""};
    QTest::newRow("plus and percent") << "a=x+y%2Bz%26"_ba << true << QList<QByteArray> {"x y+z&"};
    QTest::newRow("an encoded name") << "%61=1"_ba << true << QList<QByteArray> {"1"};
    QTest::newRow("empty pieces") << "&&a=1&"_ba << true << QList<QByteArray> {"1"};
    QTest::newRow("equals in the value") << "a=b=c"_ba << true << QList<QByteArray> {"b=c"};
    QTest::newRow("a broken percent") << "a=%4"_ba << false << QList<QByteArray> {};
    QTest::newRow("NUL") << "a=%00"_ba << false << QList<QByteArray> {};
    QTest::newRow("not UTF-8") << "a=%fe"_ba << false << QList<QByteArray> {};
}

void RequestPartsTest::queries()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, ok);
    QFETCH(QList<QByteArray>, values);
    const auto query = Query::parse(text);
    QCOMPARE(query.isOk(), ok);
    if (ok) {
        QCOMPARE(query->values("a"), values);
        QCOMPARE(query->contains("a"), !values.isEmpty());
    }
}

void RequestPartsTest::aQueryOfThousandsIsRefused()
{
    QVERIFY(Query::parse(QByteArray("a&").repeated(1000)));
    QVERIFY(!Query::parse(QByteArray("a&").repeated(1001)));
}

void RequestPartsTest::ranges_data()
{
    using Kind = RangeDecision::Kind;
    QTest::addColumn<QByteArray>("range");
    QTest::addColumn<qint64>("size");
    QTest::addColumn<int>("kind");
    QTest::addColumn<qint64>("first");
    QTest::addColumn<qint64>("length");
    const auto row = [](const char *name, const QByteArray &range, qint64 size, Kind kind, qint64 first = 0, qint64 length = 0) {
        QTest::newRow(name) << range << size << static_cast<int>(kind) << first << length;
    };
    row("both ends", "bytes=2-4", 10, Kind::Partial, 2, 3);
    row("from", "bytes=7-", 10, Kind::Partial, 7, 3);
    row("the last", "bytes=-3", 10, Kind::Partial, 7, 3);
    row("more than there is", "bytes=5-500", 10, Kind::Partial, 5, 5);
    row("a suffix longer than all", "bytes=-500", 10, Kind::Partial, 0, 10);
    row("the unit without case", "Bytes=0-0", 10, Kind::Partial, 0, 1);
    row("behind the end", "bytes=10-", 10, Kind::Unsatisfiable);
    row("an empty suffix", "bytes=-0", 10, Kind::Unsatisfiable);
    row("of nothing", "bytes=0-", 0, Kind::Unsatisfiable);
    row("a suffix of nothing", "bytes=-5", 0, Kind::Unsatisfiable);
    row("backwards", "bytes=4-2", 10, Kind::Whole);
    row("several", "bytes=0-1,3-4", 10, Kind::Whole);
    row("many overlapping", "bytes=" + QByteArray("0-,").repeated(1000), 10, Kind::Whole);
    row("another unit", "lines=0-1", 10, Kind::Whole);
    row("no unit", "0-1", 10, Kind::Whole);
    row("letters", "bytes=a-b", 10, Kind::Whole);
    row("a sign", "bytes=+1-2", 10, Kind::Whole);
    row("nothing", "bytes=", 10, Kind::Whole);
    row("a lone dash", "bytes=-", 10, Kind::Whole);
    row("beyond 64 bits", "bytes=99999999999999999999-", 10, Kind::Whole);
    row("an end beyond 64 bits", "bytes=0-99999999999999999999", 10, Kind::Whole);
    row("the largest number", "bytes=0-9223372036854775807", 10, Kind::Partial, 0, 10);
}

void RequestPartsTest::ranges()
{
    QFETCH(QByteArray, range);
    QFETCH(qint64, size);
    QFETCH(int, kind);
    QFETCH(qint64, first);
    QFETCH(qint64, length);
    Headers headers;
    headers.add("Range", range);
    const RangeDecision decision = decideRange(headers, size, {});
    QCOMPARE(static_cast<int>(decision.kind), kind);
    QCOMPARE(decision.range.first, first);
    QCOMPARE(decision.range.length, length);
}

void RequestPartsTest::aStaleIfRangeGetsTheWhole()
{
    Headers headers;
    headers.add("Range", "bytes=0-1");
    headers.add("If-Range", "\"old\"");
    QCOMPARE(decideRange(headers, 10, "\"new\"").kind, RangeDecision::Kind::Whole);
    QCOMPARE(decideRange(headers, 10, "\"old\"").kind, RangeDecision::Kind::Partial);
    headers.set("If-Range", "Sat, 29 Oct 1994 19:43:31 GMT");
    QCOMPARE(decideRange(headers, 10, "\"old\"").kind, RangeDecision::Kind::Whole);
}

void RequestPartsTest::etags_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<bool>("weak");
    QTest::addColumn<bool>("strong");
    QTest::newRow("the same") << "\"a\""_ba << true << true;
    QTest::newRow("weak") << "W/\"a\""_ba << true << false;
    QTest::newRow("in a list") << "\"x\", \"y,\" ,W/\"z\",\"a\""_ba << true << true;
    QTest::newRow("any") << " * "_ba << true << true;
    QTest::newRow("another") << "\"b\""_ba << false << false;
    QTest::newRow("without quotes") << "a"_ba << false << false;
    QTest::newRow("half quoted") << "\"a"_ba << false << false;
    QTest::newRow("empty") << ""_ba << false << false;
}

void RequestPartsTest::etags()
{
    QFETCH(QByteArray, field);
    QFETCH(bool, weak);
    QFETCH(bool, strong);
    QCOMPARE(matchesEtag(field, "\"a\"", true), weak);
    QCOMPARE(matchesEtag(field, "\"a\"", false), strong);
}

void RequestPartsTest::encodings_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<bool>("accepted");
    QTest::newRow("named") << "gzip, deflate, br"_ba << true;
    QTest::newRow("with a weight") << "br;q=1.0, gzip;q=0.8"_ba << true;
    QTest::newRow("refused") << "gzip;q=0"_ba << false;
    QTest::newRow("refused in other words") << "gzip; q=0.000, *"_ba << false;
    QTest::newRow("anything") << "*"_ba << true;
    QTest::newRow("nothing") << "identity"_ba << false;
    QTest::newRow("empty") << ""_ba << false;
    QTest::newRow("rubbish") << ";;,;q,="_ba << false;
}

void RequestPartsTest::encodings()
{
    QFETCH(QByteArray, field);
    QFETCH(bool, accepted);
    Headers headers;
    headers.add("Accept-Encoding", field);
    QCOMPARE(acceptsEncoding(headers, "gzip"), accepted);
}

void RequestPartsTest::credentials_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<QByteArray>("user");
    QTest::addColumn<QByteArray>("password");
    QTest::newRow("usual") << "Basic " + "root:s:e"_ba.toBase64() << true << "root"_ba << "s:e"_ba;
    QTest::newRow("the scheme without case") << "bAsIc  " + "a:"_ba.toBase64() << true << "a"_ba << ""_ba;
    QTest::newRow("no user") << "Basic " + ":t"_ba.toBase64() << true << ""_ba << "t"_ba;
    QTest::newRow("no colon") << "Basic " + "root"_ba.toBase64() << false << ""_ba << ""_ba;
    QTest::newRow("not base64") << "Basic a*b"_ba << false << ""_ba << ""_ba;
    QTest::newRow("nothing") << "Basic"_ba << false << ""_ba << ""_ba;
    QTest::newRow("glued") << "Basicabc"_ba << false << ""_ba << ""_ba;
    QTest::newRow("another scheme") << "Bearer abc"_ba << false << ""_ba << ""_ba;
    QTest::newRow("NUL") << "Basic " + QByteArray("a\0:b", 4).toBase64() << false << ""_ba << ""_ba;
}

void RequestPartsTest::credentials()
{
    QFETCH(QByteArray, field);
    QFETCH(bool, ok);
    Headers headers;
    headers.add("Authorization", field);
    const auto found = basicCredentials(headers);
    QCOMPARE(found.has_value(), ok);
    if (ok) {
        QTEST(found->user, "user");
        QTEST(found->password.reveal(), "password");
    }
    QCOMPARE(bearerToken(headers).has_value(), field.startsWith("Bearer "));
    headers.add("Authorization", field); // Two of them are nobody's.
    QVERIFY(!basicCredentials(headers) && !bearerToken(headers));
}

void RequestPartsTest::cookies_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("alone") << "s=1"_ba << "1"_ba;
    QTest::newRow("among others") << "a=b; s=1; t=s=2"_ba << "1"_ba;
    QTest::newRow("quoted") << "s=\"1\""_ba << "1"_ba;
    QTest::newRow("the first counts") << "s=1; s=2"_ba << "1"_ba;
    QTest::newRow("equals inside") << "s=a=="_ba << "a=="_ba;
    QTest::newRow("empty") << "s="_ba << ""_ba;
    QTest::newRow("a longer name") << "ss=1; xs=2; S=3"_ba << "none"_ba;
    QTest::newRow("no equals") << "s"_ba << "none"_ba;
    QTest::newRow("too many before it") << "x=1;"_ba.repeated(200) + "s=1" << "none"_ba;
}

void RequestPartsTest::cookies()
{
    QFETCH(QByteArray, field);
    Headers headers;
    headers.add("cookie", field);
    QTEST(cookie(headers, "s").value_or("none"), "value");
}

void RequestPartsTest::cookiesAreWrittenSafely()
{
    CookieOptions options;
    options.maxAgeSeconds = 60;
    options.secure = true;
    QCOMPARE(setCookie("s", "abc", options), "s=abc; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"_ba);
    QVERIFY(setCookie("s", "a; Domain=evil", options).isEmpty());
    QVERIFY(setCookie("s s", "a", options).isEmpty());
}

void RequestPartsTest::parameters_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("token") << "form-data; NAME=abc ; x=y"_ba << true << "abc"_ba;
    QTest::newRow("quoted") << "form-data; name=\"a;b=\\\"c\\\"\""_ba << true << "a;b=\"c\""_ba;
    QTest::newRow("a Windows path") << "form-data; name=\"C:\\dir\\f\""_ba << true << "C:\\dir\\f"_ba;
    QTest::newRow("none") << "form-data"_ba << true << "none"_ba;
    QTest::newRow("a semicolon at the end") << "form-data; name=a;"_ba << true << "a"_ba;
    QTest::newRow("an open quote") << "form-data; name=\"a"_ba << false << ""_ba;
    QTest::newRow("rubbish behind a quote") << "form-data; name=\"a\"b"_ba << false << ""_ba;
    QTest::newRow("twice") << "form-data; name=a; name=b"_ba << false << ""_ba;
    QTest::newRow("no equals") << "form-data; name"_ba << false << ""_ba;
    QTest::newRow("empty") << ""_ba << false << ""_ba;
}

void RequestPartsTest::parameters()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, ok);
    const auto parsed = Parameters::parse(text);
    QCOMPARE(parsed.has_value(), ok);
    if (ok) {
        QTEST(parsed->parameter("name").value_or("none"), "name");
    }
}

void RequestPartsTest::assets_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("plain") << ""_ba << ""_ba << 200 << "0123456789"_ba;
    QTest::newRow("compressed") << "Accept-Encoding"_ba << "gzip"_ba << 200 << "zipped"_ba;
    QTest::newRow("a range") << "Range"_ba << "bytes=2-3"_ba << 206 << "23"_ba;
    QTest::newRow("a bad range") << "Range"_ba << "bytes=99-"_ba << 416 << ""_ba;
    QTest::newRow("unchanged") << "If-None-Match"_ba << "\"tag\""_ba << 304 << ""_ba;
    QTest::newRow("changed") << "If-None-Match"_ba << "\"other\""_ba << 200 << "0123456789"_ba;
}

void RequestPartsTest::assets()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, value);
    StaticAsset asset;
    asset.bytes = "0123456789";
    asset.gzip = "zipped";
    asset.type = "text/plain";
    asset.etag = "\"tag\"";
    RequestHead request;
    request.method = "GET";
    if (!field.isEmpty()) {
        request.headers.add(field, value);
    }
    const Response response = answerAsset(asset, request);
    QTEST(response.status, "status");
    QTEST(response.body, "body");
    QCOMPARE(response.headers.contains("Content-Encoding"), field == "Accept-Encoding");
    QCOMPARE(response.headers.value("ETag", {}),
             field == "Accept-Encoding" ? "\"tag-gz\""_ba : "\"tag\""_ba);
    request.method = "POST";
    QCOMPARE(answerAsset(asset, request).status, 405);
}

void RequestPartsTest::headersCompareWithoutCase()
{
    Headers headers;
    headers.add("Connection", "keep-alive, Upgrade");
    headers.add("X-One", "1");
    headers.add("x-one", "2");
    QVERIFY(headers.hasToken("connection", "upgrade"));
    QVERIFY(!headers.hasToken("connection", "grade"));
    QCOMPARE(headers.count("X-ONE"), 2);
    QCOMPARE(headers.value("x-one", {}), "1"_ba);
    headers.set("X-ONE", "3");
    QCOMPARE(headers.count("x-one"), 1);
    QCOMPARE(headers.value("x-one", {}), "3"_ba);
    headers.remove("X-one");
    QVERIFY(!headers.contains("x-one"));
}

CAPSTAN_TEST(RequestPartsTest)
#include "tst_requestparts.moc"
