// SPDX-License-Identifier: MIT
#include "coordinator/queue/deadlines.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::queue;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class DeadlinesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void comeInOrderAndOnce();
    void areReplacedAndCleared();
    void maySetOthersWhenTheyComeUp();
    void theTimerCallsThem();
};

void DeadlinesTest::comeInOrderAndOnce()
{
    ManualClock clock;
    Deadlines deadlines(clock);
    QStringList called;
    deadlines.set(DeadlineKind::LongPoll, 2, 2s, [&] { called << u"two"_s; });
    deadlines.set(DeadlineKind::LongPoll, 1, 1s, [&] { called << u"one"_s; });
    deadlines.set(DeadlineKind::JobTimeout, 1, 1s, [&] { called << u"other kind"_s; });
    deadlines.runDue();
    QVERIFY(called.isEmpty());
    clock.advance(2s);
    deadlines.runDue();
    deadlines.runDue();
    QCOMPARE(called, (QStringList {u"one"_s, u"other kind"_s, u"two"_s}));
    QCOMPARE(deadlines.count(), size_t(0));
}

void DeadlinesTest::areReplacedAndCleared()
{
    ManualClock clock;
    Deadlines deadlines(clock);
    int calls = 0;
    for (int i = 0; i < 10'000; ++i) {
        deadlines.set(DeadlineKind::RunnerSilence, 1, 1s, [&] { ++calls; });
    }
    deadlines.set(DeadlineKind::RunnerSilence, 2, 1s, [&] { calls += 100; });
    deadlines.clear(DeadlineKind::RunnerSilence, 2);
    clock.advance(5s);
    deadlines.runDue();
    QCOMPARE(calls, 1);
}

void DeadlinesTest::maySetOthersWhenTheyComeUp()
{
    ManualClock clock;
    Deadlines deadlines(clock);
    int calls = 0;
    deadlines.set(DeadlineKind::LongPoll, 1, 1s, [&] {
        ++calls;
        deadlines.set(DeadlineKind::LongPoll, 1, 1s, [&] { ++calls; });
    });
    clock.advance(1s);
    deadlines.runDue();
    QCOMPARE(calls, 1);
    clock.advance(1s);
    deadlines.runDue();
    QCOMPARE(calls, 2);
}

void DeadlinesTest::theTimerCallsThem()
{
    SystemClock clock;
    Deadlines deadlines(clock);
    int calls = 0;
    deadlines.set(DeadlineKind::LongPoll, 1, 5ms, [&] { ++calls; });
    QTRY_COMPARE(calls, 1);
}

CAPSTAN_TEST(DeadlinesTest)
#include "tst_deadlines.moc"
