// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/pipelines/pipelineflow.h"

#include <functional>

namespace ci::pipelines {

// Steps of play, retry and cancel. Each moves jobs by PipelineFlow::apply(); the caller settles.

struct Replacement
{
    const model::Job &old; ///< Finished.
    int attempt = 0;
    std::optional<UserId> user; ///< Who asked for it; nullopt: as before.
};

/// A new attempt in the place of a finished one, created.
Result<model::Job> replaceJob(engine::Transaction &transaction,
                              Core &core,
                              PipelineFlow &flow,
                              const Replacement &replacement);

/// Puts these values into the spec of a job that has not started.
Result<void> giveInputs(engine::Transaction &transaction,
                        Core &core,
                        JobId job,
                        const std::vector<model::GivenInput> &inputs);

/// What the skipping of the followers of these jobs assumed is no longer so: they wait again.
Result<void> reviveFollowers(engine::Transaction &transaction,
                             PipelineFlow &flow,
                             const PipelineFlow::GraphPtr &graph,
                             std::vector<size_t> indexes);
Result<void> reviveFollowers(engine::Transaction &transaction,
                             PipelineFlow &flow,
                             const PipelineFlow::GraphPtr &graph,
                             size_t index);

struct RetryWish
{
    PipelineId pipeline;
    std::optional<UserId> user;
};

/// New attempts at all that failed or was canceled; what they kept from running waits again.
Result<void> retryJobs(engine::Transaction &transaction,
                       Core &core,
                       PipelineFlow &flow,
                       const RetryWish &wish);

struct CancelWish
{
    bool isForced = false;
    bool onlyInterruptible = false;
    bool withChildren = true; ///< Child pipelines too, whatever started them inside.
};

/// Cancels every job of a pipeline that is not finished and that the wish means.
Result<void> cancelJobs(engine::Transaction &transaction,
                        PipelineFlow &flow,
                        PipelineId pipeline,
                        CancelWish wish);

/// The child pipeline that a bridge has started goes with it.
Result<void> cancelChildOf(engine::Transaction &transaction,
                           PipelineFlow &flow,
                           const model::Job &bridge,
                           CancelWish wish);

engine::JobEvent cancelEvent(const model::Job &job, bool isForced);

} // namespace ci::pipelines
