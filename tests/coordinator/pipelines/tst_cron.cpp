// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/cron.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;

/// When schedules run, by the clocks of a zone.
class CronTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void next_data();
    void next();
    void wrong_data();
    void wrong();
    void knowsZones();
};

void CronTest::next_data()
{
    QTest::addColumn<QString>("cron");
    QTest::addColumn<QString>("zone");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<QByteArrayList>("moments"); // One after the other, in UTC.
    const auto row = [](const char *name, const char *cron, const char *zone, const char *after,
                        const QByteArrayList &moments) {
        QTest::newRow(name) << QString::fromLatin1(cron) << QString::fromLatin1(zone)
                            << QByteArray(after) << moments;
    };
    const char *utc = "UTC";
    const char *berlin = "Europe/Berlin";
    row("every minute", "* * * * *", utc, "2026-01-01T00:00:30.000Z",
        {"2026-01-01T00:01:00.000Z", "2026-01-01T00:02:00.000Z"});
    row("the very minute is over", "0 4 * * *", utc, "2026-01-01T04:00:00.000Z",
        {"2026-01-02T04:00:00.000Z"});
    row("steps", "*/20 6 * * *", utc, "2026-01-01T06:10:00.000Z",
        {"2026-01-01T06:20:00.000Z", "2026-01-01T06:40:00.000Z", "2026-01-02T06:00:00.000Z"});
    row("a step from a start", "50/5 0 * * *", utc, "2026-01-01T00:00:00.000Z",
        {"2026-01-01T00:50:00.000Z", "2026-01-01T00:55:00.000Z", "2026-01-02T00:50:00.000Z"});
    row("lists and ranges", "5,1-2 3 * * *", utc, "2026-01-01T03:01:00.000Z",
        {"2026-01-01T03:02:00.000Z", "2026-01-01T03:05:00.000Z"});
    row("a range over the end", "0 23-1 * * *", utc, "2026-01-01T12:00:00.000Z",
        {"2026-01-01T23:00:00.000Z", "2026-01-02T00:00:00.000Z", "2026-01-02T01:00:00.000Z"});
    row("names", "0 0 * FEB Mon-wed", utc, "2026-01-30T00:00:00.000Z",
        {"2026-02-02T00:00:00.000Z", "2026-02-03T00:00:00.000Z", "2026-02-04T00:00:00.000Z",
         "2026-02-09T00:00:00.000Z"});
    row("7 is Sunday", "0 0 * * 7", utc, "2026-01-01T00:00:00.000Z", {"2026-01-04T00:00:00.000Z"});
    row("Friday to Sunday by number", "0 0 * * 5-7", utc, "2026-01-01T00:00:00.000Z",
        {"2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z", "2026-01-04T00:00:00.000Z",
         "2026-01-09T00:00:00.000Z"});
    row("Friday to Monday", "0 0 * * fri-mon", utc, "2026-01-03T12:00:00.000Z",
        {"2026-01-04T00:00:00.000Z", "2026-01-05T00:00:00.000Z", "2026-01-09T00:00:00.000Z"});
    row("a day of the month or of the week", "0 0 10 * fri", utc, "2026-01-08T00:00:00.000Z",
        {"2026-01-09T00:00:00.000Z", "2026-01-10T00:00:00.000Z", "2026-01-16T00:00:00.000Z"});
    row("the last of the month", "0 0 L * *", utc, "2026-02-01T00:00:00.000Z",
        {"2026-02-28T00:00:00.000Z", "2026-03-31T00:00:00.000Z"});
    row("a leap day", "0 0 29 2 *", utc, "2026-01-01T00:00:00.000Z", {"2028-02-29T00:00:00.000Z"});
    row("a day that never comes", "0 0 30 2 *", utc, "2026-01-01T00:00:00.000Z", {QByteArray()});
    row("the turn of the year", "59 23 31 12 *", utc, "2026-12-31T23:59:00.000Z",
        {"2027-12-31T23:59:00.000Z"});
    row("a word", "@Daily", utc, "2026-01-01T00:00:00.000Z", {"2026-01-02T00:00:00.000Z"});
    row("weekly", "@weekly", utc, "2026-01-01T00:00:00.000Z", {"2026-01-04T00:00:00.000Z"});
    row("winter and summer", "0 9 * * *", berlin, "2026-03-28T08:00:00.000Z",
        {"2026-03-29T07:00:00.000Z", "2026-03-30T07:00:00.000Z"});
    row("half past two is left out: when the clocks jump", "30 2 * * *", berlin,
        "2026-03-28T12:00:00.000Z", {"2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"});
    row("the hour that is left out counts once", "*/30 2,3 * * *", berlin,
        "2026-03-28T12:00:00.000Z",
        {"2026-03-29T01:00:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-30T00:00:00.000Z"});
    row("half past two comes twice: the first time", "30 2 * * *", berlin,
        "2026-10-24T12:00:00.000Z", {"2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"});
    row("asked between the two", "30 2 * * *", berlin, "2026-10-25T01:00:00.000Z",
        {"2026-10-26T01:30:00.000Z"});
    row("hourly over the hour that comes twice", "0 * * * *", berlin, "2026-10-24T23:30:00.000Z",
        {"2026-10-25T00:00:00.000Z", "2026-10-25T02:00:00.000Z"});
    row("midnight is left out", "0 0 * * *", "America/Santiago", "2026-09-05T12:00:00.000Z",
        {"2026-09-06T04:00:00.000Z", "2026-09-07T03:00:00.000Z"});
    row("a jump of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00.000Z",
        {"2026-10-03T15:30:00.000Z", "2026-10-04T15:15:00.000Z"});
    row("a day that a country skipped", "0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00.000Z",
        {"2011-12-30T10:00:00.000Z", "2011-12-30T22:00:00.000Z"});
}

void CronTest::next()
{
    QFETCH(QString, cron);
    QFETCH(QString, zone);
    QFETCH(QByteArray, after);
    QFETCH(QByteArrayList, moments);
    const Result<Cron> parsed = Cron::parse(cron);
    QVERIFY2(parsed.isOk(), parsed ? "" : qPrintable(parsed.error().detail));
    const Result<QTimeZone> where = timeZoneNamed(zone);
    QVERIFY(where);
    std::optional<Timestamp> at = fromIso8601(after);
    QVERIFY(at);
    for (const QByteArray &moment : std::as_const(moments)) {
        at = parsed->next(*at, *where);
        QCOMPARE(at ? toIso8601(*at) : QByteArray(), moment);
    }
}

void CronTest::wrong_data()
{
    QTest::addColumn<QString>("cron");
    for (const char *text :
         {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
          "* * * 13 *", "* * * * 8", "*/0 * * * *", "*/x * * * *", "1-2-3 * * * *", "-1 * * * *",
          "a * * * *", "* * * * moon", "1, * * * *", "@sometimes", "1/ * * * *", "+1 * * * *",
          "1;2 * * * *"}) {
        QTest::newRow(text) << QString::fromLatin1(text);
    }
    QTest::newRow("endless") << QString(100'000, u'1') + " * * * *"_L1;
}

void CronTest::wrong()
{
    QFETCH(QString, cron);
    QVERIFY(!Cron::parse(cron));
}

void CronTest::knowsZones()
{
    QVERIFY(timeZoneNamed(u"Europe/Berlin"_s));
    QVERIFY(timeZoneNamed(u"Berlin"_s));
    QVERIFY(timeZoneNamed(u"UTC"_s));
    QVERIFY(!timeZoneNamed(u"Nowhere/Town"_s));
    QVERIFY(!timeZoneNamed(u"../../etc/passwd"_s));
    QVERIFY(!timeZoneNamed({}));
}

CAPSTAN_TEST(CronTest)
#include "tst_cron.moc"
