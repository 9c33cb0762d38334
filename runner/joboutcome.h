// SPDX-License-Identifier: MIT
#pragma once

#include "runner/jobreporter.h"
#include "runner/stage.h"

#include <QStringList>

#include <optional>

namespace ci::runner {

/// Why a job failed; the first cause stays, except that an abort overrides.
struct JobFailure
{
    enum class Kind : quint8 {
        Script, ///< exitCode
        Timeout, ///< Of the job, or RUNNER_SCRIPT_TIMEOUT.
        System,
        Interrupted, ///< The runner was told to stop now.
        Canceled, ///< Politely: after_script still runs.
        Aborted, ///< No longer ours, or canceled by force.
    };
    Kind kind = Kind::Script;
    int exitCode = 0;
    QByteArray detail;
};

JobFailure failureOf(const StageEnd &end);

/// "Job failed: exit status 3".
QByteArray describe(const JobFailure &failure);

/// What is reported. `understood` are the reasons the coordinator knows (features.failure_reasons):
/// others are mapped (reference of the runner API, 6.2).
FinalState finalState(const std::optional<JobFailure> &failure, const QStringList &understood);

/// CI_JOB_STATUS as after_script sees it.
QByteArray statusWord(const std::optional<JobFailure> &failure);

} // namespace ci::runner
