// SPDX-License-Identifier: MIT
#include "common/base/epolldispatcher.h"
#include "tests/testmain.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QPointer>
#include <QSocketNotifier>
#include <QTemporaryFile>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <array>
#include <fcntl.h>
#include <functional>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace ci;
using namespace Qt::StringLiterals;

namespace {

struct SocketPair
{
    SocketPair() { ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()); }
    ~SocketPair()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    void speak() const { QCOMPARE(::write(ends[1], "x", 1), 1); }
    void listen() const
    {
        char byte = 0;
        QCOMPARE(::read(ends[0], &byte, 1), 1);
    }

    std::array<int, 2> ends {-1, -1};
};

/// Runs a loop until told or ten seconds have passed.
class Loop
{
public:
    bool run()
    {
        QTimer limit;
        limit.setSingleShot(true);
        QObject::connect(&limit, &QTimer::timeout, &m_loop, [this] { m_loop.exit(1); });
        limit.start(10'000);
        return m_loop.exec() == 0;
    }
    void quit() { m_loop.exit(0); }

private:
    QEventLoop m_loop;
};

} // namespace

/// Every case runs on a thread of its own with the dispatcher; what goes wrong there is counted by
/// Qt Test all the same.
class EpollDispatcherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deliversReadiness();
    void timersKeepOrderAndTime();
    void aZeroTimerStarvesNoSocket();
    void aTimerDoesNotFireInsideItsOwnHandler();
    void timersMayBeStoppedAndStartedInHandlers();
    void notifiersMayDieInSlots();
    void aReusedDescriptorGetsNoOldEvents();
    void aDescriptorClosedUnderItsNotifierDoesNoHarm();
    void aDuplicateOfAClosedDescriptorDoesNotSpin();
    void aHangUpIsToldToReaders();
    void seesAnswersWhileItLooksForThem_data();
    void seesAnswersWhileItLooksForThem();
    void looksForAnAnswerOnlyOnce();
    void wakesForOtherThreads();
    void sendsWhatPostedEventsPost();
    void nestedLoopsSeeEverything();
    void excludesWhatIsAskedFor();
    void tellsTimers();
    void watchesFiles();
    void idles();

private:
    static void onThread(const std::function<void()> &work);
};

void EpollDispatcherTest::onThread(const std::function<void()> &work)
{
    QThread thread;
    thread.setEventDispatcher(new EpollDispatcher);
    QObject place;
    place.moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(&place, work, Qt::BlockingQueuedConnection);
    thread.quit();
    QVERIFY(thread.wait(10'000));
}

void EpollDispatcherTest::deliversReadiness()
{
    onThread([] {
        const SocketPair pair;
        Loop loop;
        int reads = 0;
        int writes = 0;
        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] {
            pair.listen();
            if (++reads == 3) {
                loop.quit();
            } else {
                pair.speak();
            }
        });
        QSocketNotifier writer(pair.ends[0], QSocketNotifier::Write);
        QObject::connect(&writer, &QSocketNotifier::activated, &writer, [&] {
            ++writes;
            writer.setEnabled(false);
            pair.speak();
        });
        QVERIFY(loop.run());
        QCOMPARE(reads, 3);
        QCOMPARE(writes, 1);
    });
}

void EpollDispatcherTest::timersKeepOrderAndTime()
{
    onThread([] {
        Loop loop;
        QList<int> fired;
        QElapsedTimer time;
        time.start();
        for (const int delay : {60, 20, 40, 0}) {
            QTimer::singleShot(delay, Qt::PreciseTimer, [&, delay] {
                QVERIFY(time.elapsed() >= delay);
                fired.append(delay);
                if (fired.size() == 4) {
                    loop.quit();
                }
            });
        }
        QVERIFY(loop.run());
        QCOMPARE(fired, (QList<int> {0, 20, 40, 60}));
        QTimer steady;
        int ticks = 0;
        QObject::connect(&steady, &QTimer::timeout, &steady, [&] {
            if (++ticks == 20) {
                loop.quit();
            }
        });
        time.restart();
        steady.start(std::chrono::milliseconds(5));
        QVERIFY(loop.run());
        QVERIFY(time.elapsed() >= 95); // Never early; late is the machine's affair.
    });
}

void EpollDispatcherTest::aZeroTimerStarvesNoSocket()
{
    onThread([] {
        const SocketPair pair;
        Loop loop;
        qint64 zeros = 0;
        QTimer zero;
        QObject::connect(&zero, &QTimer::timeout, &zero, [&] { ++zeros; });
        zero.start(0);
        // Each handler starts another one: still a round at a time.
        std::function<void()> chain = [&] { QTimer::singleShot(0, &zero, chain); };
        chain();
        int reads = 0;
        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] {
            if (++reads == 100) { // Left unread: ready in every round.
                loop.quit();
            }
        });
        pair.speak();
        QVERIFY(loop.run());
        QVERIFY(zeros >= 90 && zeros <= 110);
    });
}

void EpollDispatcherTest::aTimerDoesNotFireInsideItsOwnHandler()
{
    onThread([] {
        Loop loop;
        int depth = 0;
        int deepest = 0;
        int others = 0;
        int fired = 0;
        QTimer timer;
        QTimer other;
        QObject::connect(&other, &QTimer::timeout, &other, [&] { ++others; });
        QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
            deepest = std::max(deepest, ++depth);
            QEventLoop nested;
            QTimer::singleShot(30, &nested, &QEventLoop::quit);
            nested.exec();
            --depth;
            if (++fired == 2) {
                loop.quit();
            }
        });
        timer.start(1);
        other.start(1);
        QVERIFY(loop.run());
        QCOMPARE(deepest, 1);
        QVERIFY(others > 2);
    });
}

void EpollDispatcherTest::timersMayBeStoppedAndStartedInHandlers()
{
    onThread([] {
        Loop loop;
        QTimer first;
        QTimer second;
        int seconds = 0;
        QObject::connect(&first, &QTimer::timeout, &first, [&] {
            second.stop(); // Due in the same round.
            first.start(5); // Restarting itself.
            static_cast<void>(QTimer::singleShot(30, &first, [&] { loop.quit(); }));
            first.stop();
        });
        QObject::connect(&second, &QTimer::timeout, &second, [&] { ++seconds; });
        first.start(10);
        second.start(11);
        QThread::msleep(15); // Both are due when the loop begins.
        QVERIFY(loop.run());
        QCOMPARE(seconds, 0);
        auto *owner = new QObject;
        auto *dying = new QTimer(owner);
        QObject::connect(dying, &QTimer::timeout, dying, [&] {
            delete owner;
            QTimer::singleShot(0, &first, [&] { loop.quit(); });
        });
        dying->start(0);
        QVERIFY(loop.run());
    });
}

void EpollDispatcherTest::notifiersMayDieInSlots()
{
    onThread([] {
        const SocketPair first;
        const SocketPair second;
        Loop loop;
        int activations = 0;
        QPointer<QSocketNotifier> one = new QSocketNotifier(first.ends[0], QSocketNotifier::Read);
        QPointer<QSocketNotifier> two = new QSocketNotifier(second.ends[0], QSocketNotifier::Read);
        QPointer<QSocketNotifier> writer = new QSocketNotifier(first.ends[0], QSocketNotifier::Write);
        // Whichever comes first deletes them all, itself included.
        for (QSocketNotifier *notifier : {one.data(), two.data(), writer.data()}) {
            QObject::connect(notifier, &QSocketNotifier::activated, notifier, [&] {
                ++activations;
                delete one.data();
                delete two.data();
                delete writer.data();
                loop.quit();
            });
        }
        first.speak();
        second.speak();
        QVERIFY(loop.run());
        QCOMPARE(activations, 1);
    });
}

void EpollDispatcherTest::aReusedDescriptorGetsNoOldEvents()
{
    onThread([] {
        const SocketPair trigger;
        auto victim = std::make_unique<SocketPair>();
        const int number = victim->ends[0];
        Loop loop;
        int wrong = 0;
        std::unique_ptr<QSocketNotifier> old;
        std::unique_ptr<QSocketNotifier> fresh;
        std::array<int, 2> quiet {-1, -1};
        const auto replace = [&] {
            if (old == nullptr) {
                return;
            }
            old->setEnabled(false);
            old.release()->deleteLater();
            victim.reset();
            // The number comes back as something that is not ready.
            QCOMPARE(::pipe2(quiet.data(), O_CLOEXEC | O_NONBLOCK), 0);
            QVERIFY(quiet[0] == number || ::dup3(quiet[0], number, O_CLOEXEC) == number);
            fresh = std::make_unique<QSocketNotifier>(number, QSocketNotifier::Read);
            QObject::connect(fresh.get(), &QSocketNotifier::activated, fresh.get(), [&] { ++wrong; });
        };
        QSocketNotifier first(trigger.ends[0], QSocketNotifier::Read);
        QObject::connect(&first, &QSocketNotifier::activated, &first, [&] {
            trigger.listen();
            replace();
            QTimer::singleShot(30, &first, [&] { loop.quit(); });
        });
        old = std::make_unique<QSocketNotifier>(number, QSocketNotifier::Read);
        QObject::connect(old.get(), &QSocketNotifier::activated, old.get(), [&] { replace(); });
        trigger.speak();
        victim->speak();
        QVERIFY(loop.run());
        QCOMPARE(wrong, 0);
        fresh.reset();
        ::close(quiet[0]);
        ::close(quiet[1]);
        ::close(number);
    });
}

void EpollDispatcherTest::aDescriptorClosedUnderItsNotifierDoesNoHarm()
{
    onThread([] {
        Loop loop;
        int late = 0;
        auto gone = std::make_unique<SocketPair>();
        const int number = gone->ends[0];
        auto old = std::make_unique<QSocketNotifier>(number, QSocketNotifier::Read);
        gone.reset(); // Closed first, against all advice.
        const SocketPair fresh; // Takes the numbers.
        QCOMPARE(fresh.ends[0], number);
        QSocketNotifier reader(number, QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] {
            ++late;
            loop.quit();
        });
        old.reset(); // Must not take the newer one's watch away.
        fresh.speak();
        QVERIFY(loop.run());
        QCOMPARE(late, 1);
    });
}

void EpollDispatcherTest::aDuplicateOfAClosedDescriptorDoesNotSpin()
{
    onThread([] {
        Loop loop;
        SocketPair pair;
        auto notifier = std::make_unique<QSocketNotifier>(pair.ends[0], QSocketNotifier::Read);
        const int duplicate = ::dup(pair.ends[0]);
        pair.speak();
        ::close(pair.ends[0]); // Under its notifier: epoll goes on reporting it.
        notifier.reset();
        pair.ends[0] = duplicate;
        int rounds = 0;
        QObject::connect(QThread::currentThread()->eventDispatcher(),
                         &QAbstractEventDispatcher::awake,
                         QThread::currentThread()->eventDispatcher(),
                         [&] { ++rounds; });
        QTimer end;
        QObject::connect(&end, &QTimer::timeout, &end, [&] { loop.quit(); });
        end.start(50);
        QVERIFY(loop.run());
        QVERIFY2(rounds < 20, qPrintable(QString::number(rounds)));
    });
}

void EpollDispatcherTest::aHangUpIsToldToReaders()
{
    onThread([] {
        Loop loop;
        std::array<int, 2> pipe {};
        QCOMPARE(::pipe2(pipe.data(), O_CLOEXEC), 0);
        QSocketNotifier reader(pipe[0], QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] { loop.quit(); });
        ::close(pipe[1]);
        QVERIFY(loop.run());
        reader.setEnabled(false);
        ::close(pipe[0]);
    });
}

void EpollDispatcherTest::seesAnswersWhileItLooksForThem_data()
{
    QTest::addColumn<int>("within");
    QTest::newRow("the time is over at once") << 0;
    QTest::newRow("it ends at about the answer") << 50;
    QTest::newRow("it outlasts the answer") << 5'000'000;
}

void EpollDispatcherTest::seesAnswersWhileItLooksForThem()
{
    QFETCH(const int, within);
    onThread([within] {
        const SocketPair pair;
        Loop loop;
        QObject here;
        int answers = 0;
        const std::unique_ptr<QThread> peer(QThread::create([&] {
            for (char byte = 0; ::recv(pair.ends[1], &byte, 1, 0) != 0;) {
                if (byte == 'x') {
                    byte = 0;
                    pair.speak();
                    // By the way of posted events too, half the time.
                    QMetaObject::invokeMethod(&here, [] {}, Qt::QueuedConnection);
                }
            }
        }));
        QCOMPARE(::fcntl(pair.ends[1], F_SETFL, 0), 0); // The peer waits for its questions.
        peer->start();
        const auto question = [&] {
            QCOMPARE(::write(pair.ends[0], "x", 1), 1);
            EpollDispatcher::expectAnswer(std::chrono::microseconds(within));
        };
        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] {
            pair.listen();
            if (++answers == 200) {
                loop.quit();
            } else {
                question();
            }
        });
        question();
        QVERIFY(loop.run());
        QCOMPARE(answers, 200);
        ::shutdown(pair.ends[0], SHUT_WR);
        QVERIFY(peer->wait(10'000));
    });
}

void EpollDispatcherTest::looksForAnAnswerOnlyOnce()
{
    onThread([] {
        Loop loop;
        QTimer end;
        QObject::connect(&end, &QTimer::timeout, &end, [&] { loop.quit(); });
        end.start(300);
        EpollDispatcher::expectAnswer(std::chrono::milliseconds(1));
        rusage before {};
        rusage after {};
        getrusage(RUSAGE_THREAD, &before);
        QVERIFY(loop.run()); // No answer comes: the thread sleeps.
        getrusage(RUSAGE_THREAD, &after);
        // Yields count as involuntary switches or none; a thread that slept has waited of its own will.
        QVERIFY(after.ru_nvcsw > before.ru_nvcsw);
    });
}

void EpollDispatcherTest::wakesForOtherThreads()
{
    QThread thread;
    thread.setEventDispatcher(new EpollDispatcher);
    QObject place;
    place.moveToThread(&thread);
    thread.start();
    std::atomic<int> count = 0;
    for (int i = 0; i < 20'000; ++i) {
        QMetaObject::invokeMethod(&place, [&count] { ++count; }, Qt::QueuedConnection);
    }
    QTRY_COMPARE(count.load(), 20'000);
    for (int i = 0; i < 500; ++i) { // One at a time: a lost wake-up would hang here.
        QMetaObject::invokeMethod(&place, [&count] { ++count; }, Qt::BlockingQueuedConnection);
    }
    QCOMPARE(count.load(), 20'500);
    thread.quit();
    QVERIFY(thread.wait(5000));
}

void EpollDispatcherTest::sendsWhatPostedEventsPost()
{
    onThread([] {
        Loop loop;
        QObject place;
        int left = 5;
        // Nothing else wakes the thread: each event must be seen although it was posted by the one
        // before while that was sent.
        std::function<void()> next = [&] {
            if (--left > 0) {
                QMetaObject::invokeMethod(&place, next, Qt::QueuedConnection);
            } else {
                loop.quit();
            }
        };
        QMetaObject::invokeMethod(&place, next, Qt::QueuedConnection);
        QVERIFY(loop.run());
        QCOMPARE(left, 0);
        // The same from a timer's handler, and from a notifier's.
        const SocketPair pair;
        left = 5;
        QTimer::singleShot(1, &place, [&] { QMetaObject::invokeMethod(&place, next, Qt::QueuedConnection); });
        QVERIFY(loop.run());
        left = 5;
        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &place, [&] {
            pair.listen();
            QMetaObject::invokeMethod(&place, next, Qt::QueuedConnection);
        });
        pair.speak();
        QVERIFY(loop.run());
        QCOMPARE(left, 0);
    });
}

void EpollDispatcherTest::nestedLoopsSeeEverything()
{
    onThread([] {
        const SocketPair outer;
        const SocketPair inner;
        Loop loop;
        bool innerRead = false;
        QSocketNotifier innerReader(inner.ends[0], QSocketNotifier::Read);
        QSocketNotifier outerReader(outer.ends[0], QSocketNotifier::Read);
        QEventLoop nested;
        QObject::connect(&innerReader, &QSocketNotifier::activated, &innerReader, [&] {
            inner.listen();
            innerRead = true;
            nested.quit();
        });
        QObject::connect(&outerReader, &QSocketNotifier::activated, &outerReader, [&] {
            outer.listen();
            inner.speak();
            nested.exec();
            loop.quit();
        });
        outer.speak();
        QVERIFY(loop.run());
        QVERIFY(innerRead);
    });
}

void EpollDispatcherTest::excludesWhatIsAskedFor()
{
    onThread([] {
        const SocketPair pair;
        int reads = 0;
        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] { ++reads; });
        pair.speak();
        QEventLoop loop;
        bool fired = false;
        QTimer::singleShot(10, &loop, [&] { fired = true; });
        while (!fired) {
            loop.processEvents(QEventLoop::ExcludeSocketNotifiers | QEventLoop::WaitForMoreEvents);
        }
        QCOMPARE(reads, 0);
        loop.processEvents();
        QCOMPARE(reads, 1);
    });
}

void EpollDispatcherTest::tellsTimers()
{
    onThread([] {
        QAbstractEventDispatcher *dispatcher = QThread::currentThread()->eventDispatcher();
        QTimer timer;
        timer.start(1000);
        QCOMPARE(dispatcher->registeredTimers(&timer).size(), 1);
        QCOMPARE(dispatcher->registeredTimers(&timer).first().interval, 1000);
        QVERIFY(timer.remainingTime() > 900 && timer.remainingTime() <= 1000);
        QCOMPARE(dispatcher->remainingTime(12345), -1);
        timer.stop();
        QVERIFY(dispatcher->registeredTimers(&timer).isEmpty());
        QVERIFY(!dispatcher->unregisterTimer(12345));
    });
}

void EpollDispatcherTest::watchesFiles()
{
    onThread([] {
        QTemporaryFile file;
        QVERIFY(file.open());
        Loop loop;
        QSocketNotifier reader(file.handle(), QSocketNotifier::Read);
        QObject::connect(&reader, &QSocketNotifier::activated, &reader, [&] { loop.quit(); });
        QVERIFY(loop.run()); // As poll() has it, a file is always ready.
    });
}

void EpollDispatcherTest::idles()
{
    onThread([] {
        const SocketPair pair;
        QSocketNotifier reader(pair.ends[0], QSocketNotifier::Read);
        Loop loop;
        int rounds = 0;
        QObject::connect(QThread::currentThread()->eventDispatcher(),
                         &QAbstractEventDispatcher::awake,
                         &reader,
                         [&] { ++rounds; });
        QTimer::singleShot(100, &reader, [&] { loop.quit(); });
        QVERIFY(loop.run());
        QVERIFY2(rounds < 10, qPrintable(QString::number(rounds)));
    });
}

CAPSTAN_TEST(EpollDispatcherTest)
#include "tst_epolldispatcher.moc"
