// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/environment.h"
#include "coordinator/model/job.h"
#include "coordinator/pipelines/pipelineflow.h"
#include "coordinator/queue/variablelist.h"

namespace ci::pipelines {

class Core;
class PipelineService;

/// An absolute address of http or https: pages show it as a link.
bool isEnvironmentUrl(const QString &text);

/// Environments and deployments as consequences of jobs, and the other way round: a stop starts
/// the on_stop jobs. Engine thread.
class Environments
{
public:
    Environments(Core &core, PipelineService &service) : m_core(core), m_service(service) { }
    Q_DISABLE_COPY_MOVE(Environments)

    /// A job began to run or is finished.
    Result<void> follow(engine::Transaction &transaction, const model::Job &job);

    /// The jobs that a stop would start; none: it is only marked as stopped.
    Result<std::vector<model::Job>> stopJobs(engine::Transaction &transaction,
                                             const model::Environment &environment);
    enum class StopKind : quint8 {
        ByJobs,
        MarkOnly, ///< Without its on_stop jobs.
    };
    Result<model::Environment> stop(engine::Transaction &transaction,
                                    const model::Environment &environment,
                                    std::optional<UserId> user,
                                    StopKind kind = StopKind::ByJobs);
    /// The branch is gone: what it was last deployed to stops.
    Result<void> stopAllOf(engine::Transaction &transaction,
                           ProjectId project,
                           const QString &branch);

    /// Made or changed by hand.
    Result<model::Environment> create(engine::Transaction &transaction,
                                      model::Environment environment);
    Result<void> store(engine::Transaction &transaction, model::Environment environment);

    /// All variables of a job that has run, also those that it left by dotenv.
    Result<queue::VariableList> variables(engine::Transaction &transaction, const model::Job &job);

    /// After a restart: auto_stop_in goes on.
    Result<void> recover(engine::Transaction &transaction);

private:
    struct Visit;
    Result<void> publish(engine::Transaction &transaction, const model::Job &job);
    Result<model::Environment> ensure(engine::Transaction &transaction, const Visit &visit);
    Result<void> begin(engine::Transaction &transaction, const Visit &visit);
    Result<void> end(engine::Transaction &transaction, const Visit &visit);
    Result<void> endStart(engine::Transaction &transaction,
                          const Visit &visit,
                          const model::Environment &environment);
    void renew(model::Environment &environment, const Visit &visit) const;
    void watch(engine::Transaction &transaction, const model::Environment &environment);
    void setDeadline(EnvironmentId id, const std::optional<Timestamp> &at);
    void stopByTime(EnvironmentId id);
    static void logNotStopped(EnvironmentId id, const Error &error);
    static void logWithoutVariables(JobId job, const Error &error);
    void announce(engine::Transaction &transaction, ProjectId project) const;

    Core &m_core;
    PipelineService &m_service;
};

} // namespace ci::pipelines
