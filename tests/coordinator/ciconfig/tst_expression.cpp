// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/expression.h"

#include "tests/testmain.h"

#include <QTest>

using namespace ci::ciconfig;
using namespace Qt::StringLiterals;

class ExpressionTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers_data();
    void answers();
    void refuses_data();
    void refuses();
    void knowsItsVariables();
};

void ExpressionTest::answers_data()
{
    QTest::addColumn<bool>("expected");
    const auto row = [](const char *text, bool expected) { QTest::newRow(text) << expected; };

    // A = "x", B = "x", EMPTY = "", BLANK = " ", ZERO = "0", RE = "/^x$/i", BAD = "/(/", REF = "$A",
    // TEXT = "line1\nline2"; NONE is not set.
    row("$A", true);
    row("$NONE", false);
    row("$EMPTY", false);
    row("$BLANK", false);
    row("$ZERO", true);
    row("$A == 'x'", true);
    row("'x' == $A", true);
    row("$A==\"x\"", true);
    row("$A != 'y'", true);
    row("$A == $B", true);
    row("$NONE == null", true);
    row("$EMPTY == null", false);
    row("$EMPTY == \"\"", true);
    row("$NONE == \"\"", false);
    row("$NONE != \"x\"", true);
    row("$REF == \"$A\"", true);
    row("$REF == $A", false);
    row("$A =~ /X/", false);
    row("$A =~ /X/i", true);
    row("$A !~ /y/", true);
    row("$A =~ $RE", true);
    row("$A =~ $BAD", false);
    row("$A !~ $BAD", false);
    row("$A =~ null", false);
    row("$A !~ null", true);
    row("$NONE =~ /^$/", true);
    row("'a/b' =~ /a\\/b/", true);
    row("$TEXT =~ /^line2/", false);
    row("$TEXT =~ /^line2/m", true);
    row("$TEXT =~ /1.l/", false);
    row("$TEXT =~ /1.l/s", true);
    row("$A =~ 'axb'", true);
    row("$A || $NONE", true);
    row("$NONE || $A", true);
    row("$NONE && $A", false);
    row("$EMPTY && $A", true);
    row("$EMPTY || $A", false);
    row("$NONE || $NONE && $A || $A == 'x'", true);
    row("($NONE || $A) && $B", true);
    row("$A == 'x' && ($B == 'y' || $B == 'x')", true);
    row("$A == 'y' || $A == 'z'", false);
    row("true", true);
    row("false", false);
    row("true == \"true\"", true);
    row("\"\"", false);
}

void ExpressionTest::answers()
{
    QFETCH(bool, expected);
    VariableSet variables;
    variables.set(u"A"_s, u"x"_s);
    variables.set(u"B"_s, u"x"_s);
    variables.set(u"EMPTY"_s, u""_s);
    variables.set(u"BLANK"_s, u" "_s);
    variables.set(u"ZERO"_s, u"0"_s);
    variables.set(u"RE"_s, u"/^X$/i"_s);
    variables.set(u"BAD"_s, u"/(/"_s);
    variables.set(u"REF"_s, u"$A"_s);
    variables.set(u"TEXT"_s, u"line1\nline2"_s);
    RegexCache regexes;
    const auto expression = Expression::parse(QString::fromUtf8(QTest::currentDataTag()), regexes);
    QVERIFY(expression.isOk());
    QCOMPARE(expression->isTrue(Scope({&variables}), regexes), expected);
}

void ExpressionTest::refuses_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "$A =", "$A = \"x\"", "$A ==", "($A", "$A)", "$A $B", "$A == x", "!$A",
                             "\"open", "$A =~ /open", "${A} == \"x\"", "$", "$A && && $B", "&& $A",
                             "/a/ =~ $A", "$A =~ /(/", "$A == 'x' and $B", "$A < 3", "nullx", "()", "$1"}) {
        QTest::newRow(text) << QString::fromUtf8(text);
    }
    QTest::newRow("100 and one tokens") << QString(u"("_s.repeated(50) + u"$A"_s + u")"_s.repeated(50));
    QTest::newRow("a million tokens") << QString(u"$A || "_s.repeated(500'000) + u"$A"_s);
}

void ExpressionTest::refuses()
{
    QFETCH(QString, text);
    RegexCache regexes;
    QVERIFY(!Expression::parse(text, regexes));
}

void ExpressionTest::knowsItsVariables()
{
    RegexCache regexes;
    const auto expression = Expression::parse(u"$A == $B && $A || '$C'"_s, regexes);
    QCOMPARE(expression->variables(), (QStringList {u"A"_s, u"B"_s}));
}

CAPSTAN_TEST(ExpressionTest)
#include "tst_expression.moc"
