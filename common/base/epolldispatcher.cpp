// SPDX-License-Identifier: MIT
#include "common/base/epolldispatcher.h"

#include "common/base/epollset.h"
#include "common/base/timerlist.h"

#include <QCoreApplication>
#include <QEvent>
#include <QSocketNotifier>
#include <QThread>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace ci {

class EpollDispatcher::Private
{
public:
    using Steady = std::chrono::steady_clock;

    Private()
        : wakeDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        if (wakeDescriptor < 0) {
            qFatal("cannot make an eventfd");
        }
        descriptors.watchAlways(wakeDescriptor);
    }

    ~Private() { ::close(wakeDescriptor); }

    int waitTime(QEventLoop::ProcessEventsFlags flags, bool mayWait) const;
    void drainWakeUps();
    EpollSet::Ready lookForAnswer();
    EpollSet::Ready waitForSockets(int waitMilliseconds);
    int deliverSockets(int waitMilliseconds);
    int deliverTimers();
    void waitForWakeUp(int waitMilliseconds) const;

    int wakeDescriptor;
    EpollSet descriptors;
    TimerList timers;
    std::atomic<bool> awake {false};
    bool ownWake = false; ///< wakeUp() by our own thread since sendPostedEvents() began.
    Steady::time_point answerBy; ///< See expectAnswer(); the epoch: nothing is expected.
    std::atomic<bool> interrupted {false};
};

// How long to wait in milliseconds; -1: until something happens.
int EpollDispatcher::Private::waitTime(QEventLoop::ProcessEventsFlags flags, bool mayWait) const
{
    if (!mayWait) {
        return 0;
    }
    if (flags & QEventLoop::X11ExcludeTimers) {
        return -1;
    }
    return timers.untilNext();
}

void EpollDispatcher::Private::drainWakeUps()
{
    quint64 count = 0;
    while (::read(wakeDescriptor, &count, sizeof count) < 0 && errno == EINTR) { }
    // After the read: a wakeUp() between the two is not written, but what it announces is seen by the
    // sendPostedEvents() that comes before the next wait. The other way round the read would swallow
    // its byte and leave the flag up for ever.
    awake.store(false, std::memory_order_release);
}

// The first look that finds something ends the looking: it may be the answer.
EpollSet::Ready EpollDispatcher::Private::lookForAnswer()
{
    const Steady::time_point end = std::exchange(answerBy, {});
    EpollSet::Ready ready;
    while (ready.isEmpty() && Steady::now() < end) {
        ::sched_yield(); // Who is to answer may need this very processor.
        ready = descriptors.wait(0);
    }
    return ready;
}

EpollSet::Ready EpollDispatcher::Private::waitForSockets(int waitMilliseconds)
{
    if (waitMilliseconds != 0 && answerBy != Steady::time_point {}) {
        if (EpollSet::Ready ready = lookForAnswer(); !ready.isEmpty()) {
            return ready;
        }
    }
    return descriptors.wait(waitMilliseconds);
}

int EpollDispatcher::Private::deliverSockets(int waitMilliseconds)
{
    const EpollSet::Ready ready = waitForSockets(waitMilliseconds);
    int delivered = 0;
    for (const EpollSet::Event &event : ready) {
        if (event.descriptor == wakeDescriptor) {
            drainWakeUps();
            continue;
        }
        for (const QSocketNotifier::Type type :
             {QSocketNotifier::Read, QSocketNotifier::Write, QSocketNotifier::Exception}) {
            // Looked up again each time: the slot before may have deleted this one.
            if (QSocketNotifier *notifier = descriptors.readyNotifier(event, type)) {
                QEvent activation(QEvent::SockAct);
                QCoreApplication::sendEvent(notifier, &activation);
                ++delivered;
            }
        }
    }
    return delivered;
}

int EpollDispatcher::Private::deliverTimers()
{
    int delivered = 0;
    TimerList::Round round = timers.beginRound();
    while (const std::optional<TimerList::Due> due = timers.takeDue(round)) {
        QTimerEvent event(due->id);
        QCoreApplication::sendEvent(due->object, &event);
        timers.delivered(*due);
        ++delivered;
    }
    return delivered;
}

void EpollDispatcher::Private::waitForWakeUp(int waitMilliseconds) const
{
    pollfd wait {wakeDescriptor, POLLIN, 0};
    ::poll(&wait, 1, waitMilliseconds);
}

EpollDispatcher::EpollDispatcher(QObject *parent)
    : QAbstractEventDispatcher(parent)
    , d(std::make_unique<Private>())
{
}

EpollDispatcher::~EpollDispatcher() = default;

void EpollDispatcher::expectAnswer(std::chrono::microseconds within)
{
    QAbstractEventDispatcher *current = QAbstractEventDispatcher::instance();
    if (auto *own = qobject_cast<EpollDispatcher *>(current)) {
        own->d->answerBy = Private::Steady::now() + within;
    }
}

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    d->interrupted.store(false);
    Q_EMIT awake();
    // Before: what is posted while posted events are sent stays for the next round.
    d->ownWake = false;
    QCoreApplication::sendPostedEvents();

    const bool mayWait = (flags & QEventLoop::WaitForMoreEvents) && !d->interrupted.load();
    if (mayWait) {
        Q_EMIT aboutToBlock();
    }
    if (d->interrupted.load()) {
        return false;
    }
    const int wait = d->waitTime(flags, mayWait && !d->ownWake);
    int delivered = 0;
    if (flags & QEventLoop::ExcludeSocketNotifiers) {
        d->waitForWakeUp(wait);
        d->drainWakeUps();
    } else {
        delivered += d->deliverSockets(wait);
    }
    if (!(flags & QEventLoop::X11ExcludeTimers)) {
        delivered += d->deliverTimers();
    }
    return delivered > 0;
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    d->descriptors.add(notifier);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    d->descriptors.remove(notifier);
}

void EpollDispatcher::registerTimer(int timerId,
                                    qint64 interval,
                                    Qt::TimerType type,
                                    QObject *object)
{
    d->timers.add({timerId, std::chrono::milliseconds(interval), type, object});
}

bool EpollDispatcher::unregisterTimer(int timerId)
{
    return d->timers.remove(timerId);
}

bool EpollDispatcher::unregisterTimers(QObject *object)
{
    return d->timers.removeAll(object);
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    QList<TimerInfo> result;
    for (const TimerList::Spec &timer : d->timers.of(object)) {
        result.append(TimerInfo(timer.id, static_cast<int>(timer.interval.count()), timer.type));
    }
    return result;
}

int EpollDispatcher::remainingTime(int timerId)
{
    return d->timers.remaining(timerId);
}

void EpollDispatcher::wakeUp()
{
    // Our own thread is not waiting: two system calls less for each event that it posts to itself.
    if (QThread::currentThread() == thread()) {
        d->ownWake = true;
        return;
    }
    if (d->awake.exchange(true, std::memory_order_acq_rel)) {
        return;
    }
    const quint64 one = 1;
    while (::write(d->wakeDescriptor, &one, sizeof one) < 0 && errno == EINTR) { }
}

void EpollDispatcher::interrupt()
{
    d->interrupted.store(true);
    wakeUp();
}

} // namespace ci
