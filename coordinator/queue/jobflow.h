// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/jobmover.h"
#include "coordinator/model/job.h"

#include <vector>

namespace ci::queue {

/// A job whose artifacts or dotenv variables another one receives.
struct Dependency
{
    JobId job;
    QString name;
};

/// What this room needs from the one above (coordinator/pipelines): a job that moves changes its
/// pipeline, its followers and the queue itself.
class JobFlow
{
public:
    virtual ~JobFlow() = default;

    /// Moves a job and everything that follows from it, in this transaction: retry, followers, the
    /// pipeline's state, resource groups, queue and lease. Other fields of `job` that differ from
    /// what is stored are stored with it. The job as it is now.
    virtual Result<model::Job> move(engine::Transaction &transaction,
                                    const model::Job &job,
                                    const engine::JobChange &change)
        = 0;

    /// The finished jobs whose artifacts `job` is to receive, in order. Conflict: one of them was
    /// erased, so the job cannot run (missing_dependency_failure).
    virtual Result<std::vector<Dependency>> dependencies(engine::Transaction &transaction,
                                                         const model::Job &job,
                                                         const model::JobSpec &spec)
        = 0;
};

} // namespace ci::queue
