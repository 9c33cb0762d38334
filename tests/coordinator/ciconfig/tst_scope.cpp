// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/scope.h"

#include "tests/testmain.h"

#include <QTest>

using namespace ci::ciconfig;
using namespace Qt::StringLiterals;

class ScopeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void expands_data();
    void expands();
    void prefersTheHigherLevel();
    void namesTheLowerLevelInItself();
    void findsCircles_data();
    void findsCircles();
    void stopsGrowing();
};

void ScopeTest::expands_data()
{
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *text, const char *expected) {
        QTest::newRow(text) << QString::fromUtf8(expected);
    };
    row("$A", "x");
    row("${A}b", "xb");
    row("%A%", "x");
    row("$AB", "$AB");
    row("$NONE-${NONE}", "$NONE-${NONE}");
    row("$$A", "$$A");
    row("$NEST", "<x>");
    row("$RAW", "$A");
    row("$SELF", "$SELF:/x");
    row("${A", "${A");
    row("100%", "100%");
    row("$", "$");
    row("${URL_${A}}", "${URL_x}");
}

void ScopeTest::expands()
{
    QFETCH(QString, expected);
    VariableSet set;
    set.set(u"A"_s, u"x"_s);
    set.set(u"NEST"_s, u"<$A>"_s);
    set.set(u"RAW"_s, u"$A"_s, true);
    set.set(u"SELF"_s, u"$SELF:/x"_s);
    QCOMPARE(Scope({&set}).expandKnown(QString::fromUtf8(QTest::currentDataTag())), expected);
}

void ScopeTest::prefersTheHigherLevel()
{
    VariableSet high;
    VariableSet low;
    high.set(u"A"_s, u"high"_s);
    low.set(u"A"_s, u"low"_s);
    low.set(u"B"_s, u"$A"_s);
    const Scope scope({&high, &low});
    QCOMPARE(scope.value(u"A"_s), u"high"_s);
    QCOMPARE(scope.expandKnown(u"$B"_s), u"high"_s);
    QCOMPARE(scope.value(u"C"_s), std::nullopt);
}

void ScopeTest::namesTheLowerLevelInItself()
{
    VariableSet high;
    VariableSet middle;
    VariableSet low;
    high.set(u"A"_s, u"h:$A"_s);
    high.set(u"B"_s, u"$C"_s);
    middle.set(u"A"_s, u"m:${A}"_s);
    middle.set(u"C"_s, u"$B"_s);
    low.set(u"A"_s, u"l:$A"_s);
    low.set(u"B"_s, u"low"_s);
    const Scope scope({&high, &middle, &low});
    QCOMPARE(scope.expandKnown(u"$A-$A"_s), u"h:m:l:$A-h:m:l:$A"_s);
    QCOMPARE(scope.expandKnown(u"$B"_s), u"$B"_s); // Only in itself, not round a circle.
}

void ScopeTest::findsCircles_data()
{
    QTest::addColumn<QStringList>("values"); // Of A, B, C.
    QTest::addColumn<QStringList>("circle");
    QTest::newRow("none") << QStringList {u"$B"_s, u"$C"_s, u"x"_s} << QStringList();
    QTest::newRow("itself is none") << QStringList {u"$A:x"_s, u""_s, u""_s} << QStringList();
    QTest::newRow("two") << QStringList {u"$B"_s, u"${A}"_s, u""_s} << QStringList {u"A"_s, u"B"_s};
    QTest::newRow("two behind a third") << QStringList {u"$B"_s, u"$C"_s, u"$B"_s} << QStringList {u"B"_s, u"C"_s};
    QTest::newRow("an escape is none") << QStringList {u"$B"_s, u"$$A"_s, u""_s} << QStringList();
}

void ScopeTest::findsCircles()
{
    QFETCH(QStringList, values);
    QFETCH(QStringList, circle);
    VariableSet set;
    set.set(u"A"_s, values.at(0));
    set.set(u"B"_s, values.at(1));
    set.set(u"C"_s, values.at(2));
    qint64 steps = 0;
    QCOMPARE(circularVariables(set, Scope({&set}), steps), circle);
}

void ScopeTest::stopsGrowing()
{
    VariableSet set;
    for (int i = 0; i < 60; ++i) {
        set.set(u"V%1"_s.arg(i), u"$V%1 "_s.arg(i + 1).repeated(50));
    }
    QVERIFY(Scope({&set}).expandKnown(u"$V0"_s).size() < 10'000'000);
}

CAPSTAN_TEST(ScopeTest)
#include "tst_scope.moc"
