// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/jobmover.h"
#include "coordinator/forge/pipelinebirth.h"
#include "coordinator/pipelines/bridgefacts.h"

#include <memory>
#include <variant>

namespace ci::forge {

/// What a bridge comes to before anything is read from a repository: a pipeline to be born, one to
/// mirror, or a failure with its reason.
using BridgeOrder
    = std::variant<std::shared_ptr<BirthState>, PipelineId, engine::JobChange>;

/// Whether `user` may read the artifacts of a project; nobody may only where everybody may.
Result<bool> readsArtifacts(engine::Transaction &transaction,
                            std::optional<UserId> user,
                            ProjectId project);

/// Looks up project, rights, limits and artifacts. An error: try again later, or the job does not
/// wait any more (Conflict).
Result<BridgeOrder> bridgeOrder(engine::Transaction &transaction,
                                const PipelineBirth::Parts &parts,
                                JobId bridge);

} // namespace ci::forge
