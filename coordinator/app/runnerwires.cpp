// SPDX-License-Identifier: MIT
#include "coordinator/app/runnerwires.h"

#include "coordinator/api/logwatchers.h"

namespace ci::app {

RunnerWires::RunnerWires(api::Services &services)
    : m_services(services)
{
    using Channels = runnerlink::RunnerChannels;
    connect(&services.channels, &Channels::connected, this, &RunnerWires::greet);
    connect(&services.channels,
            &Channels::disconnected,
            this,
            [this](const runnerlink::RunnerKey &key) {
                Q_EMIT m_services.news.runnerChanged(key.runner);
            });
    connect(&services.news, &engine::News::jobChanged, this, &RunnerWires::cancelAtRunner);
    connect(&services.live, &live::LiveHub::traceWatched, this, [this](JobId job, bool watched) {
        watched ? m_services.watchers.begin(job) : m_services.watchers.end(job);
    });
}

void RunnerWires::greet(const runnerlink::RunnerKey &key, const protocol::ChannelHello &hello)
{
    m_services.core.leases().reportRunning(
        key.runner, key.systemId, {hello.jobs.begin(), hello.jobs.end()});
    // It may be waiting for its next interval after a lost connection.
    m_services.channels.sendWork(key.runner);
    Q_EMIT m_services.news.runnerChanged(key.runner);
}

void RunnerWires::cancelAtRunner(const model::Job &job, model::JobState before)
{
    const bool wasThere =
        before == model::JobState::Running || before == model::JobState::Canceling;
    if (!wasThere || !job.runner || !job.hasChannel) {
        return;
    }
    if (job.state == model::JobState::Canceling) {
        m_services.channels.sendCancel({*job.runner, job.systemId}, job.id, false);
    } else if (job.state == model::JobState::Canceled) {
        m_services.channels.sendCancel({*job.runner, job.systemId}, job.id, true);
    }
}

} // namespace ci::app
