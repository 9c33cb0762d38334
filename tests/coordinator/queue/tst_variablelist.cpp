// SPDX-License-Identifier: MIT
#include "coordinator/queue/slug.h"
#include "coordinator/queue/variablelist.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::queue;
using namespace Qt::StringLiterals;

class VariableListTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void expands_data();
    void expands();
    void growthIsBounded();
    void workIsBounded();
    void depthIsBounded();
    void slugs();
};

namespace {

protocol::JobVariable variable(const QString &key, const QString &value, bool isRaw = false)
{
    protocol::JobVariable made;
    made.key = key;
    made.value = value;
    made.raw = isRaw;
    return made;
}

} // namespace

void VariableListTest::expands_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expanded");
    QTest::newRow("plain") << u"a b"_s << u"a b"_s;
    QTest::newRow("all three forms") << u"$A ${A} %A%"_s << u"1 1 1"_s;
    QTest::newRow("the last one wins") << u"$TWICE"_s << u"late"_s;
    QTest::newRow("nested") << u"<$NESTED>"_s << u"<-1->"_s;
    QTest::newRow("unknown stays") << u"$NONE/${NONE}"_s << u"$NONE/${NONE}"_s;
    QTest::newRow("an escaped one stays") << u"$$A"_s << u"$$A"_s;
    QTest::newRow("raw is not looked into") << u"$RAW"_s << u"$A"_s;
    QTest::newRow("a circle ends") << u"$C1"_s << u"$C1"_s;
}

void VariableListTest::expands()
{
    VariableList list;
    list.add(variable(u"A"_s, u"1"_s));
    list.add(variable(u"NESTED"_s, u"-$A-"_s));
    list.add(variable(u"TWICE"_s, u"early"_s));
    list.add(variable(u"TWICE"_s, u"late"_s));
    list.add(variable(u"RAW"_s, u"$A"_s, true));
    list.add(variable(u"C1"_s, u"$C2"_s));
    list.add(variable(u"C2"_s, u"$C1"_s));
    QFETCH(const QString, text);
    QTEST(list.expanded(text), "expanded");
}

void VariableListTest::growthIsBounded()
{
    VariableList list;
    list.add(variable(u"V0"_s, QString(100, u'x')));
    for (int i = 1; i < 40; ++i) {
        const QString inner = u"$V%1"_s.arg(i - 1);
        list.add(variable(u"V%1"_s.arg(i), inner + inner));
    }
    QVERIFY(list.expanded(u"$V39"_s).size() <= 64 * 1024);
}

// Nothing grows here, so that no bound of the length ends it.
void VariableListTest::workIsBounded()
{
    VariableList list;
    list.add(variable(u"A19"_s, QString()));
    for (int i = 0; i < 19; ++i) {
        list.add(variable(u"A%1"_s.arg(i), u"$A%1"_s.arg(i + 1).repeated(8)));
    }
    QVERIFY(list.expandedWhole(u"$A0"_s).isEmpty());
    QVERIFY(list.expanded(u"$A0"_s).size() <= 64 * 1024);
}

void VariableListTest::depthIsBounded()
{
    VariableList list;
    for (int i = 0; i < 50'000; ++i) {
        list.add(variable(u"A%1"_s.arg(i), u"$A%1"_s.arg(i + 1)));
    }
    QCOMPARE(list.expanded(u"$A0"_s), u"$A20"_s);
}

void VariableListTest::slugs()
{
    QCOMPARE(slugOf(u"Feature/ADD_me-"_s), u"feature-add-me"_s);
    QCOMPARE(slugOf(QString(80, u'a')).size(), 63);
    QCOMPARE(environmentSlugOf(u"prod"_s), u"prod"_s);
    const QString review = environmentSlugOf(u"review/Fix the crane"_s);
    QVERIFY(review.size() <= 24);
    QVERIFY(review.startsWith("review-fix-the"_L1));
    QVERIFY(review != environmentSlugOf(u"review/fix the crane"_s));
    QVERIFY(environmentSlugOf(u"1st"_s).startsWith("env-"_L1));
}

CAPSTAN_TEST(VariableListTest)
#include "tst_variablelist.moc"
