// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/jobtransitions.h"
#include "coordinator/model/link.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/pipelines/pipelineflow.h"

#include <vector>

namespace ci::pipelines {

// Bridges: jobs that start another pipeline or mirror one, and then follow its state.

/// What a change of the pipeline's state means for a bridge: its next moves, often none. A finished
/// bridge goes on only where its pipeline was finished too and has begun again. Pure.
std::vector<engine::JobEvent> bridgeMoves(model::JobState bridge,
                                          model::LinkKind kind,
                                          model::PipelineState before,
                                          model::PipelineState after);

/// Ties a pending bridge to its pipeline and lets it follow. Conflict: it waits no more. The caller
/// settles.
Result<void> attachBridge(engine::Transaction &transaction,
                          Core &core,
                          PipelineFlow &flow,
                          const model::PipelineLink &link);

/// The pipeline's state has changed: moves the bridges that follow it.
Result<void> updateFollowers(engine::Transaction &transaction,
                             PipelineFlow &flow,
                             const model::Pipeline &pipeline,
                             model::PipelineState before);

/// The project is deleted: bridges of others that follow its unfinished pipelines fail, as nothing
/// would ever end them. Settles.
Result<void> failFollowersOf(engine::Transaction &transaction,
                             Core &core,
                             PipelineFlow &flow,
                             ProjectId project);

/// Pending bridges whose pipeline has not been made yet.
Result<std::vector<JobId>> unstartedBridges(engine::Transaction &transaction, const SecretBox &box);

} // namespace ci::pipelines
