// SPDX-License-Identifier: MIT
#pragma once

#include <QFutureWatcher>
#include <QThreadPool>
#include <QtConcurrentRun>

#include <atomic>
#include <memory>
#include <utility>

namespace ci::runner {

/// Set on the loop's thread, looked at by work on another between its steps.
using CancelFlag = std::shared_ptr<std::atomic_bool>;

inline CancelFlag makeCancelFlag() { return std::make_shared<std::atomic_bool>(false); }

/// Runs `work` on `pool` and `done` with its value on the thread of `context`, unless that dies
/// first. `work` must hold values only: it may outlive everything here.
template<typename Work, typename Done>
void runOnWorker(QThreadPool *pool, QObject *context, Work work, Done done)
{
    using Value = std::invoke_result_t<Work>;
    auto *watcher = new QFutureWatcher<Value>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context,
                     [watcher, done = std::move(done)] {
                         watcher->deleteLater();
                         done(watcher->result());
                     });
    watcher->setFuture(QtConcurrent::run(pool, std::move(work)));
}

} // namespace ci::runner
