// SPDX-License-Identifier: MIT
#include "coordinator/queue/handout.h"

#include "db/jobstore.h"

namespace ci::queue {

namespace {

constexpr QByteArrayView JobTokenPrefix = "glcbt-";
constexpr int JobTokenLength = 32;

} // namespace

Secret newJobToken()
{
    return Secret(JobTokenPrefix.toByteArray() + randomText(JobTokenLength));
}

model::Job claimedJob(const model::Job &job,
                      RunnerId runner,
                      const protocol::JobRequest &request,
                      const Secret &token)
{
    const protocol::RunnerFeatures &features = request.info.features;
    model::Job claimed = job;
    claimed.runner = runner;
    claimed.systemId = request.systemId.toUtf8();
    claimed.tokenHash = tokenHash(token.reveal());
    claimed.canCancelGracefully = features.cancelGracefully;
    claimed.canResetTrace = features.traceReset;
    claimed.hasChannel = features.capstanChannel;
    return claimed;
}

model::FailureReason failureOf(const Error &error)
{
    return error.kind == ErrorKind::Conflict  ? model::FailureReason::MissingDependencyFailure
        : error.kind == ErrorKind::Forbidden ? model::FailureReason::RunnerUnsupported
                                           : model::FailureReason::SchedulerFailure;
}

engine::Outcome failStuckJob(engine::Transaction &transaction,
                             const SecretBox &box,
                             JobFlow &flow,
                             JobId job)
{
    const Result<std::optional<model::Job>> found
        = db::JobStore(transaction.database(), box).find(job);
    if (!found) {
        return engine::Outcome::Undo;
    }
    const bool isStuck = *found && (*found)->state == model::JobState::Pending
        && (*found)->tokenHash.isEmpty();
    if (!isStuck) {
        return engine::Outcome::Keep;
    }
    const Result<model::Job> failed
        = flow.move(transaction, **found,
                    {.event = engine::JobEvent::Fail,
                     .failureReason = model::FailureReason::StuckOrTimeoutFailure});
    return failed ? engine::Outcome::Keep : engine::Outcome::Undo;
}

} // namespace ci::queue
