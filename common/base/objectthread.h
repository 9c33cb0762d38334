// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/epolldispatcher.h"

#include <QObject>
#include <QThread>

#include <utility>

namespace ci {

/// A thread with an epoll loop and the one object that lives on it. The object is made by the
/// constructor (it must have no sockets or timers running yet), works on the thread, and is
/// destroyed there when this is destroyed.
template<typename Object>
class ObjectThread
{
    Q_DISABLE_COPY_MOVE(ObjectThread)

public:
    template<typename... Arguments>
    explicit ObjectThread(const QString &name, Arguments &&...arguments)
        : m_object(new Object(std::forward<Arguments>(arguments)...))
    {
        m_thread.setObjectName(name);
        m_thread.setEventDispatcher(new EpollDispatcher);
        m_object->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, m_object, &QObject::deleteLater);
        m_thread.start();
    }

    ~ObjectThread()
    {
        m_thread.quit();
        m_thread.wait();
    }

    /// Only for connect() and for what the object itself calls thread-safe.
    Object *object() const { return m_object; }

    /// Runs `call(Object &)` on the thread, later; calls keep their order.
    template<typename Call>
    void post(Call call) const
    {
        QMetaObject::invokeMethod(
            m_object,
            [object = m_object, call = std::move(call)]() mutable { call(*object); },
            Qt::QueuedConnection);
    }

private:
    QThread m_thread;
    Object *m_object; ///< Owned by the thread's end.
};

} // namespace ci
