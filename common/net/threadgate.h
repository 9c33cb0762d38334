// SPDX-License-Identifier: MIT
#pragma once

#include <QMutex>
#include <QObject>
#include <QThread>

#include <utility>

namespace ci::net {

/// The way into an I/O thread for other threads, which may outlive it.
class ThreadGate
{
public:
    explicit ThreadGate(QObject *target)
        : m_target(target)
    {
    }

    /// Runs `work` on the thread, later. False, and `work` is dropped, once the gate is shut.
    template<typename Work>
    bool post(Work &&work)
    {
        const QMutexLocker lock(&m_mutex);
        return m_target != nullptr
            && QMetaObject::invokeMethod(m_target, std::forward<Work>(work), Qt::QueuedConnection);
    }

    bool isHere()
    {
        const QMutexLocker lock(&m_mutex);
        return m_target != nullptr && m_target->thread() == QThread::currentThread();
    }

    void shut()
    {
        const QMutexLocker lock(&m_mutex);
        m_target = nullptr;
    }

private:
    QMutex m_mutex;
    QObject *m_target;
};

} // namespace ci::net
