// SPDX-License-Identifier: MIT
#include "coordinator/queue/dispatcher.h"
#include "coordinator/queue/handout.h"
#include "coordinator/queue/runnerneeds.h"
#include "db/jobstore.h"

#include <QLoggingCategory>

// The part of Dispatcher that gives one request a job.

namespace ci::queue {

Q_LOGGING_CATEGORY(lcHandOut, "ci.queue")

using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Transaction;
using model::JobState;

namespace {

// Before a job that could not be handed out is offered again.
constexpr std::chrono::seconds AsideInterval {5};
// Jobs put aside by one command, so that it stays within some milliseconds.
constexpr int MaxPutAside = 16;

} // namespace

Dispatcher::Claim Dispatcher::serve(Transaction &transaction, const HeldPtr &held)
{
    if (held->isPaused || m_isShutDown) {
        return Claim::JobGone;
    }
    for (int aside = 0; aside < MaxPutAside;) {
        const std::optional<JobId> job = m_pending.choose(held->offer);
        if (!job) {
            return Claim::JobGone;
        }
        if (held->ask.isGone && held->ask.isGone()) {
            drop(held->id);
            return Claim::RequestGone;
        }
        const Claim done = claim(transaction, held, *job);
        if (done != Claim::JobGone && done != Claim::PutAside) {
            return done;
        }
        aside += done == Claim::PutAside ? 1 : 0;
    }
    if (const std::optional<JobId> next = m_pending.choose(held->offer)) {
        m_fresh.push_back(*next); // For another command.
        postDrain();
    }
    return Claim::PutAside;
}

Dispatcher::Claim Dispatcher::claim(Transaction &transaction, const HeldPtr &held, JobId id)
{
    const Result<std::optional<model::Job>> found
        = db::JobStore(transaction.database(), m_parts.box).find(id);
    const model::Runner *runner = m_parts.registry.find(held->runner);
    if (!found || !runner) {
        return Claim::Failed;
    }
    if (!*found || (*found)->state != JobState::Pending || !(*found)->tokenHash.isEmpty()) {
        retract(transaction, id);
        return Claim::JobGone;
    }
    const Secret token = newJobToken();
    const model::Job job = claimedJob(**found, runner->id, held->ask.request, token);
    Result<protocol::JobPayload> payload
        = m_parts.payloads.build(transaction, {job, *runner, token});
    const auto missing = payload
        ? missingFeature(job, *payload, held->ask.request.info.features)
        : std::nullopt;
    if (missing) {
        payload = Error {ErrorKind::Forbidden,
                         u"the job needs a runner that announces "_s + *missing};
    }
    if (!payload) {
        return failJob(transaction, **found, payload.error());
    }
    const Result<model::Job> leased = lease(transaction, job, *held);
    if (!leased) {
        return Claim::Failed;
    }
    payload->jobInfo.queueSize = static_cast<qint64>(m_pending.count());
    give(transaction, held, HandedOut {std::move(*payload)});
    const auto waited = m_parts.clock.now() - job.queuedAt.value_or(m_parts.clock.now());
    transaction.afterCommit([this, id, runnerId = runner->id, waited] {
        ++m_counts.handedOut;
        m_counts.waited += waited;
        qCInfo(lcHandOut).noquote() << "job assigned job=" << id.value()
                                  << "runner=" << runnerId.value()
                                  << "waited_ms=" << waited.count();
    });
    return Claim::Done;
}

Dispatcher::Claim Dispatcher::failJob(Transaction &transaction,
                                      const model::Job &job,
                                      const Error &why)
{
    qCWarning(lcHandOut).noquote() << "job cannot be handed out job=" << job.id.value()
                                   << "cause=" << why.detail;
    if (why.kind == ErrorKind::Io || why.kind == ErrorKind::Unavailable) {
        // Nothing is stored yet, and other jobs need not lack what this one does.
        putAside(job.id);
        return Claim::PutAside;
    }
    // After what retract() undoes: where it cannot even be failed, the next request gets another.
    transaction.onUndo([this, id = job.id] { putAside(id); });
    retract(transaction, job.id);
    const Result<model::Job> failed = m_parts.flow.move(
        transaction, job,
        {.event = JobEvent::Fail, .failureReason = failureOf(why), .failureMessage = why.detail});
    return failed ? Claim::JobGone : Claim::Failed;
}

void Dispatcher::putAside(JobId job)
{
    m_pending.putAside(job);
    m_parts.deadlines.set(DeadlineKind::OfferAgain, job.value(), AsideInterval, [this, job] {
        if (!m_pending.bringBack(job)) {
            return;
        }
        m_fresh.push_back(job);
        if (m_waiting.count() > 0) {
            postDrain();
        }
    });
}

Result<model::Job> Dispatcher::lease(Transaction &transaction,
                                     const model::Job &job,
                                     const Held &held)
{
    retract(transaction, job.id);
    const bool isTwoPhase = held.ask.request.info.features.twoPhaseJobCommit;
    m_parts.leases.begin(transaction, job, held.ask.request.session);
    if (!isTwoPhase) {
        return m_parts.flow.move(transaction, job, {.event = JobEvent::Confirm});
    }
    // It stays pending, with its runner, until the runner says that it runs.
    const Result<bool> stored
        = db::JobStore(transaction.database(), m_parts.box).update(job, JobState::Pending);
    if (!stored) {
        return stored.error();
    }
    if (!*stored) {
        return conflict(u"the job has moved on meanwhile"_s);
    }
    transaction.afterCommit(
        [this, job] { Q_EMIT m_parts.news.jobChanged(job, JobState::Pending); });
    return job;
}

void Dispatcher::give(Transaction &transaction, const HeldPtr &held, HandedOut handedOut)
{
    drop(held->id);
    transaction.onUndo([this, held] {
        putBack(held);
        if (m_isShutDown) {
            expire(held->id); // shutDown() has not seen it.
        }
    });
    transaction.afterCommit(
        [held, answer = std::move(handedOut)] { held->answer(answer); });
}

} // namespace ci::queue
