// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;

// What REST tells of a repository, against a whole coordinator and a real git.
class RestRepositoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_fixture.reset(); }

    void refuses_data();
    void refuses();
    void listsBranches();
    void showsOneBranchAndOneTag();
    void listsCommitsByPage();
    void showsACommitWithItsNewestPipeline();
    void hidesPipelinesFromWhoMayNotSeeThem();
    void listsATree();
    void showsAFile();
    void sendsAFileAsTextOfNobody_data();
    void sendsAFileAsTextOfNobody();

private:
    HttpAnswer get(const QByteArray &path) { return m_fixture->api("GET", m_path + path); }
    QByteArray tip() { return get("/branches/main").object()["commit"_L1].toObject()["id"_L1].toString().toLatin1(); }
    static QStringList words(const QJsonArray &array, QLatin1StringView key);

    std::unique_ptr<CoordinatorFixture> m_fixture;
    QByteArray m_path; ///< Below /api/v4.
};

QStringList RestRepositoryTest::words(const QJsonArray &array, QLatin1StringView key)
{
    QStringList words;
    for (const QJsonValue &value : array) {
        words.append(value.toObject().value(key).toString());
    }
    return words;
}

void RestRepositoryTest::initTestCase()
{
    m_fixture = std::make_unique<CoordinatorFixture>();
    QVERIFY(m_fixture->isUp());
    const qint64 id = m_fixture->newProject(u"code"_s, u"public"_s);
    m_path = "/projects/" + QByteArray::number(id) + "/repository";
    QVERIFY(m_fixture->push(u"root/code"_s, {{u"a.txt"_s, "hello\n"}, {u"d/x.txt"_s, "x"}}).isEmpty());
    QVERIFY(m_fixture
                ->push(u"root/code"_s, {{u".gitlab-ci.yml"_s, "job: {script: [x]}\n"}, {u"d/e/y"_s, "<b>"}})
                .isEmpty());
    QVERIFY(m_fixture->push(u"root/code"_s, {{u"b.txt"_s, "b"}}, u"main:feature/one"_s).isEmpty());
    QVERIFY(m_fixture->push(u"root/code"_s, {{u"c.txt"_s, "c"}}, u"main:refs/tags/v1"_s).isEmpty());
}

void RestRepositoryTest::refuses_data()
{
    QTest::addColumn<QByteArray>("path");

    QTest::newRow("no such branch") << "/branches/none"_ba;
    QTest::newRow("a folder of branches") << "/branches/feature"_ba;
    QTest::newRow("a pattern for a branch") << "/branches/m*"_ba;
    QTest::newRow("an option of git for a branch") << "/branches/--format=x"_ba;
    QTest::newRow("no such tag") << "/tags/main"_ba;
    QTest::newRow("an option of git for a commit") << "/commits/--upload-pack=x"_ba;
    QTest::newRow("commits of no such ref") << "/commits?ref_name=none"_ba;
    QTest::newRow("commits of an option of git") << "/commits?ref_name=--all"_ba;
    QTest::newRow("commits of a path outside") << "/commits?path=../../etc"_ba;
    QTest::newRow("tree of no such ref") << "/tree?ref=none"_ba;
    QTest::newRow("tree of no such folder") << "/tree?path=none"_ba;
    QTest::newRow("tree of a file") << "/tree?path=a.txt"_ba;
    QTest::newRow("tree outside") << "/tree?path=../.."_ba;
    QTest::newRow("no such file") << "/files/none?ref=main"_ba;
    QTest::newRow("a folder as a file") << "/files/d?ref=main"_ba;
    QTest::newRow("a file outside") << "/files/..%2F..%2Fetc%2Fpasswd?ref=main"_ba;
    QTest::newRow("a file with a line break") << "/files/a%0A.txt?ref=main"_ba;
}

void RestRepositoryTest::refuses()
{
    QFETCH(QByteArray, path);
    QCOMPARE(get(path).status, 404);
}

void RestRepositoryTest::listsBranches()
{
    const QJsonArray branches = get("/branches").array();
    QCOMPARE(words(branches, "name"_L1), QStringList({u"feature/one"_s, u"main"_s}));
    QVERIFY(branches[1].toObject()["default"_L1].toBool());
    QVERIFY(branches[1].toObject()["protected"_L1].toBool());
    QVERIFY(!branches[0].toObject()["protected"_L1].toBool());
    QCOMPARE(words(get("/branches?search=FEAT").array(), "name"_L1), QStringList {u"feature/one"_s});
    QCOMPARE(words(get("/tags").array(), "name"_L1), QStringList {u"v1"_s});
}

void RestRepositoryTest::showsOneBranchAndOneTag()
{
    const QJsonObject branch = get("/branches/feature%2Fone").object();
    QCOMPARE(branch["name"_L1].toString(), u"feature/one"_s);
    QVERIFY(!branch["default"_L1].toBool());
    const QJsonObject tag = get("/tags/v1").object();
    QCOMPARE(tag["name"_L1].toString(), u"v1"_s);
    QCOMPARE(tag["target"_L1].toString(), tag["commit"_L1].toObject()["id"_L1].toString());
}

void RestRepositoryTest::listsCommitsByPage()
{
    const HttpAnswer first = get("/commits?per_page=1");
    QCOMPARE(words(first.array(), "id"_L1), QStringList {QString::fromLatin1(tip())});
    QCOMPARE(first.headers.value("x-next-page"), "2"_ba);
    QVERIFY(!first.headers.contains("x-total")); // Nobody has counted.
    const HttpAnswer second = get("/commits?per_page=1&page=2");
    QCOMPARE(second.array().size(), 1);
    QCOMPARE(second.headers.value("x-next-page"), ""_ba);
    QCOMPARE(second.headers.value("x-prev-page"), "1"_ba);
    QCOMPARE(get("/commits?per_page=1&page=3").array().size(), 0);
    QCOMPARE(words(get("/commits?path=d/e/").array(), "id"_L1), QStringList {QString::fromLatin1(tip())});
    QCOMPARE(get("/commits?path=*").array().size(), 0); // A name, not a pattern.
    QCOMPARE(get("/commits?ref_name=v1").array().size(), 4);
}

void RestRepositoryTest::showsACommitWithItsNewestPipeline()
{
    const QByteArray sha = tip();
    QVERIFY(!m_fixture->waitForPipeline(m_path.split('/')[2].toLongLong()).isEmpty());
    for (const QByteArray &name : {sha, sha.first(8), "main"_ba}) {
        const QJsonObject commit = get("/commits/" + name).object();
        QCOMPARE(commit["id"_L1].toString(), QString::fromLatin1(sha));
        const QJsonObject pipeline = commit["last_pipeline"_L1].toObject();
        QCOMPARE(pipeline["sha"_L1].toString(), QString::fromLatin1(sha));
        QCOMPARE(commit["status"_L1].toString(), pipeline["status"_L1].toString());
    }
    const QJsonObject older = get("/commits?page=2&per_page=1").array().first().toObject();
    const QJsonObject without = get("/commits/" + older["id"_L1].toString().toLatin1()).object();
    QVERIFY(without.contains("last_pipeline"_L1));
    QVERIFY(without["last_pipeline"_L1].isNull());
    QVERIFY(without["status"_L1].isNull());
}

void RestRepositoryTest::hidesPipelinesFromWhoMayNotSeeThem()
{
    const QByteArray path = "/api/v4" + m_path + "/commits/main";
    const HttpAnswer answer = m_fixture->with({}, "GET", path);
    QCOMPARE(answer.status, 200);
    const bool mayList =
        m_fixture->with({}, "GET", path.first(path.indexOf("/repository")) + "/pipelines").status == 200;
    QCOMPARE(answer.object()["last_pipeline"_L1].isObject(), mayList);
}

void RestRepositoryTest::listsATree()
{
    const QJsonArray top = get("/tree").array();
    QCOMPARE(words(top, "path"_L1), QStringList({u".gitlab-ci.yml"_s, u"a.txt"_s, u"d"_s}));
    QCOMPARE(words(top, "type"_L1), QStringList({u"blob"_s, u"blob"_s, u"tree"_s}));
    const QJsonArray below = get("/tree?path=d/&recursive=true&ref=main").array();
    QCOMPARE(words(below, "path"_L1), QStringList({u"d/e"_s, u"d/e/y"_s, u"d/x.txt"_s}));
    QCOMPARE(words(below, "name"_L1), QStringList({u"e"_s, u"y"_s, u"x.txt"_s}));
    QCOMPARE(below[1].toObject()["mode"_L1].toString(), u"100644"_s);
    const HttpAnswer part = get("/tree?recursive=true&per_page=2&page=2");
    QCOMPARE(words(part.array(), "path"_L1), QStringList({u"d"_s, u"d/e"_s}));
    QCOMPARE(part.headers.value("x-total"), "6"_ba);
}

void RestRepositoryTest::showsAFile()
{
    const QJsonObject file = get("/files/d%2Fe%2Fy?ref=main").object();
    QCOMPARE(file["file_name"_L1].toString(), u"y"_s);
    QCOMPARE(file["file_path"_L1].toString(), u"d/e/y"_s);
    QCOMPARE(QByteArray::fromBase64(file["content"_L1].toString().toLatin1()), "<b>"_ba);
    QCOMPARE(file["size"_L1].toInt(), 3);
    QCOMPARE(file["encoding"_L1].toString(), u"base64"_s);
    QCOMPARE(file["last_commit_id"_L1].toString(), QString::fromLatin1(tip()));
    QCOMPARE(file["commit_id"_L1].toString(), QString::fromLatin1(tip()));
    QCOMPARE(get("/files/a.txt").object()["ref"_L1].toString(), u"main"_s);
}

void RestRepositoryTest::sendsAFileAsTextOfNobody_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<int>("status");

    QTest::newRow("of the default branch") << "d%2Fe%2Fy/raw"_ba << 200;
    QTest::newRow("of a branch") << "d%2Fe%2Fy/raw?ref=main"_ba << 200;
    QTest::newRow("of HEAD, as clients ask") << "d%2Fe%2Fy/raw?ref=HEAD"_ba << 200;
    QTest::newRow("that is not there") << "none.yml/raw"_ba << 404;
    QTest::newRow("of no such branch") << "a.txt/raw?ref=gone"_ba << 404;
    QTest::newRow("outside of the tree") << "..%2F..%2Fetc%2Fpasswd/raw"_ba << 404;
    QTest::newRow("of a ref that is an option of git") << "a.txt/raw?ref=--output%3Dx"_ba << 404;
    QTest::newRow("with a line break in its name") << "a%0A.txt/raw"_ba << 404;
}

void RestRepositoryTest::sendsAFileAsTextOfNobody()
{
    QFETCH(QByteArray, query);
    QFETCH(int, status);
    const HttpAnswer answer = get("/files/" + query);
    QCOMPARE(answer.status, status);
    if (status == 200) {
        QCOMPARE(answer.body, "<b>"_ba);
        QCOMPARE(answer.headers.value("content-type"), "text/plain; charset=utf-8"_ba);
    }
}

CAPSTAN_TEST(RestRepositoryTest)
#include "tst_restrepository.moc"
