// SPDX-License-Identifier: MIT
#include "coordinator/api/logwatchers.h"

#include <QTimer>

namespace ci::api {
namespace {

// Soon enough to look live, seldom enough that a chatty job does not send a request per line.
constexpr std::chrono::milliseconds WatchedInterval {100};
// As long as GitLab's own mark of "somebody looks" (reference of the runner API, 5.3).
constexpr std::chrono::seconds ReadTime {10};

} // namespace

void LogWatchers::begin(JobId job)
{
    m_core.leases().addWatcher(job);
    if (++m_watchers[job] == 1) {
        tell(job, WatchedInterval);
    }
}

void LogWatchers::end(JobId job)
{
    m_core.leases().removeWatcher(job);
    const auto found = m_watchers.find(job);
    if (found != m_watchers.end() && --*found <= 0) {
        m_watchers.erase(found);
        tell(job, std::chrono::milliseconds {0});
    }
}

void LogWatchers::noteRead(JobId job)
{
    if (!m_core.leases().find(job)) {
        return; // Nothing more will come.
    }
    if (!m_reads.contains(job)) {
        begin(job);
    }
    const quint64 read = m_nextRead++;
    m_reads.insert(job, read);
    QTimer::singleShot(ReadTime, this, [this, job, read] { expire(job, read); });
}

void LogWatchers::expire(JobId job, quint64 read)
{
    if (m_reads.value(job) == read) {
        m_reads.remove(job);
        end(job);
    }
}

void LogWatchers::tell(JobId job, std::chrono::milliseconds interval)
{
    const queue::Lease *lease = m_core.leases().find(job);
    if (lease && lease->hasChannel) {
        m_channels.sendTraceInterval({lease->runner, lease->systemId}, job, interval);
    }
}

} // namespace ci::api
