// SPDX-License-Identifier: MIT
#include "coordinator/forge/projectqueues.h"

namespace ci::forge {

void ProjectQueues::enqueue(ProjectId project, Task task)
{
    std::deque<Task> &queue = m_queues[project];
    queue.push_back(std::move(task));
    if (queue.size() == 1) {
        QMetaObject::invokeMethod(this, [this, project] { runNext(project); }, Qt::QueuedConnection);
    }
}

void ProjectQueues::runNext(ProjectId project)
{
    const Task task = m_queues[project].front();
    task([this, project] {
        // Queued: a chain of tasks that end at once must not become a deep stack.
        QMetaObject::invokeMethod(this, [this, project] { finishOne(project); }, Qt::QueuedConnection);
    });
}

void ProjectQueues::finishOne(ProjectId project)
{
    std::deque<Task> &queue = m_queues[project];
    queue.pop_front();
    if (!queue.empty()) {
        runNext(project);
        return;
    }
    m_queues.remove(project);
    if (m_queues.isEmpty()) {
        Q_EMIT becameIdle();
    }
}

} // namespace ci::forge
