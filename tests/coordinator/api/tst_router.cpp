// SPDX-License-Identifier: MIT
#include "coordinator/api/router.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci::api;

class RouterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void finds_data();
    void finds();
    void namesPatternParts();
    void namesAllowedMethods();
};

namespace {

const std::vector<Router::Key> Table {
    {"GET", "/api/v4/projects"},
    {"POST", "/api/v4/projects"},
    {"GET", "/api/v4/projects/:id"},
    {"DELETE", "/api/v4/projects/:id"},
    {"GET", "/api/v4/projects/:id/pipelines/latest"},
    {"GET", "/api/v4/projects/:id/pipelines/:pipeline_id"},
    {"GET", "/api/v4/projects/:id/jobs/:job_id/artifacts"},
    {"GET", "/api/v4/projects/:id/jobs/:job_id/artifacts/tree"},
    {"GET", "/api/v4/projects/:id/jobs/:job_id/artifacts/*path"},
    {"GET", "/assets/*path"},
    {"GET", "*.git/info/refs"},
    {"GET", "/"},
    {"GET", "/*page"},
};

QString describe(const Router::Answer &answer)
{
    if (const auto *match = std::get_if<Router::Match>(&answer)) {
        QStringList parts {QString::fromLatin1(Table[match->row].pattern)};
        for (const QString &value : match->values) {
            parts.append(value);
        }
        return parts.join(u'|');
    }
    if (const auto *others = std::get_if<Router::OtherMethods>(&answer)) {
        return QStringLiteral("405 ") + QString::fromLatin1(others->allowed);
    }
    return std::holds_alternative<Router::BadPath>(answer) ? QStringLiteral("400")
                                                           : QStringLiteral("404");
}

} // namespace

void RouterTest::finds_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QString>("expected");
    const auto row =
        [](const char *name, const char *method, const char *path, const char *expected) {
            QTest::newRow(name) << QByteArray(method) << QByteArray(path)
                                << QString::fromUtf8(expected);
        };
    row("a literal path", "GET", "/api/v4/projects", "/api/v4/projects");
    row("HEAD is GET", "HEAD", "/api/v4/projects", "/api/v4/projects");
    row("a parameter", "GET", "/api/v4/projects/7", "/api/v4/projects/:id|7");
    row("an encoded slash belongs to its segment",
        "GET",
        "/api/v4/projects/root%2Fsample",
        "/api/v4/projects/:id|root/sample");
    row("lower-case hex",
        "GET",
        "/api/v4/projects/root%2fsample",
        "/api/v4/projects/:id|root/sample");
    row("literals win over parameters",
        "GET",
        "/api/v4/projects/7/pipelines/latest",
        "/api/v4/projects/:id/pipelines/latest|7");
    row("parameters where no literal fits",
        "GET",
        "/api/v4/projects/7/pipelines/12",
        "/api/v4/projects/:id/pipelines/:pipeline_id|7|12");
    row("literals win over the rest",
        "GET",
        "/api/v4/projects/7/jobs/3/artifacts/tree",
        "/api/v4/projects/:id/jobs/:job_id/artifacts/tree|7|3");
    row("the rest of a path",
        "GET",
        "/api/v4/projects/7/jobs/3/artifacts/out/a%20b.txt",
        "/api/v4/projects/:id/jobs/:job_id/artifacts/*path|7|3|out/a b.txt");
    row("a suffix", "GET", "/group/sub/project.git/info/refs", "*.git/info/refs|group/sub/project");
    row("the root", "GET", "/", "/");
    row("a page", "GET", "/root/sample/-/jobs/4", "/*page|root/sample/-/jobs/4");
    row("another method", "PUT", "/api/v4/projects/7", "405 DELETE, GET, HEAD");
    row("methods are case-sensitive", "get", "/api/v4/projects/7", "405 DELETE, GET, HEAD");
    row("an empty segment is no parameter",
        "GET",
        "/api/v4/projects//pipelines/latest",
        "/*page|api/v4/projects//pipelines/latest");
    row("a broken escape", "GET", "/api/v4/projects/%zz", "400");
    row("a cut escape", "GET", "/api/v4/projects/a%2", "400");
    row("NUL", "GET", "/api/v4/projects/a%00", "400");
    row("no UTF-8", "GET", "/api/v4/projects/%ff", "400");
    row("dots lead nowhere", "GET", "/assets/../secret", "404");
    row("not absolute", "GET", "api", "404");
    row("an encoded dot segment is only a name", "GET", "/assets/%2e%2e", "/assets/*path|..");
}

void RouterTest::finds()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    const Router router(Table);
    QTEST(describe(router.find(method, path)), "expected");
}

void RouterTest::namesPatternParts()
{
    const std::vector<QByteArray> expected {"id", "job_id", "path"};
    QCOMPARE(Router::names("/api/v4/projects/:id/jobs/:job_id/artifacts/*path"), expected);
}

void RouterTest::namesAllowedMethods()
{
    const Router router(Table);
    const Router::Answer answer = router.find("PATCH", "/api/v4/projects");
    QCOMPARE(std::get<Router::OtherMethods>(answer).allowed, QByteArray("GET, HEAD, POST"));
    const QByteArray deep = QByteArray("/a").repeated(1000);
    QVERIFY(std::holds_alternative<Router::NoSuchPath>(router.find("GET", deep)));
}

CAPSTAN_TEST(RouterTest)
#include "tst_router.moc"
