// SPDX-License-Identifier: MIT
#include "coordinator/storage/junit.h"

#include "tests/testmain.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <zlib.h>

using namespace ci;
using namespace Qt::StringLiterals;
using model::TestStatus;

/// Reports of strangers' tests.
class JunitTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsCases();
    void survivesHostileText_data();
    void survivesHostileText();
    void followsNoOuterEntity();
    void readsEveryMember();
    void boundsAGzipBomb();
    void keepsWhatItReadBeforeAnError();

private:
    static model::TestReport read(const QByteArray &xml)
    {
        model::TestReport report;
        storage::readJunit(xml, report);
        return report;
    }
    static QByteArray packed(const QByteArray &plain)
    {
        z_stream stream {};
        ::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
        QByteArray out(qsizetype(::deflateBound(&stream, uLong(plain.size()))), '\0');
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.data()));
        stream.avail_in = uInt(plain.size());
        stream.next_out = reinterpret_cast<Bytef *>(out.data());
        stream.avail_out = uInt(out.size());
        ::deflate(&stream, Z_FINISH);
        out.truncate(out.size() - qsizetype(stream.avail_out));
        ::deflateEnd(&stream);
        return out;
    }
    model::TestReport readFile(const QByteArray &bytes)
    {
        QFile file(m_folder.filePath(u"report"_s));
        if (!file.open(QIODevice::WriteOnly)) {
            return {};
        }
        file.write(bytes);
        file.close();
        return storage::readJunitFile(file.fileName());
    }

    QTemporaryDir m_folder;
};

void JunitTest::readsCases()
{
    const model::TestReport report = read(R"(<?xml version="1.0"?>
        <testsuites><testsuite name="outer"><testsuite name="inner">
          <testcase classname="a.B" name="good" file="b.cpp" time="1.5"><system-out>hi</system-out></testcase>
          <testcase classname="a.B" name="bad" time="0.25"><failure message="1 != 2">at line 3</failure></testcase>
          <testcase name="broken"><error>no such file</error></testcase>
          <testcase name="left out" time="nan"><skipped/></testcase>
        </testsuite></testsuite></testsuites>)");
    QCOMPARE(report.problem, QString());
    QCOMPARE(report.cases.size(), size_t(4));
    QCOMPARE(report.counts.success, 1);
    QCOMPARE(report.counts.failed, 1);
    QCOMPARE(report.counts.errors, 1);
    QCOMPARE(report.counts.skipped, 1);
    QCOMPARE(report.counts.seconds, 1.75);
    QCOMPARE(report.cases[0].file, u"b.cpp"_s);
    QCOMPARE(report.cases[0].systemOutput, u"hi"_s);
    QCOMPARE(report.cases[1].output, u"1 != 2\nat line 3"_s);
    QCOMPARE(report.cases[1].status, TestStatus::Failed);
}

void JunitTest::survivesHostileText_data()
{
    QTest::addColumn<QByteArray>("xml");
    QByteArray laughs = "<!DOCTYPE x [<!ENTITY a \"ha\">";
    for (char c = 'b'; c <= 'p'; ++c) {
        const QByteArray before = QByteArray("&") + char(c - 1) + ';';
        laughs += QByteArray("<!ENTITY ") + c + " \"" + before.repeated(10) + "\">";
    }
    laughs += "]><testsuite><testcase name=\"a\"><failure>&p;</failure></testcase></testsuite>";
    QTest::newRow("a bomb of entities") << laughs;
    QTest::newRow("nested without end") << QByteArray("<a>").repeated(100'000);
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no XML") << QByteArray("\0\xff\xfe binary", 10);
    QTest::newRow("cut off") << QByteArray("<testsuite><testcase name=\"a\"");
    QTest::newRow("unknown coding") << QByteArray("<?xml version=\"1.0\" encoding=\"odd\"?><a/>");
}

void JunitTest::survivesHostileText()
{
    QFETCH(QByteArray, xml);
    const model::TestReport report = read(xml);
    QVERIFY(!report.problem.isEmpty());
    for (const model::TestCase &each : report.cases) {
        QVERIFY(each.output.size() < 20'000 && !each.output.contains("root:"_L1));
    }
}

void JunitTest::followsNoOuterEntity()
{
    const model::TestReport report = read(
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"
        "<t><testcase name=\"x\"><failure>&a;</failure></testcase></t>");
    for (const model::TestCase &each : report.cases) {
        QVERIFY(!each.output.contains("root:"_L1));
    }
}

void JunitTest::readsEveryMember()
{
    const QByteArray one = packed("<testsuite><testcase name=\"one\"/></testsuite>");
    const QByteArray two = packed("<testsuite><testcase name=\"two\"/></testsuite>");
    const model::TestReport report = readFile(one + two);
    QCOMPARE(report.problem, QString());
    QCOMPARE(report.counts.success, 2);
    QCOMPARE(readFile("<testsuite><testcase/></testsuite>").counts.success, 1);
    QVERIFY(!readFile(one.chopped(5)).problem.isEmpty());
}

void JunitTest::boundsAGzipBomb()
{
    const QByteArray bomb = packed(QByteArray(200 << 20, ' '));
    QVERIFY(bomb.size() < 1 << 20);
    QVERIFY(!readFile(bomb).problem.isEmpty());
}

void JunitTest::keepsWhatItReadBeforeAnError()
{
    const model::TestReport report = read("<t><testcase name=\"a\"/><testcase name=\"b\"/><oops</t>");
    QCOMPARE(report.counts.success, 2);
    QVERIFY(report.problem.startsWith("line 1"_L1));
}

CAPSTAN_TEST(JunitTest)
#include "tst_junit.moc"
