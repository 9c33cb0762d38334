// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/model/pipelineplan.h"
#include "coordinator/queue/jobflow.h"

#include <functional>

namespace ci::pipelines {

/// Whether somebody may read a project's artifacts.
using ArtifactRight
    = std::function<Result<bool>(engine::Transaction &, std::optional<UserId>, ProjectId)>;

struct ForeignParts
{
    const SecretBox &box;
    const ArtifactRight &mayRead;
};

/// The jobs of other pipelines and projects whose artifacts `job` receives (`needs:pipeline` of the
/// same family, `needs:project` by the right of whoever started the job). Conflict, with what is
/// missing: it cannot run.
Result<std::vector<queue::Dependency>>
foreignSources(engine::Transaction &transaction,
               const ForeignParts &parts,
               const model::Job &job,
               const std::vector<model::ForeignNeed> &needs);

} // namespace ci::pipelines
