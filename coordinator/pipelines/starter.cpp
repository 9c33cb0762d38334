// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/starter.h"

namespace ci::pipelines {

using model::When;

namespace {

bool isAllowed(When when, PipelineState before, FoldMode mode)
{
    const bool isSuccess = before == PipelineState::Success;
    const bool isFailed = before == PipelineState::Failed;
    const bool isSkipped = before == PipelineState::Skipped;
    switch (when) {
    case When::OnSuccess:
    case When::Manual:
    case When::Delayed:
        return isSuccess || (isSkipped && mode == FoldMode::Stage);
    case When::OnFailure:
        return isFailed;
    case When::Always:
        return isSuccess || isFailed || isSkipped;
    case When::Never:
        return false;
    }
    return false;
}

// In the line of the stages, where one job decides for all that wait with it.
std::optional<StartDecision> nextOfStages(const PipelineGraph &graph)
{
    const std::optional<int> stage = graph.firstOpenStage();
    if (!stage) {
        return std::nullopt;
    }
    const size_t job = graph.firstOpenJob(*stage);
    const Start start
        = chooseStart(graph.at(job).when, groupStatus(graph.kindsBefore(*stage)), FoldMode::Stage);
    return start != Start::Wait ? std::optional(StartDecision {job, start}) : std::nullopt;
}

} // namespace

Start chooseStart(When when, std::optional<PipelineState> before, FoldMode mode)
{
    const PipelineState state = before.value_or(PipelineState::Success);
    if (!protocol::isFinished(state)) {
        return Start::Wait;
    }
    if (!isAllowed(when, state, mode)) {
        return Start::Skip;
    }
    return when == When::Manual   ? Start::Block
        : when == When::Delayed ? Start::Delay
                                : Start::Enqueue;
}

std::optional<StartDecision> nextStart(PipelineGraph &graph)
{
    const std::optional<StartDecision> staged = nextOfStages(graph);
    while (const std::optional<size_t> job = graph.firstCandidate()) {
        // Who starts first is handed out first: the order of the file, not of the two lines.
        if (staged && staged->job < *job) {
            return staged;
        }
        graph.dropCandidate(*job);
        const Start start
            = chooseStart(graph.at(*job).when,
                          groupStatus(graph.kindsOfNeeds(*job), FoldMode::Needs), FoldMode::Needs);
        if (start != Start::Wait) {
            return StartDecision {*job, start};
        }
    }
    return staged;
}

} // namespace ci::pipelines
