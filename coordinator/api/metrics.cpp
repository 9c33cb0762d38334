// SPDX-License-Identifier: MIT
#include "coordinator/api/metrics.h"

#include "common/net/httpserver.h"

namespace ci::api {

Metrics::Metrics(engine::News &news)
{
    connect(&news, &engine::News::jobChanged, this, &Metrics::countJob);
}

net::HttpServerCounts Metrics::server() const
{
    return m_server ? m_server() : net::HttpServerCounts();
}

void Metrics::noteWait(std::chrono::microseconds waited)
{
    qint64 longest = m_longestWait.load(std::memory_order_relaxed);
    while (waited.count() > longest
           && !m_longestWait.compare_exchange_weak(longest, waited.count())) { }
}

std::chrono::microseconds Metrics::takeLongestWait()
{
    return std::chrono::microseconds {m_longestWait.exchange(0)};
}

void Metrics::countJob(const model::Job &job, model::JobState before)
{
    if (protocol::isFinished(job.state) && !protocol::isFinished(before)) {
        ++m_finished[static_cast<size_t>(job.state)];
    }
}

} // namespace ci::api
