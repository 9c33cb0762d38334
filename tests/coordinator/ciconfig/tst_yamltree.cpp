// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/yamltree.h"

#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/yamlwriter.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci::ciconfig;
using namespace Qt::StringLiterals;

class YamlTreeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsPlainScalars_data();
    void readsPlainScalars();
    void keepsQuotedTextAsText();
    void knowsWhereThingsStand();
    void mergesInTheOrderWritten();
    void letsTheLastKeyWinWithAWarning();
    void refusesWhatIsNoYaml_data();
    void refusesWhatIsNoYaml();
    void staysSmall_data();
    void staysSmall();
    void writesWhatItReads();
};

static NodePtr read(const QByteArray &text, Report &report)
{
    const auto documents = parseYaml(text, report.addFile(u"a.yml"_s), report);
    return documents.empty() ? nullptr : documents.front();
}

void YamlTreeTest::readsPlainScalars_data()
{
    QTest::addColumn<QByteArray>("written");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("text");

    const auto row = [](const char *written, Kind kind, const char *text) {
        QTest::newRow(written) << QByteArray(written) << int(kind) << QString::fromUtf8(text);
    };
    row("yes", Kind::Bool, "true");
    row("Off", Kind::Bool, "false");
    row("y", Kind::String, "y");
    row("~", Kind::Null, "");
    row("NULL", Kind::Null, "");
    row("nullable", Kind::String, "nullable");
    row("017", Kind::Integer, "15");
    row("0o17", Kind::Integer, "15");
    row("0x1F", Kind::Integer, "31");
    row("0b101", Kind::Integer, "5");
    row("1_000", Kind::Integer, "1000");
    row("-12", Kind::Integer, "-12");
    row("+12", Kind::Integer, "12");
    row("08", Kind::String, "08");
    row("12:30", Kind::Integer, "45000");
    row("1001:1001", Kind::String, "1001:1001");
    row("1.10", Kind::Float, "1.1");
    row("3.0", Kind::Float, "3.0");
    row("-.5", Kind::Float, "-0.5");
    row("1.2.3", Kind::String, "1.2.3");
    row("1e3", Kind::String, "1e3");
    row("1.5e3", Kind::String, "1.5e3");
    row("1.5e+3", Kind::Float, "1500.0");
    row("100000.0", Kind::Float, "100000.0");
    row("1.0e+16", Kind::Float, "1.0e+16");
    row("0.00001", Kind::Float, "1.0e-05");
    row(".inf", Kind::Float, "Infinity");
    row("-.INF", Kind::Float, "-Infinity");
    row("2024-13-31", Kind::String, "2024-13-31");
    row("2024-01-31a", Kind::String, "2024-01-31a");
    row("'2024-01-31'", Kind::String, "2024-01-31");
    row("!!str 2024-01-31", Kind::String, "2024-01-31");
    row("12024-01-31", Kind::String, "12024-01-31");
    row("-", Kind::String, "");
    row("99999999999999999999", Kind::String, "99999999999999999999");
    row("!!str 12", Kind::String, "12");
    row("$CI_COMMIT_TAG", Kind::String, "$CI_COMMIT_TAG");
}

void YamlTreeTest::readsPlainScalars()
{
    QFETCH(QByteArray, written);
    QFETCH(int, kind);
    QFETCH(QString, text);
    Report report;
    const NodePtr root = read("a: " + written + "\n", report);
    if (written == "-") {
        QVERIFY(!root); // A list cannot begin there.
        return;
    }
    QVERIFY(root);
    QCOMPARE(int(root->find(u"a"_s)->kind()), kind);
    QCOMPARE(root->find(u"a"_s)->text(), text);
}

void YamlTreeTest::keepsQuotedTextAsText()
{
    Report report;
    const NodePtr root = read("a: '12'\nb: \"yes\"\n1: x\n", report);
    QVERIFY(root->find(u"a"_s)->isString());
    QVERIFY(root->find(u"b"_s)->isString());
    QVERIFY(root->find(u"1"_s));
}

void YamlTreeTest::knowsWhereThingsStand()
{
    Report report;
    const NodePtr root = read("# é\na:\n  bé: [x, ü, y]\n", report);
    const MapEntry *entry = root->find(u"a"_s)->findEntry(u"bé"_s);
    QCOMPARE(entry->position.line, 3);
    QCOMPARE(entry->position.column, 3);
    QCOMPARE(entry->value->items().at(2)->position().column, 14); // Characters, not bytes.
    QCOMPARE(report.file(entry->position.file), u"a.yml"_s);
}

void YamlTreeTest::mergesInTheOrderWritten()
{
    Report report;
    const NodePtr root = read(".x: &x {a: 1, b: 2}\n.y: &y {b: 3, c: 4}\n"
                              "j: {<<: [*x, *y], c: 5}\nk: {a: 9, <<: *x}\n", report);
    const Node *j = root->find(u"j"_s);
    QCOMPARE(j->find(u"a"_s)->text(), u"1"_s);
    QCOMPARE(j->find(u"b"_s)->text(), u"2"_s);
    QCOMPARE(j->find(u"c"_s)->text(), u"5"_s);
    QCOMPARE(root->find(u"k"_s)->find(u"a"_s)->text(), u"1"_s);
    QVERIFY(report.warnings().empty());
}

void YamlTreeTest::letsTheLastKeyWinWithAWarning()
{
    Report report;
    const NodePtr root = read("j: 1\nk: 2\nj: 3\n", report);
    QCOMPARE(root->find(u"j"_s)->text(), u"3"_s);
    QCOMPARE(root->entries().front().key, u"j"_s);
    QCOMPARE(report.warnings().size(), size_t(1));
    QCOMPARE(report.warnings().front().line, 3);
}

void YamlTreeTest::refusesWhatIsNoYaml_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");

    QTest::newRow("an open list") << QByteArray("j:\n  script: [x\n") << 3 << 1;
    QTest::newRow("a tab") << QByteArray("j:\n\tscript: x\n") << 2 << 1;
    QTest::newRow("an unknown alias") << QByteArray("a: *b\n") << 1 << 4;
    QTest::newRow("an unknown tag") << QByteArray("a: !foo x\n") << 1 << 4;
    QTest::newRow("a list as key") << QByteArray("? [a]\n: x\n") << 1 << 3;
    QTest::newRow("a text to merge") << QByteArray("a: {<<: x}\n") << 1 << 5;
    QTest::newRow("a date") << QByteArray("a: 2024-01-31\n") << 1 << 4;
    QTest::newRow("a time") << QByteArray("a: 2024-01-31 10:00:00 +02:00\n") << 1 << 4;
    QTest::newRow("a date as key") << QByteArray("2024-1-1: x\n") << 1 << 1;
    QTest::newRow("a reference to a text") << QByteArray("a: !reference x\n") << 1 << 4;
    QTest::newRow("a NUL") << QByteArray("a: \"x\0y\"\n", 9) << 1 << 6;
    QTest::newRow("broken UTF-8") << QByteArray("ab: c\nd: \"\xff\"\n") << 2 << 5;
}

void YamlTreeTest::refusesWhatIsNoYaml()
{
    QFETCH(QByteArray, text);
    QFETCH(int, line);
    QFETCH(int, column);
    Report report;
    QVERIFY(!read(text, report));
    QVERIFY(report.failed());
    QCOMPARE(report.errors().front().line, line);
    QCOMPARE(report.errors().front().column, column);
}

void YamlTreeTest::staysSmall_data()
{
    QTest::addColumn<QByteArray>("text");

    QByteArray bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    QByteArray merges = ".a: &a {" + QByteArray("k: x, ").repeated(1) + "z: x}\n";
    for (int i = 1; i < 30; ++i) {
        const QByteArray above = "*a" + QByteArray::number(i - 1);
        bomb += "a" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " ["
            + QByteArrayList(10, above).join(',') + "]\n";
    }
    QByteArray wide;
    for (int i = 0; i < 1000; ++i) {
        wide += "k" + QByteArray::number(i) + ": x, ";
    }
    merges = ".a: &a {" + wide + "}\n";
    for (int i = 0; i < 1000; ++i) {
        merges += ".b" + QByteArray::number(i) + ": {<<: *a}\n";
    }
    QTest::newRow("aliases of aliases") << bomb;
    QTest::newRow("a merge repeated") << merges;
    QTest::newRow("deep lists") << "a: " + QByteArray(10000, '[');
    QTest::newRow("deep maps") << "a: " + QByteArray("{a: ").repeated(10000);
    QTest::newRow("deep blocks") << QByteArray("- ").repeated(10000) + "x";
    QTest::newRow("many nodes") << "a: [" + QByteArray("a,").repeated(900000) + "]";
    QTest::newRow("a large file") << "a: \"" + QByteArray(limits::MaxFileBytes, 'x') + "\"";
}

void YamlTreeTest::staysSmall()
{
    QFETCH(QByteArray, text);
    Report report;
    QVERIFY(!read(text, report));
    QVERIFY(report.errors().front().text.startsWith(u"The parsed YAML is too"_s));
}

void YamlTreeTest::writesWhatItReads()
{
    const QByteArray text = "a: [1, '1', \"x: y\", ~, yes, '', [], {}, \"t\\tab\", '- z', \" s\"]\n"
                            "'b c': {d: \"l1\\nl2\\n\", e: \"l1\\n\\n\", f: \"\\nx\", '#g': -1.5}\n";
    Report report;
    const NodePtr root = read(text, report);
    const NodePtr again = read(toYaml(*root).toUtf8(), report);
    QVERIFY2(again, qPrintable(toYaml(*root)));
    QCOMPARE(toJson(*again), toJson(*root));
}

CAPSTAN_TEST(YamlTreeTest)
#include "tst_yamltree.moc"
