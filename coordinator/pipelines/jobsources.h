// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/pipelines/pipelinegraph.h"
#include "coordinator/queue/jobflow.h"

namespace ci::pipelines {

/// The jobs whose artifacts `job` receives: of `dependencies`, else of its needs with artifacts,
/// else of all earlier stages; only such as have left any, in the order of the pipeline. Conflict:
/// a job that was named has been erased.
Result<std::vector<queue::Dependency>> jobSources(engine::Transaction &transaction,
                                                  const SecretBox &box,
                                                  const PipelineGraph &graph,
                                                  const model::Job &job,
                                                  const model::JobSpec &spec);

} // namespace ci::pipelines
