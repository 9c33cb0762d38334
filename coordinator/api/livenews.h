// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/liveoutbox.h"
#include "coordinator/api/services.h"

#include <QObject>

namespace ci::api {

/// What has become true, told to the pages that watch. What changed in one turn of the loop is
/// written out once, from one read of the database, and only where somebody listens. Engine thread.
class LiveNews final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LiveNews)

public:
    explicit LiveNews(Services &services);

private:
    void noteJob(const model::Job &job, model::JobState before);
    void notePipeline(const model::Pipeline &pipeline);
    void noteProject(ProjectId project);
    void noteRunner(RunnerId runner);

    /// A read of the database on its way to becoming texts.
    struct Writing
    {
        db::Database &database;
        std::vector<LiveText> texts;
    };
    std::vector<LiveText> write(db::Database &database, const LiveNotes &notes);
    void writeJob(Writing &writing, JobId id);
    void writePipeline(Writing &writing, PipelineId id);
    void writeProject(Writing &writing, ProjectId id);
    void writeRunner(Writing &writing, RunnerId id);

    Services &m_services;
    LiveOutbox m_outbox;
};

} // namespace ci::api
