// SPDX-License-Identifier: MIT
#include "runner/joboutcome.h"

namespace ci::runner {

using protocol::FailureReason;
using protocol::UpdateState;

namespace {

FailureReason reasonOf(const JobFailure &failure)
{
    switch (failure.kind) {
    case JobFailure::Kind::Script:
        return FailureReason::ScriptFailure;
    case JobFailure::Kind::Timeout:
        return FailureReason::JobExecutionTimeout;
    case JobFailure::Kind::System:
    case JobFailure::Kind::Interrupted:
        return FailureReason::RunnerSystemFailure;
    case JobFailure::Kind::Canceled:
    case JobFailure::Kind::Aborted:
        // "job_canceled" is a word of the runner's own that no coordinator need know.
        return FailureReason::UnknownFailure;
    }
    return FailureReason::UnknownFailure;
}

bool isAlwaysUnderstood(FailureReason reason)
{
    return reason == FailureReason::ScriptFailure || reason == FailureReason::RunnerSystemFailure
        || reason == FailureReason::JobExecutionTimeout;
}

FailureReason understoodReason(FailureReason reason, const QStringList &understood)
{
    const bool isKnown = isAlwaysUnderstood(reason)
        || understood.contains(QString::fromLatin1(protocol::word(reason)));
    return isKnown ? reason : FailureReason::UnknownFailure;
}

} // namespace

JobFailure failureOf(const StageEnd &end)
{
    switch (end.kind) {
    case StageEnd::Kind::TimedOut:
        return {JobFailure::Kind::Timeout, 0, end.detail};
    case StageEnd::Kind::SystemFailure:
        return {JobFailure::Kind::System, 0, end.detail};
    case StageEnd::Kind::Ok:
    case StageEnd::Kind::Failed:
        break;
    }
    return {JobFailure::Kind::Script, end.exitCode, end.detail};
}

QByteArray describe(const JobFailure &failure)
{
    switch (failure.kind) {
    case JobFailure::Kind::Script:
        return "Job failed: exit status " + QByteArray::number(failure.exitCode);
    case JobFailure::Kind::Timeout:
        return "Job failed: " + failure.detail;
    case JobFailure::Kind::System:
    case JobFailure::Kind::Interrupted:
        return "Job failed (system failure): " + failure.detail;
    case JobFailure::Kind::Canceled:
    case JobFailure::Kind::Aborted:
        return "Job failed: canceled";
    }
    return {};
}

FinalState finalState(const std::optional<JobFailure> &failure, const QStringList &understood)
{
    if (!failure) {
        return {UpdateState::Success, FailureReason::UnknownFailure, 0};
    }
    return {UpdateState::Failed, understoodReason(reasonOf(*failure), understood),
            failure->exitCode};
}

QByteArray statusWord(const std::optional<JobFailure> &failure)
{
    if (!failure) {
        return "success";
    }
    return failure->kind == JobFailure::Kind::Canceled ? "canceled" : "failed";
}

} // namespace ci::runner
