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

LogWatchers::LogWatchers(pipelines::Core &core, runnerlink::RunnerChannels &channels)
    : m_core(core)
    , m_channels(channels)
{
    connect(&core.parts().news, &engine::News::jobChanged, this, &LogWatchers::tellWhereItBegins);
}

void LogWatchers::begin(JobId job)
{
    m_core.leases().addWatcher(job);
    if (m_core.leases().watchersOf(job) == 1) {
        tell(job, WatchedInterval);
    }
}

void LogWatchers::end(JobId job)
{
    m_core.leases().removeWatcher(job);
    if (m_core.leases().watchersOf(job) == 0) {
        tell(job, std::chrono::milliseconds {0});
    }
}

/// Who opened the log while the job waited could not be told to any runner.
void LogWatchers::tellWhereItBegins(const model::Job &job, model::JobState before)
{
    const bool begins = job.state == model::JobState::Running && before != job.state;
    if (begins && m_core.leases().watchersOf(job.id) > 0) {
        tell(job.id, WatchedInterval);
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
