// SPDX-License-Identifier: MIT
#include "coordinator/engine/duecommand.h"
#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/pipelineflow.h"

// The part of PipelineFlow that lets jobs begin.

namespace ci::pipelines {

using engine::JobChange;
using engine::JobEvent;
using engine::Outcome;
using engine::Transaction;

namespace {

// Before a start that could not be stored is tried again.
constexpr std::chrono::seconds RetryInterval {5};

} // namespace

Result<void> PipelineFlow::startReady(Transaction &transaction, PipelineId pipeline)
{
    const Result<GraphPtr> view = graph(transaction, pipeline);
    if (!view) {
        return view.error();
    }
    while (const std::optional<StartDecision> next = nextStart(**view)) {
        const JobId job = (*view)->at(next->job).id;
        if (const Result<void> started = start(transaction, job, next->start); !started) {
            return started;
        }
        std::erase(m_dirty, pipeline);
    }
    return {};
}

Result<void> PipelineFlow::start(Transaction &transaction, JobId id, Start how)
{
    const Result<model::Job> job = find(transaction, id);
    if (!job) {
        return job.error();
    }
    const auto applied = [&](const JobChange &change) {
        const Result<model::Job> moved = apply(transaction, *job, change);
        return moved ? Result<void>() : Result<void>(moved.error());
    };
    switch (how) {
    case Start::Wait:
        return {};
    case Start::Enqueue: {
        const Result<model::Job> queued = enqueue(transaction, *job);
        return queued ? Result<void>() : Result<void>(queued.error());
    }
    case Start::Block:
        return applied({.event = JobEvent::Block});
    case Start::Delay:
        return applied({.event = JobEvent::Schedule,
                        .startAt = m_core.parts().clock.now()
                            + job->startIn.value_or(std::chrono::seconds {0})});
    case Start::Skip:
        return applied({.event = JobEvent::Skip});
    }
    return {};
}

bool PipelineFlow::isDelayed(const model::Job &job)
{
    return job.state == JobState::Scheduled && !(job.isBridge && job.startedAt);
}

void PipelineFlow::watchDelay(const model::Job &job)
{
    const Timestamp now = m_core.parts().clock.now();
    m_core.deadlines().set(queue::DeadlineKind::StartDelayed, job.id.value(),
                           job.startAt.value_or(now) - now,
                           [this, id = job.id] { startDelayed(id); });
}

void PipelineFlow::startDelayed(JobId id)
{
    const auto again = [this, id] {
        m_core.deadlines().set(queue::DeadlineKind::StartDelayed, id.value(), RetryInterval,
                               [this, id] { startDelayed(id); });
    };
    const auto begin = [this, id](Transaction &transaction) {
        const Result<model::Job> job = find(transaction, id);
        const bool isGone = !job && job.error().kind == ErrorKind::NotFound;
        if (isGone || (job && !isDelayed(*job))) {
            return Outcome::Keep;
        }
        const Result<model::Job> queued = job ? enqueue(transaction, *job) : job;
        return queued && settle(transaction) ? Outcome::Keep : Outcome::Undo;
    };
    engine::postDue(m_core.parts().loop, begin, again);
}

void PipelineFlow::startBridge(Transaction &transaction, JobId bridge)
{
    transaction.afterCommit([this, bridge] {
        if (m_startBridge) {
            m_startBridge(bridge);
        }
    });
}

} // namespace ci::pipelines
