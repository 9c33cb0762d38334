// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/news.h"

#include <QObject>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>

namespace ci::net {
struct HttpServerCounts;
}

namespace ci::api {

/// Numbers that nobody else keeps: how long calls wait for the engine, and how jobs ended. Engine
/// thread, except noteWait().
class Metrics final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Metrics)

public:
    explicit Metrics(engine::News &news);

    void setServer(std::function<net::HttpServerCounts()> counts) { m_server = std::move(counts); }
    net::HttpServerCounts server() const;

    /// From a request's arrival to its command; any thread.
    void noteWait(std::chrono::microseconds waited);
    /// The longest since the last look.
    std::chrono::microseconds takeLongestWait();

    qint64 finished(protocol::JobState state) const
    {
        return m_finished[static_cast<size_t>(state)];
    }

private:
    void countJob(const model::Job &job, model::JobState before);

    std::function<net::HttpServerCounts()> m_server;
    std::atomic<qint64> m_longestWait {0};
    std::array<qint64, 16> m_finished {};
};

} // namespace ci::api
