// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"

#include <QHash>
#include <QObject>

#include <deque>
#include <functional>

namespace ci::forge {

/// Work in order: one task at a time within a project, projects beside each other. One thread.
class ProjectQueues final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProjectQueues)

public:
    /// Does its work, however long it takes, and calls `next` once.
    using Task = std::function<void(std::function<void()> next)>;

    explicit ProjectQueues(QObject *parent) : QObject(parent) { }

    /// The task is begun later, never from inside this call.
    void enqueue(ProjectId project, Task task);
    bool isIdle() const { return m_queues.isEmpty(); }

Q_SIGNALS:
    void becameIdle();

private:
    void runNext(ProjectId project);
    void finishOne(ProjectId project);

    QHash<ProjectId, std::deque<Task>> m_queues; ///< The front one is running.
};

} // namespace ci::forge
