// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/retrypolicy.h"

#include <algorithm>

namespace ci::pipelines {

using namespace Qt::StringLiterals;

bool isRetriedByItself(const model::Job &failed)
{
    const model::RetrySpec &retry = failed.retry;
    if (failed.state != model::JobState::Failed || failed.attempt >= retry.max) {
        return false;
    }
    if (failed.exitCode
        && std::find(retry.exitCodes.begin(), retry.exitCodes.end(), *failed.exitCode)
            != retry.exitCodes.end()) {
        return true;
    }
    if (retry.when.isEmpty()) {
        return retry.exitCodes.empty();
    }
    const auto reason = failed.failureReason.value_or(model::FailureReason::UnknownFailure);
    return retry.when.contains("always"_L1)
        || retry.when.contains(QString::fromLatin1(protocol::word(reason)));
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
