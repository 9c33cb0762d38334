// SPDX-License-Identifier: MIT
#include "common/protocol/states.h"

namespace ci::protocol {

namespace {

constexpr std::array<QByteArrayView, 12> StateWords {
    "created", "waiting_for_resource", "preparing", "pending", "running", "canceling",
    "success", "failed", "canceled", "skipped", "manual", "scheduled",
};
static_assert(static_cast<size_t>(JobState::Scheduled) + 1 == StateWords.size());
static_assert(static_cast<size_t>(PipelineState::Scheduled) + 1 == StateWords.size());

constexpr std::array<QByteArrayView, 27> ReasonWords {
    "unknown_failure", "script_failure", "runner_system_failure", "job_execution_timeout",
    "image_pull_failure", "runner_configuration_error", "runner_external_dependency_failure",
    "runner_interrupted", "api_failure", "stuck_or_timeout_failure", "missing_dependency_failure",
    "runner_unsupported", "stale_schedule", "archived_failure", "unmet_prerequisites",
    "scheduler_failure", "data_integrity_failure", "trace_size_exceeded",
    "downstream_pipeline_creation_failed", "downstream_bridge_project_not_found",
    "insufficient_bridge_permissions", "invalid_bridge_trigger",
    "upstream_bridge_project_not_found", "insufficient_upstream_permissions",
    "reached_max_descendant_pipelines_depth", "reached_max_pipeline_hierarchy_size",
    "pipeline_loop_detected",
};
static_assert(static_cast<size_t>(FailureReason::PipelineLoopDetected) + 1 == ReasonWords.size());

template<typename Enum, size_t Size>
std::optional<Enum> find(const std::array<QByteArrayView, Size> &words, QByteArrayView word)
{
    for (size_t i = 0; i < Size; ++i) {
        if (words[i] == word) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

} // namespace

QByteArrayView word(JobState state) { return StateWords[static_cast<size_t>(state)]; }
QByteArrayView word(PipelineState state) { return StateWords[static_cast<size_t>(state)]; }
QByteArrayView word(FailureReason reason) { return ReasonWords[static_cast<size_t>(reason)]; }

std::optional<JobState> jobState(QByteArrayView word) { return find<JobState>(StateWords, word); }

std::optional<PipelineState> pipelineState(QByteArrayView word)
{
    return find<PipelineState>(StateWords, word);
}

FailureReason failureReason(QByteArrayView word)
{
    return find<FailureReason>(ReasonWords, word).value_or(FailureReason::UnknownFailure);
}

bool isFinished(JobState state)
{
    return state == JobState::Success || state == JobState::Failed || state == JobState::Canceled
        || state == JobState::Skipped;
}

bool isFinished(PipelineState state)
{
    return isFinished(static_cast<JobState>(state));
}

} // namespace ci::protocol
