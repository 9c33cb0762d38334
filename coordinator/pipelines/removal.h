// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/model/pipeline.h"

namespace ci::pipelines {

class Core;

/// Log and artifacts of a finished job.
Result<model::Job> eraseJob(engine::Transaction &transaction, Core &core, const model::Job &job);

/// The rows, and after the commit the files.
Result<void> removePipeline(engine::Transaction &transaction,
                            Core &core,
                            const model::Pipeline &pipeline);

/// What of a project's jobs is not a row: files, places in the queue, leases.
Result<void> removeJobsOfProject(engine::Transaction &transaction, Core &core, ProjectId project);

} // namespace ci::pipelines
