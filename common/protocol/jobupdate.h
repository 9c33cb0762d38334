// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "common/protocol/runnerinfo.h"
#include "common/protocol/states.h"

#include <chrono>
#include <optional>

// PUT /api/v4/jobs/:id and what every answer to a PATCH or PUT may say (reference of the runner
// API, 5.3 and 6).

namespace ci::protocol {

/// `state` of a PUT. Pending is a keep-alive of two-phase hand-out that stock runners do not use.
enum class UpdateState : quint8 { Pending, Running, Success, Failed };

QByteArrayView word(UpdateState state);

struct JobUpdate
{
    Secret token; ///< Of the job. Empty where only the JOB-TOKEN header carries it.
    RunnerInfo info;
    UpdateState state = UpdateState::Running;
    FailureReason failureReason = FailureReason::UnknownFailure; ///< Only with Failed.
    std::optional<QByteArray> trace; ///< Runners up to 11.10: the whole log, replaces the stored.
    std::optional<quint32> checksum; ///< CRC-32 of the whole log.
    std::optional<qint64> size; ///< output.bytesize
    int exitCode = 0;

    bool operator==(const JobUpdate &) const = default;

    /// `failure_reason` only with Failed, `exit_code` only where not 0, the checksum also under its
    /// old name.
    QJsonObject toJson() const;
    static JobUpdate read(JsonReader &reader);
    /// A checksum that is not `crc32:…` is no error but absent: older and newer kinds may come.
    static Result<JobUpdate> fromJson(QByteArrayView bytes);
};

/// What the answer to a PUT means to a runner (6.3). Job-Status is looked at apart.
enum class UpdateOutcome : quint8 {
    Done, ///< 200
    Incomplete, ///< 202: wait the interval, send what is missing, repeat the PUT.
    LogInvalid, ///< 412: send the whole log again, then repeat the PUT.
    Aborted, ///< 403, 404: no longer ours.
    Failed, ///< Everything else: running: ignore; final: retry with back-off.
};

UpdateOutcome updateOutcome(int status);

/// What the Job-Status header of any answer asks of the runner (6.6).
enum class JobDirective : quint8 {
    Continue,
    CancelGracefully, ///< `canceling`: stop the script, after_script still runs.
    Abort, ///< `canceled` or `failed`: stop at once.
};

JobDirective jobDirective(QByteArrayView jobStatus);

/// X-GitLab-Trace-Update-Interval: whole seconds, capped at 15 min; nullopt: keep the present one.
std::optional<std::chrono::seconds> traceInterval(QByteArrayView header);

} // namespace ci::protocol
