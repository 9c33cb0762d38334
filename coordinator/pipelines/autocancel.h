// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/pipelines/pipelinegraph.h"

namespace ci::pipelines {

class Core;
class PipelineFlow;

/// Whether a job of an older pipeline is canceled because a newer one makes it redundant. Pure.
enum class Redundancy : quint8 { Keep, CancelAll, CancelInterruptible };

Redundancy redundancyOf(const PipelineGraph &graph, model::AutoCancel mode);

/// Cancels what `newer` makes redundant: unfinished pipelines of the same branch with another
/// commit, each as its own `workflow:auto_cancel:on_new_commit` says.
Result<void> cancelRedundant(engine::Transaction &transaction,
                             Core &core,
                             PipelineFlow &flow,
                             const model::Pipeline &newer);

} // namespace ci::pipelines
