// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/pipelines/groupstatus.h"
#include "coordinator/pipelines/pipelinegraph.h"

#include <optional>

namespace ci::pipelines {

/// What becomes of a job that waits for its predecessors (reference of the CI language, 15.2).
enum class Start : quint8 {
    Wait, ///< They are not done.
    Enqueue,
    Block, ///< Somebody must play it.
    Delay, ///< start_in runs.
    Skip,
};

/// `before`: the state of its predecessors as a group; nullopt where it has none.
Start chooseStart(model::When when, std::optional<PipelineState> before, FoldMode mode);

struct StartDecision
{
    size_t job = 0;
    Start start = Start::Wait; ///< Never Wait.
};

/// The next job that can be decided about; nullopt: nothing more follows by itself. The caller
/// moves the job and tells the graph before asking again.
std::optional<StartDecision> nextStart(PipelineGraph &graph);

} // namespace ci::pipelines
