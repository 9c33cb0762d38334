// SPDX-License-Identifier: MIT
#include "coordinator/storage/expiry.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class ExpiryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
};

void ExpiryTest::reads_data()
{
    QTest::addColumn<qint64>("seconds"); // -1 = kept for ever.
    constexpr qint64 Usual = 7;
    QTest::newRow("1 week") << qint64 {604'800};
    QTest::newRow("3 days and 4 hours") << qint64 {3 * 86'400 + 4 * 3600};
    QTest::newRow("day") << qint64 {86'400};
    QTest::newRow("1:30") << qint64 {90};
    QTest::newRow("42") << qint64 {42};
    QTest::newRow(" Never ") << qint64 {-1};
    QTest::newRow("") << Usual;
    QTest::newRow("soon") << Usual;
    QTest::newRow("1000000 years") << Usual;
}

void ExpiryTest::reads()
{
    QFETCH(const qint64, seconds);
    const Timestamp now {};
    const auto until = storage::expiryTime(QString::fromUtf8(QTest::currentDataTag()), now, 7s);
    QCOMPARE(until ? (*until - now) / 1s : -1, seconds);
}

CAPSTAN_TEST(ExpiryTest)
#include "tst_expiry.moc"
