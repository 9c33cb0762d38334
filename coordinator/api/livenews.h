// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"

#include <QObject>
#include <QSet>

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
    void schedule();

    void publishAll(db::Database &database);
    void publishJob(db::Database &database, JobId id);
    void publishPipeline(db::Database &database, PipelineId id);
    void publishProject(db::Database &database, ProjectId id);
    void publishRunner(db::Database &database, RunnerId id);

    Services &m_services;
    QSet<JobId> m_jobs;
    QSet<PipelineId> m_pipelines;
    QSet<ProjectId> m_projects;
    QSet<RunnerId> m_runners;
    bool m_isScheduled = false;
};

} // namespace ci::api
