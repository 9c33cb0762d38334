// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/jobmover.h"
#include "coordinator/pipelines/pipelinegraph.h"
#include "coordinator/pipelines/starter.h"
#include "coordinator/queue/jobflow.h"

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ci::pipelines {

class Core;

/// Moves jobs and does what follows from it: queue and lease, automatic retry, followers, resource
/// groups, and the state of the pipeline. Keeps the graphs of pipelines that are at work. A change
/// is apply() any number of times and then settle() once.
class PipelineFlow
{
public:
    using GraphPtr = std::shared_ptr<PipelineGraph>;

    explicit PipelineFlow(Core &core) : m_core(core) { }
    Q_DISABLE_COPY_MOVE(PipelineFlow)

    /// One job: apply, retry or what its failure means, settle.
    Result<model::Job> move(engine::Transaction &transaction,
                            const model::Job &job,
                            const engine::JobChange &change);

    Result<model::Job> apply(engine::Transaction &transaction,
                             const model::Job &job,
                             const engine::JobChange &change);
    Result<void> settle(engine::Transaction &transaction);

    /// Pending, or waiting for its resource group.
    Result<model::Job> enqueue(engine::Transaction &transaction, const model::Job &job);

    Result<GraphPtr> graph(engine::Transaction &transaction, PipelineId pipeline);
    /// A pipeline that has just been inserted with its jobs.
    void adopt(engine::Transaction &transaction, PipelineId pipeline, GraphPtr graph);
    void drop(PipelineId pipeline) { m_graphs.erase(pipeline); }
    void forget();
    /// Looks at the pipeline in the next settle().
    void touch(PipelineId pipeline) { m_dirty.push_back(pipeline); }

    /// Called within apply() for every job that began to run or is finished.
    using Follower = std::function<Result<void>(engine::Transaction &, const model::Job &)>;
    void setFollower(Follower follower) { m_follower = std::move(follower); }

    Result<model::Job> find(engine::Transaction &transaction, JobId job);
    /// Waits for start_in. A bridge that has begun mirrors a pipeline that does.
    static bool isDelayed(const model::Job &job);
    void watchDelay(const model::Job &job);
    /// Looks in the next settle() who gets it.
    void freeResource(ProjectId project, const QString &group);

    /// An automatic retry, or what the failure means for the others.
    Result<void> afterFailure(engine::Transaction &transaction, const model::Job &job);

    /// Makes the pipeline of a bridge that has become pending; called after the commit.
    void setBridgeStarter(std::function<void(JobId)> start) { m_startBridge = std::move(start); }
    void startBridge(engine::Transaction &transaction, JobId bridge);

private:
    struct Resource
    {
        ProjectId project;
        QString group;
    };

    void follow(engine::Transaction &transaction,
                const model::Job &before,
                const model::Job &after,
                engine::JobEvent event);
    /// What follows for hand-out and lease.
    void followQueue(engine::Transaction &transaction,
                     const model::Job &before,
                     const model::Job &after,
                     engine::JobEvent event);
    Result<void> startReady(engine::Transaction &transaction, PipelineId pipeline);
    Result<void> start(engine::Transaction &transaction, JobId job, Start how);
    Result<void> storeFold(engine::Transaction &transaction, PipelineId pipeline);
    Result<bool> isItsTurn(engine::Transaction &transaction, const model::Job &job);
    Result<void> giveResource(engine::Transaction &transaction, const Resource &resource);
    Result<void> settleAll(engine::Transaction &transaction);
    void startDelayed(JobId job);
    void bound();

    Core &m_core;
    std::unordered_map<PipelineId, GraphPtr> m_graphs;
    std::vector<PipelineId> m_dirty;
    std::vector<Resource> m_freed;
    std::function<void(JobId)> m_startBridge;
    bool m_isSettling = false;
    Follower m_follower;
};

} // namespace ci::pipelines
