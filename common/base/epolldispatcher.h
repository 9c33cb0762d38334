// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractEventDispatcher>

#include <chrono>
#include <memory>

namespace ci {

/// An event dispatcher on epoll: a wake-up costs what is ready, not what is watched, so thousands
/// of held long polls are free (Qt's own dispatchers poll every descriptor at every wake-up).
/// Install before QCoreApplication exists, or on a QThread before start().
class EpollDispatcher final : public QAbstractEventDispatcher
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EpollDispatcher)

public:
    explicit EpollDispatcher(QObject *parent = nullptr);
    ~EpollDispatcher() override;

    /// This thread has just asked for something that is answered within microseconds, through one of
    /// its descriptors: until then it looks again and again instead of sleeping, because to be woken
    /// costs more (some 30 us on a virtual machine) than the whole answer. Without effect on a thread
    /// that has another dispatcher.
    static void expectAnswer(std::chrono::microseconds within);

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;
    void registerTimer(int timerId, qint64 interval, Qt::TimerType type, QObject *object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject *object) override;
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int timerId) override;
    void wakeUp() override;
    void interrupt() override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci
