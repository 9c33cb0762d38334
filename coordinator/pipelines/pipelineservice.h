// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/jobmover.h"
#include "coordinator/model/pipelineplan.h"
#include "coordinator/model/resourcegroup.h"
#include "coordinator/pipelines/foreignneeds.h"
#include "coordinator/pipelines/newpipeline.h"
#include "coordinator/queue/jobflow.h"

#include <functional>
#include <memory>

namespace ci::pipelines {

class Core;
class Environments;

enum class CancelKind : quint8 {
    Polite, ///< The runner may still run after_script, where it can.
    Forced,
};

/// What may happen to pipelines and their jobs. Every call does all that follows from it in the
/// caller's transaction; an error means that the caller must undo the command. Right checks are the
/// caller's. Engine thread.
class PipelineService final : public queue::JobFlow
{
public:
    explicit PipelineService(Core &core);
    ~PipelineService() override;
    Q_DISABLE_COPY_MOVE(PipelineService)

    /// Stores pipeline and jobs and starts what can start; cancels what it makes redundant.
    /// `plan.notCreated` must be empty: tell the person instead.
    Result<model::Pipeline> create(engine::Transaction &transaction,
                                   const NewPipeline &start,
                                   const model::PipelinePlan &plan);
    /// A file that does not compile: a failed pipeline that says why.
    Result<model::Pipeline> createFailed(engine::Transaction &transaction,
                                         const NewPipeline &start,
                                         std::vector<model::ConfigError> errors);
    /// `[ci skip]`: a skipped pipeline without jobs.
    Result<model::Pipeline> createSkipped(engine::Transaction &transaction,
                                          const NewPipeline &start);

    /// Starts a manual job, or a delayed one early. Conflict: it is neither. `given` are further
    /// variables for it. Invalid: an input that the job does not take.
    Result<model::Job> play(engine::Transaction &transaction,
                            JobId job,
                            std::optional<UserId> user,
                            const std::vector<model::GivenVariable> &given,
                            const std::vector<model::GivenInput> &inputs = {});
    /// A new attempt at a finished job, started at once. Conflict: not finished, or not the newest.
    /// Inputs that are not given are as in the attempt before.
    Result<model::Job> retry(engine::Transaction &transaction,
                             JobId job,
                             std::optional<UserId> user,
                             const std::vector<model::GivenInput> &inputs = {});
    /// New attempts at all that failed or was canceled; what they kept from running follows.
    Result<model::Pipeline> retryPipeline(engine::Transaction &transaction,
                                          PipelineId pipeline,
                                          std::optional<UserId> user);
    /// Conflict: it is finished. A second cancel of a canceling job is forced.
    Result<model::Job> cancel(engine::Transaction &transaction, JobId job, CancelKind kind);
    Result<model::Pipeline> cancelPipeline(engine::Transaction &transaction,
                                           PipelineId pipeline,
                                           CancelKind kind);
    /// Who gets a resource group next; looks at once whether somebody may have it now.
    Result<model::ResourceGroup> setProcessMode(engine::Transaction &transaction,
                                                const model::ResourceGroup &group,
                                                model::ProcessMode mode);
    /// Removes log and artifacts of a finished job. Conflict: not finished.
    Result<model::Job> erase(engine::Transaction &transaction, JobId job);
    /// With all jobs, logs, artifacts and child pipelines: all that went. Conflict: not finished.
    Result<std::vector<PipelineId>> remove(engine::Transaction &transaction, PipelineId pipeline);
    /// A project is going: cancels what runs, fails bridges of other projects that follow it, and
    /// removes files; rows go with the project.
    Result<void> removeAllOf(engine::Transaction &transaction, ProjectId project);

    Result<model::Job> move(engine::Transaction &transaction,
                            const model::Job &job,
                            const engine::JobChange &change) override;
    Result<std::vector<queue::Dependency>> dependencies(engine::Transaction &transaction,
                                                        const model::Job &job,
                                                        const model::JobSpec &spec) override;

    /// Who may read the artifacts of other projects: given once.
    void setArtifactRight(ArtifactRight mayRead);
    /// Who makes the pipeline of a bridge that has become pending: given once, before recover().
    void setBridgeStarter(std::function<void(JobId)> start);
    /// A pending bridge mirrors a pipeline from now on.
    Result<void> mirror(engine::Transaction &transaction, JobId bridge, PipelineId pipeline);
    /// Its pipeline cannot be made; `change` says why. Nothing where it waits no more.
    Result<void> failBridge(engine::Transaction &transaction,
                            JobId bridge,
                            const engine::JobChange &change);

    Environments &environments();

    /// It has left an artifact, which later jobs receive.
    void noteArtifact(engine::Transaction &transaction, const model::Job &job);

    /// After a restart: delayed starts, waiting resource groups, and a fold of all unfinished
    /// pipelines.
    Result<void> recover(engine::Transaction &transaction);
    /// Forgets what memory holds of pipelines; it is read again when needed.
    void forget();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci::pipelines
