// SPDX-License-Identifier: MIT
#include "coordinator/engine/jobmover.h"

#include "db/jobstore.h"

namespace ci::engine {

using namespace Qt::StringLiterals;

namespace {

// What a finished job no longer has. Its runner stays noted: the page shows who ran it. Its token
// opens nothing any more, and tells a runner that still speaks how the job ended.
void endJob(model::Job &job, Timestamp now)
{
    job.finishedAt = now;
    job.hold.reset();
    job.startAt.reset();
}

// Back to waiting as if it had never been looked at.
void forgetHandOut(model::Job &job)
{
    job.runner.reset();
    job.systemId.clear();
    job.tokenHash.clear();
    job.isConfirmed = false;
    job.heardAt.reset();
}

void setFailureAllowed(model::Job &job)
{
    // With exit codes the failure is allowed only by one of them (reference, 15.3).
    if (!job.allowFailure.exitCodes.empty()) {
        const auto &codes = job.allowFailure.exitCodes;
        job.isFailureAllowed = job.exitCode
            && std::find(codes.begin(), codes.end(), *job.exitCode) != codes.end();
    }
}

void applyEffects(model::Job &job, const JobChange &change, Timestamp now)
{
    switch (change.event) {
    case JobEvent::Enqueue:
        job.queuedAt = now;
        job.startAt.reset();
        break;
    case JobEvent::Schedule:
        job.startAt = change.startAt;
        break;
    case JobEvent::Confirm:
        job.startedAt = job.isBridge ? job.startedAt.value_or(now) : now;
        job.isConfirmed = true;
        job.heardAt = now;
        break;
    case JobEvent::Requeue:
        forgetHandOut(job);
        break;
    case JobEvent::Revive:
        forgetHandOut(job);
        job.finishedAt.reset();
        job.queuedAt.reset();
        break;
    case JobEvent::Fail:
        if (job.state != JobState::Failed) {
            break; // It was being canceled: whatever its runner says at last, that is no failure.
        }
        job.failureReason = change.failureReason.value_or(model::FailureReason::UnknownFailure);
        job.failureMessage = change.failureMessage;
        job.exitCode = change.exitCode;
        setFailureAllowed(job);
        break;
    case JobEvent::Succeed:
        job.exitCode = change.exitCode;
        break;
    case JobEvent::Reopen:
        job.finishedAt.reset();
        job.failureReason.reset();
        job.failureMessage.clear();
        job.isFailureAllowed = job.allowFailure.always;
        break;
    case JobEvent::Block:
    case JobEvent::WaitForResource:
    case JobEvent::Skip:
    case JobEvent::AskToCancel:
    case JobEvent::Cancel:
        break;
    }
    if (protocol::isFinished(job.state)) {
        endJob(job, now);
    }
}

} // namespace

Result<model::Job> JobMover::apply(Transaction &transaction,
                                   const model::Job &job,
                                   JobChange change)
{
    const std::optional<JobState> to = next(job.state, change.event);
    if (!to) {
        return conflict(u"job %1 is %2: that is not possible now"_s.arg(job.id.value())
                            .arg(QLatin1StringView(protocol::word(job.state))));
    }
    model::Job moved = job;
    moved.state = *to;
    applyEffects(moved, change, m_clock.now());

    const Result<bool> stored
        = db::JobStore(transaction.database(), m_box).update(moved, job.state);
    if (!stored) {
        return stored.error().within(u"job %1"_s.arg(job.id.value()));
    }
    if (!*stored) {
        return conflict(u"job %1 has moved on meanwhile"_s.arg(job.id.value()));
    }
    transaction.afterCommit(
        [&news = m_news, moved, before = job.state] { Q_EMIT news.jobChanged(moved, before); });
    return moved;
}

} // namespace ci::engine
