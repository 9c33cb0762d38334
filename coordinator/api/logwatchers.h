// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/pipelines/core.h"
#include "coordinator/runnerlink/channels.h"

#include <QHash>
#include <QObject>

namespace ci::api {

/// Who looks at a job's log decides how often its runner sends it: a page that follows it live, or
/// somebody who has read it a moment ago and will ask again. Engine thread.
class LogWatchers final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LogWatchers)

public:
    LogWatchers(pipelines::Core &core, runnerlink::RunnerChannels &channels);

    void begin(JobId job);
    void end(JobId job);
    /// Counts as watching for ReadTime.
    void noteRead(JobId job);

private:
    void tellWhereItBegins(const model::Job &job, model::JobState before);
    void tell(JobId job, std::chrono::milliseconds interval);
    void expire(JobId job, quint64 read);

    pipelines::Core &m_core;
    runnerlink::RunnerChannels &m_channels;
    QHash<JobId, quint64> m_reads; ///< The newest read of a job that is read.
    quint64 m_nextRead = 1;
};

} // namespace ci::api
