// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QThreadPool>

#include <functional>

namespace ci::storage {

/// Threads for what waits for a disk or burns a processor: syncs, hashes, archives. Work gets
/// values, returns values, and touches nothing of another thread.
class Workers final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Workers)

public:
    /// `threads` syncs run at once, so that the file system merges them into one journal write.
    explicit Workers(int threads = 8, QObject *parent = nullptr);
    ~Workers() override; ///< Waits for what runs.

    /// Runs `work` on a worker and then `done` with its result on this object's thread: exactly
    /// once, never before this call returns. From any thread.
    template<typename T>
    void run(std::function<T()> work, std::function<void(T)> done)
    {
        start([this, work = std::move(work), done = std::move(done)] {
            deliver([done, result = work()]() mutable { done(std::move(result)); });
        });
    }

private:
    void start(std::function<void()> job);
    void deliver(std::function<void()> done);

    QThreadPool m_pool;
};

} // namespace ci::storage
