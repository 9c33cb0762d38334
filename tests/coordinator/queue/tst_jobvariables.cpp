// SPDX-License-Identifier: MIT
#include "coordinator/queue/jobvariables.h"

#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace Qt::StringLiterals;

/// Which of the stored variables a job gets.
class JobVariablesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theScopeDecides_data();
    void theScopeDecides();
    void protectedOnesNeedAProtectedRef();
};

void JobVariablesTest::theScopeDecides_data()
{
    QTest::addColumn<QString>("scope");
    QTest::addColumn<QString>("environment");
    QTest::addColumn<bool>("applies");

    QTest::newRow("a star is for all") << u"*"_s << u"prod"_s << true;
    QTest::newRow("a star is for jobs without environment") << u"*"_s << QString() << true;
    QTest::newRow("a name needs its environment") << u"prod"_s << u"prod"_s << true;
    QTest::newRow("another environment has its own") << u"prod"_s << u"staging"_s << false;
    QTest::newRow("a name is not a prefix") << u"prod"_s << u"production"_s << false;
    QTest::newRow("a job without environment has none") << u"prod"_s << QString() << false;
    QTest::newRow("a star goes over slashes") << u"review/*"_s << u"review/a/b"_s << true;
    QTest::newRow("a star may be nothing") << u"review*"_s << u"review"_s << true;
    QTest::newRow("a star in the middle") << u"review/*/eu"_s << u"review/x/eu"_s << true;
    QTest::newRow("other signs mean themselves") << u"rev.ew/*"_s << u"review/a"_s << false;
    QTest::newRow("the case counts") << u"Prod"_s << u"prod"_s << false;
    QTest::newRow("a star with an environment's name needs one") << u"*prod"_s << QString() << false;
}

void JobVariablesTest::theScopeDecides()
{
    QFETCH(QString, scope);
    QFETCH(QString, environment);
    model::Variable variable;
    variable.key = u"KEY"_s;
    variable.environmentScope = scope;
    QTEST(!queue::applicable({variable}, false, environment).empty(), "applies");
}

void JobVariablesTest::protectedOnesNeedAProtectedRef()
{
    model::Variable variable;
    variable.key = u"KEY"_s;
    variable.isProtected = true;
    QVERIFY(queue::applicable({variable}, false, u"prod"_s).empty());
    QCOMPARE(queue::applicable({variable}, true, u"prod"_s).size(), size_t(1));
}

CAPSTAN_TEST(JobVariablesTest)
#include "tst_jobvariables.moc"
