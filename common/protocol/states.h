// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <optional>
#include <utility>

// The state words of GitLab's API, the only spelling used on wires and in the database.

namespace ci::protocol {

enum class JobState : quint8 {
    Created, ///< Waits for its predecessors.
    WaitingForResource, ///< Waits for its resource_group.
    Preparing,
    Pending, ///< Waits for a runner.
    Running,
    Canceling, ///< Told to stop; its after_script may still run.
    Success,
    Failed,
    Canceled,
    Skipped,
    Manual, ///< Waits for somebody to play it.
    Scheduled, ///< Waits for its start_in.
};

/// A pipeline's (and a stage's) state is a fold of job states, never stored by hand.
enum class PipelineState : quint8 {
    Created,
    WaitingForResource,
    Preparing,
    Pending,
    Running,
    Canceling,
    Success,
    Failed,
    Canceled,
    Skipped,
    Manual,
    Scheduled,
};

/// Names of GitLab's `failure_reason`; runners send the first group, the coordinator sets all.
enum class FailureReason : quint8 {
    UnknownFailure,
    ScriptFailure,
    RunnerSystemFailure,
    JobExecutionTimeout,
    ImagePullFailure,
    RunnerConfigurationError,
    RunnerExternalDependencyFailure,
    RunnerInterrupted,
    ApiFailure,
    StuckOrTimeoutFailure,
    MissingDependencyFailure,
    RunnerUnsupported,
    StaleSchedule,
    ArchivedFailure,
    UnmetPrerequisites,
    SchedulerFailure,
    DataIntegrityFailure,
    TraceSizeExceeded,
    // Of jobs that start or follow other pipelines.
    DownstreamPipelineCreationFailed,
    DownstreamBridgeProjectNotFound,
    InsufficientBridgePermissions,
    InvalidBridgeTrigger,
    UpstreamBridgeProjectNotFound,
    InsufficientUpstreamPermissions,
    ReachedMaxDescendantPipelinesDepth,
    ReachedMaxPipelineHierarchySize,
    PipelineLoopDetected,
};

QByteArrayView word(JobState state);
QByteArrayView word(PipelineState state);
QByteArrayView word(FailureReason reason);

std::optional<JobState> jobState(QByteArrayView word);
std::optional<PipelineState> pipelineState(QByteArrayView word);
/// A reason this version does not know becomes UnknownFailure (never refused: the reference, 6.2).
FailureReason failureReason(QByteArrayView word);

/// Success, failed, canceled or skipped: nothing more will happen by itself.
bool isFinished(JobState state);
bool isFinished(PipelineState state);

} // namespace ci::protocol
