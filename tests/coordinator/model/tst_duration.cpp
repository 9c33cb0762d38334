// SPDX-License-Identifier: MIT
#include "coordinator/model/duration.h"

#include "tests/testmain.h"

#include <QTest>

using namespace ci::model;
using namespace Qt::StringLiterals;

class DurationTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
};

void DurationTest::reads_data()
{
    QTest::addColumn<qint64>("seconds"); // -1 = not a duration.
    const auto row = [](const char *text, qint64 seconds) { QTest::newRow(text) << seconds; };
    row("42", 42);
    row("1h 30m", 5400);
    row("2h20min", 8400);
    row("3 mins 4 sec", 184);
    row("3 weeks and 2 days", 23 * 86400);
    row("1 day, 2 hours", 86400 + 7200);
    row("one hour", 3600);
    row("1.5 hours", 5400);
    row("1 mo", 30 * 86400);
    row("1 year", 31557600);
    row("30 Minutes", 1800);
    row("h", 3600);
    row("minute 30sec", 90);
    row("1 2 hours", 7200);
    row("1 h 2 3", 3603);
    row("3:41:59", 3 * 3600 + 41 * 60 + 59);
    row("1 : 30", 90);
    row("1 hour with 5 min plus 1s", 3901);
    row(".5 hours", 1800);
    row("twenty five minutes", 1500);
    row("", -1);
    row("soon", -1);
    row("10 parsecs", -1);
    row("1 h soon", -1);
    row("h, ,", -1);
    row("0", -1);
    row("0 minutes", -1);
    row("1..5 h", -1);
    row("1:2:3:4:5:6:7", -1);
    row("1:x", -1);
    QTest::newRow(QByteArray("1 ").repeated(501).constData()) << qint64(-1);
    row("-1 h", -1);
    row("never", -1);
    row("99999999999 years", -1);
    row("1e9 h", -1);
}

void DurationTest::reads()
{
    QFETCH(qint64, seconds);
    const auto read = parseDuration(QString::fromUtf8(QTest::currentDataTag()));
    QCOMPARE(read ? qint64(read->count()) : -1, seconds);
}

CAPSTAN_TEST(DurationTest)
#include "tst_duration.moc"
