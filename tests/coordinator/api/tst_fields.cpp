// SPDX-License-Identifier: MIT
#include "coordinator/api/fields.h"
#include "coordinator/api/paging.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::api;
using namespace Qt::StringLiterals;

class FieldsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesBadBodies_data();
    void refusesBadBodies();
    void readsEveryForm_data();
    void readsEveryForm();
    void takesNoSecretFromTheQuery();
    void keepsTheFirstComplaint();
    void boundsPages();
    void writesPageHeaders();
};

namespace {

net::Request request(const QByteArray &type, const QByteArray &body, const QByteArray &query = {})
{
    net::Request made;
    made.head.method = "POST";
    made.head.path = "/x";
    made.head.query = query;
    if (!type.isEmpty()) {
        made.head.headers.add("Content-Type"_ba, type);
    }
    made.body = body;
    return made;
}

} // namespace

void FieldsTest::refusesBadBodies_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("query");
    const QByteArray json = "application/json";
    const QByteArray form = "application/x-www-form-urlencoded";
    const QByteArray none;
    QTest::newRow("cut JSON") << json << QByteArray("{\"a\":") << none;
    QTest::newRow("a list, not an object") << json << QByteArray("[1]") << none;
    QTest::newRow("a number") << json << QByteArray("1") << none;
    QTest::newRow("two values") << json << QByteArray("{} {}") << none;
    QTest::newRow("nested without end") << json << QByteArray(100'000, '[') << none;
    QTest::newRow("nested too deep")
        << json << "{\"a\":" + QByteArray(40, '[') + QByteArray(40, ']') + "}" << none;
    QTest::newRow("no UTF-8 in JSON") << json << QByteArray("{\"a\":\"\xff\"}") << none;
    QTest::newRow("a broken escape in a form") << form << QByteArray("a=%zz") << none;
    QTest::newRow("no UTF-8 in a form") << form << QByteArray("a=%ff") << none;
    QTest::newRow("NUL in a form") << form << QByteArray("a=%00") << none;
    QTest::newRow("a thousand and one fields") << form << QByteArray("a=1&").repeated(1001) << none;
    QTest::newRow("multipart without a boundary")
        << QByteArray("multipart/form-data") << QByteArray("x") << none;
    QTest::newRow("multipart that ends early")
        << QByteArray("multipart/form-data; boundary=b")
        << QByteArray("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx") << none;
    QTest::newRow("a broken query") << none << QByteArray() << QByteArray("a=%");
}

void FieldsTest::refusesBadBodies()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, query);
    QVERIFY(!Fields::fromRequest(request(type, body, query)));
}

void FieldsTest::readsEveryForm_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("JSON") << QByteArray("application/json; charset=utf-8")
                          << QByteArray(R"({"name":"é","flag":true,"count":3,"list":["a","b"],)"
                                        R"("things":[{"key":"K","value":"V"},{"key":"L"}]})");
    QTest::newRow("a form") << QByteArray("application/x-www-form-urlencoded")
                            << QByteArray("name=%C3%A9&flag=1&count=3&list[]=a&list%5B%5D=b"
                                          "&things[][key]=K&things[][value]=V&things[][key]=L");
    QByteArray multipart;
    for (const auto &[name, value] : {std::pair {"name", "é"},
                                      {"flag", "true"},
                                      {"count", "3"},
                                      {"list[]", "a"},
                                      {"list[]", "b"},
                                      {"things[][key]", "K"},
                                      {"things[][value]", "V"},
                                      {"things[][key]", "L"}}) {
        multipart += QByteArray("--b\r\nContent-Disposition: form-data; name=\"") + name
            + "\"\r\n\r\n" + value + "\r\n";
    }
    QTest::newRow("multipart") << QByteArray("multipart/form-data; boundary=b")
                               << multipart + "--b--\r\n";
}

void FieldsTest::readsEveryForm()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, body);
    Result<Fields> fields = Fields::fromRequest(request(type, body));
    QVERIFY2(fields.isOk(), fields ? "" : qPrintable(fields.error().detail));
    QCOMPARE(fields->text("name"), u"é"_s);
    QCOMPARE(fields->flag("flag"), std::optional(true));
    QCOMPARE(fields->integer("count"), std::optional<qint64>(3));
    QCOMPARE(fields->list("list"), (QStringList {u"a"_s, u"b"_s}));
    std::vector<Fields> things = fields->objects("things");
    QCOMPARE(things.size(), size_t(2));
    QCOMPARE(things[0].text("value"), u"V"_s);
    QCOMPARE(things[1].text("key"), u"L"_s);
    QVERIFY(!fields->complaint());
}

void FieldsTest::takesNoSecretFromTheQuery()
{
    const QByteArray query =
        "token=a&password=b&private_token=c&access_token=d&job_token=e&ref=main";
    Result<Fields> fields = Fields::fromRequest(request({}, {}, query));
    QVERIFY(fields.isOk());
    for (const char *name : {"token", "password", "private_token", "access_token", "job_token"}) {
        QVERIFY2(!fields->has(name), name);
    }
    QCOMPARE(fields->text("ref"), u"main"_s);
}

void FieldsTest::keepsTheFirstComplaint()
{
    Fields fields(QJsonObject {{u"a"_s, QJsonArray()}, {u"b"_s, u"maybe"_s}, {u"c"_s, u"x"_s}});
    QVERIFY(!fields.text("a"));
    QVERIFY(!fields.flag("b"));
    QVERIFY(!fields.integer("c"));
    QVERIFY(fields.complaint());
    QVERIFY(fields.complaint()->detail.startsWith(u'a'));

    Fields missing {QJsonObject()};
    missing.required("ref");
    QCOMPARE(missing.complaint()->detail, u"ref is missing"_s);
}

void FieldsTest::boundsPages()
{
    for (const auto &[page, perPage, expectedPage, expectedPerPage] :
         {std::tuple {u"0"_s, u"0"_s, 1, 1},
          {u"-5"_s, u"-5"_s, 1, 1},
          {u"3"_s, u"50"_s, 3, 50},
          {u"9999999999"_s, u"9999"_s, 1'000'000, 100}}) {
        Fields fields(QJsonObject {{u"page"_s, page}, {u"per_page"_s, perPage}});
        const db::Page bounded = pageFrom(fields);
        QCOMPARE(bounded.page, expectedPage);
        QCOMPARE(bounded.perPage, expectedPerPage);
    }
}

void FieldsTest::writesPageHeaders()
{
    net::RequestHead head;
    head.path = "/api/v4/projects";
    head.query = "search=a%20b&page=2&per_page=10";
    net::Response response;
    addPageHeaders(response, head, "https://ci.example.com", {2, 10}, 25);
    QCOMPARE(response.headers.value("X-Total", {}), QByteArray("25"));
    QCOMPARE(response.headers.value("X-Total-Pages", {}), QByteArray("3"));
    QCOMPARE(response.headers.value("X-Next-Page", {}), QByteArray("3"));
    QCOMPARE(response.headers.value("X-Prev-Page", {}), QByteArray("1"));
    const QByteArray links = response.headers.value("Link", {});
    QVERIFY(
        links.contains("<https://ci.example.com/api/v4/projects?search=a%20b&page=3&per_page=10>; "
                       "rel=\"next\""));
}

CAPSTAN_TEST(FieldsTest)
#include "tst_fields.moc"
