// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/retrypolicy.h"

#include <algorithm>

namespace ci::pipelines {

using namespace Qt::StringLiterals;

namespace {

// Reference of the CI language, section 16: what failed by a fault of ours before it ran.
constexpr int SchedulerFailureRetries = 2;

bool isMeant(const model::RetrySpec &retry, const model::Job &failed, model::FailureReason reason)
{
    const auto &codes = retry.exitCodes;
    if (failed.exitCode && std::find(codes.begin(), codes.end(), *failed.exitCode) != codes.end()) {
        return true;
    }
    if (retry.when.isEmpty()) {
        return codes.empty();
    }
    return retry.when.contains("always"_L1)
        || retry.when.contains(QString::fromLatin1(protocol::word(reason)));
}

int retriesFor(const model::Job &failed)
{
    const auto reason = failed.failureReason.value_or(model::FailureReason::UnknownFailure);
    if (failed.retry.max && isMeant(failed.retry, failed, reason)) {
        return *failed.retry.max;
    }
    return reason == model::FailureReason::SchedulerFailure ? SchedulerFailureRetries : 0;
}

} // namespace

bool isRetriedByItself(const model::Job &failed)
{
    return failed.state == model::JobState::Failed && failed.attempt < retriesFor(failed);
}

model::Job nextAttempt(const model::Job &before, int attempt, Timestamp now)
{
    model::Job job;
    job.pipeline = before.pipeline;
    job.project = before.project;
    job.name = before.name;
    job.group = before.group;
    job.stage = before.stage;
    job.stageIndex = before.stageIndex;
    job.ordinal = before.ordinal;
    job.when = before.when;
    job.startIn = before.startIn;
    job.allowFailure = before.allowFailure;
    job.isFailureAllowed = before.allowFailure.always;
    job.hasNeeds = before.hasNeeds;
    job.tags = before.tags;
    job.retry = before.retry;
    job.attempt = attempt;
    job.timeout = before.timeout;
    job.isInterruptible = before.isInterruptible;
    job.resourceGroup = before.resourceGroup;
    job.isRefProtected = before.isRefProtected;
    job.isBridge = before.isBridge;
    job.user = before.user;
    job.createdAt = now;
    return job;
}

} // namespace ci::pipelines
