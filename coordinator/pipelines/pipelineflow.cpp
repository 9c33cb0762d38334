// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/pipelineflow.h"

#include "coordinator/pipelines/bridging.h"
#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/jobactions.h"
#include "coordinator/pipelines/retrypolicy.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/resourcegroupstore.h"

#include <QScopeGuard>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::JobChange;
using engine::JobEvent;
using engine::Outcome;
using engine::Transaction;

namespace {

// Jobs in all graphs that are kept, about 300 bytes each. Beyond it graphs are read again.
constexpr size_t MaxGraphJobs = 100'000;

db::JobStore jobStore(Transaction &transaction, Core &core)
{
    return db::JobStore(transaction.database(), core.parts().box);
}

} // namespace

Result<model::Job> PipelineFlow::find(Transaction &transaction, JobId id)
{
    const Result<std::optional<model::Job>> found = jobStore(transaction, m_core).find(id);
    if (!found) {
        return found.error();
    }
    return *found ? Result<model::Job>(**found) : notFound(u"404 Job Not Found"_s);
}

Result<PipelineFlow::GraphPtr> PipelineFlow::graph(Transaction &transaction, PipelineId id)
{
    // Whatever happens to it in this command happens to the view as well, so it goes with it; and
    // what was left to settle may never have been stored.
    transaction.onUndo([this, id] {
        drop(id);
        m_dirty.clear();
        m_freed.clear();
    });
    if (const auto known = m_graphs.find(id); known != m_graphs.end()) {
        return known->second;
    }
    db::JobStore jobs = jobStore(transaction, m_core);
    const Result<std::optional<model::Pipeline>> pipeline
        = db::PipelineStore(transaction.database(), m_core.parts().box).find(id);
    const Result<std::vector<model::Job>> rows = jobs.ofPipeline(id);
    const Result<PipelineGraph::Needs> needs = jobs.needsOfPipeline(id);
    const Result<std::vector<JobId>> givers
        = db::ArtifactStore(transaction.database()).jobsWithArtifacts(id);
    if (!pipeline || !rows || !needs || !givers) {
        return !pipeline ? pipeline.error()
            : !rows      ? rows.error()
            : !needs     ? needs.error()
                         : givers.error();
    }
    if (!*pipeline) {
        return notFound(u"404 Pipeline Not Found"_s);
    }
    bound();
    auto made = std::make_shared<PipelineGraph>(**pipeline, *rows, *needs);
    for (const JobId giver : *givers) {
        if (const std::optional<size_t> index = made->indexOf(giver)) {
            made->addGiver(*index);
        }
    }
    return m_graphs.insert_or_assign(id, std::move(made)).first->second;
}

void PipelineFlow::adopt(Transaction &transaction, PipelineId id, GraphPtr made)
{
    bound();
    m_graphs.insert_or_assign(id, std::move(made));
    transaction.onUndo([this, id] { drop(id); });
}

void PipelineFlow::bound()
{
    size_t jobs = 0;
    for (const auto &[id, each] : m_graphs) {
        jobs += each->size();
    }
    while (jobs > MaxGraphJobs && !m_graphs.empty()) {
        jobs -= m_graphs.begin()->second->size();
        m_graphs.erase(m_graphs.begin());
    }
}

void PipelineFlow::forget()
{
    m_graphs.clear();
    m_dirty.clear();
    m_freed.clear();
}

Result<model::Job> PipelineFlow::apply(Transaction &transaction,
                                       const model::Job &job,
                                       const JobChange &change)
{
    Result<model::Job> moved = m_core.mover().apply(transaction, job, change);
    if (!moved) {
        return moved;
    }
    const Result<GraphPtr> view = graph(transaction, job.pipeline);
    if (!view) {
        return view.error();
    }
    if (const std::optional<size_t> index = (*view)->indexOf(job.id)) {
        (*view)->update(*index, *moved);
    }
    follow(transaction, job, *moved, change.event);
    touch(job.pipeline);
    const bool isLandmark = moved->state == JobState::Running || protocol::isFinished(moved->state);
    if (m_follower && isLandmark) {
        if (const Result<void> followed = m_follower(transaction, *moved); !followed) {
            return followed.error();
        }
    }
    return moved;
}

void PipelineFlow::follow(Transaction &transaction,
                          const model::Job &before,
                          const model::Job &after,
                          JobEvent event)
{
    if (isDelayed(before)) {
        m_core.deadlines().clear(queue::DeadlineKind::StartDelayed, before.id.value());
        transaction.onUndo([this, before] { watchDelay(before); });
    }
    if (isDelayed(after)) {
        watchDelay(after);
    }
    if (!after.isBridge) {
        followQueue(transaction, before, after, event);
    } else if (after.state == JobState::Pending) {
        startBridge(transaction, after.id);
    }
    // Blocked as manual it is out of the line, whoever plays it when.
    if (protocol::isFinished(after.state) || after.state == JobState::Manual) {
        freeResource(after.project, after.resourceGroup);
    }
}

void PipelineFlow::followQueue(Transaction &transaction,
                               const model::Job &before,
                               const model::Job &after,
                               JobEvent event)
{
    if (before.state == JobState::Pending) {
        m_core.dispatcher().retract(transaction, before.id);
    }
    if (event == JobEvent::Requeue || protocol::isFinished(after.state)) {
        m_core.leases().end(transaction, after.id);
    }
    if (after.state == JobState::Pending) {
        m_core.dispatcher().offer(transaction, after);
    } else if (event == JobEvent::Confirm) {
        m_core.leases().confirm(transaction, after);
    }
}

void PipelineFlow::freeResource(ProjectId project, const QString &group)
{
    if (!group.isEmpty()) {
        m_freed.push_back({project, group});
    }
}

Result<model::Job> PipelineFlow::move(Transaction &transaction,
                                      const model::Job &job,
                                      const JobChange &change)
{
    Result<model::Job> moved = apply(transaction, job, change);
    Result<void> done = moved ? Result<void>() : Result<void>(moved.error());
    if (done && moved->state == JobState::Failed) {
        done = afterFailure(transaction, *moved);
    }
    if (done) {
        done = settle(transaction);
    }
    if (!done) {
        m_dirty.clear();
        m_freed.clear();
        return done.error();
    }
    return moved;
}

Result<void> PipelineFlow::afterFailure(Transaction &transaction, const model::Job &job)
{
    if (isRetriedByItself(job)) {
        const Result<model::Job> next
            = replaceJob(transaction, m_core, *this, {job, job.attempt + 1, std::nullopt});
        const Result<model::Job> queued = next ? enqueue(transaction, *next) : next;
        return queued ? Result<void>() : Result<void>(queued.error());
    }
    const Result<GraphPtr> view = graph(transaction, job.pipeline);
    if (!view) {
        return view.error();
    }
    if (job.isFailureAllowed || !(*view)->cancelsOnJobFailure()) {
        return {};
    }
    return cancelJobs(transaction, *this, job.pipeline, {});
}

Result<model::Job> PipelineFlow::enqueue(Transaction &transaction, const model::Job &job)
{
    if (job.resourceGroup.isEmpty()) {
        return apply(transaction, job, {.event = JobEvent::Enqueue});
    }
    const Result<bool> turn = isItsTurn(transaction, job);
    if (!turn) {
        return turn.error();
    }
    if (!*turn) {
        // Standing in line it may turn out to be the first.
        freeResource(job.project, job.resourceGroup);
    }
    return apply(transaction, job,
                 {.event = *turn ? JobEvent::Enqueue : JobEvent::WaitForResource});
}

// Nobody has the resource, and the mode lets nobody in before this job.
Result<bool> PipelineFlow::isItsTurn(Transaction &transaction, const model::Job &job)
{
    db::ResourceGroupStore store(transaction.database());
    const Result<std::optional<model::ResourceGroup>> group
        = store.find(job.project, job.resourceGroup);
    if (!group || !*group) {
        return group ? Result<bool>(true) : Result<bool>(group.error());
    }
    const Result<std::optional<JobId>> holder = store.holder(**group);
    if (!holder || *holder) {
        return holder ? Result<bool>(false) : Result<bool>(holder.error());
    }
    const Result<std::vector<JobId>> next = store.upcoming(**group, 1);
    if (!next) {
        return next.error();
    }
    // A job that is only now becoming ready is not in the line of the modes that know ready ones.
    const bool isFirst = next->empty() || next->front() == job.id;
    const bool isReadyMode = (*group)->mode == model::ProcessMode::Unordered
        || (*group)->mode == model::ProcessMode::NewestReadyFirst;
    return isFirst || (isReadyMode && job.state != JobState::WaitingForResource);
}

Result<void> PipelineFlow::giveResource(Transaction &transaction, const Resource &resource)
{
    db::ResourceGroupStore store(transaction.database());
    const Result<std::optional<model::ResourceGroup>> group
        = store.find(resource.project, resource.group);
    if (!group || !*group) {
        return group ? Result<void>() : Result<void>(group.error());
    }
    const Result<std::optional<JobId>> holder = store.holder(**group);
    if (!holder || *holder) {
        return holder ? Result<void>() : Result<void>(holder.error());
    }
    const Result<std::vector<JobId>> next = store.upcoming(**group, 1);
    if (!next || next->empty()) {
        return next ? Result<void>() : Result<void>(next.error());
    }
    const Result<model::Job> job = find(transaction, next->front());
    // The mode keeps the place for one whose pipeline has not come so far.
    if (!job || job->state != JobState::WaitingForResource) {
        return job ? Result<void>() : Result<void>(job.error());
    }
    const Result<model::Job> queued = apply(transaction, *job, {.event = JobEvent::Enqueue});
    return queued ? Result<void>() : Result<void>(queued.error());
}

Result<void> PipelineFlow::settle(Transaction &transaction)
{
    if (m_isSettling) {
        return {}; // The outer call goes on until nothing is left.
    }
    m_isSettling = true;
    const auto reset = qScopeGuard([this] { m_isSettling = false; });
    Result<void> done = settleAll(transaction);
    if (!done) {
        m_dirty.clear();
        m_freed.clear();
    }
    return done;
}

Result<void> PipelineFlow::settleAll(Transaction &transaction)
{
    while (!m_dirty.empty() || !m_freed.empty()) {
        if (!m_freed.empty()) {
            const Resource resource = m_freed.back();
            m_freed.pop_back();
            if (const Result<void> given = giveResource(transaction, resource); !given) {
                return given;
            }
            continue;
        }
        const PipelineId pipeline = m_dirty.back();
        std::erase(m_dirty, pipeline);
        if (const Result<void> started = startReady(transaction, pipeline); !started) {
            return started;
        }
        if (const Result<void> stored = storeFold(transaction, pipeline); !stored) {
            return stored;
        }
    }
    return {};
}

Result<void> PipelineFlow::storeFold(Transaction &transaction, PipelineId id)
{
    const Result<GraphPtr> view = graph(transaction, id);
    if (!view) {
        return view.error();
    }
    const PipelineState before = (*view)->storedState();
    const PipelineState after = (*view)->fold();
    if (before == after) {
        return {};
    }
    db::PipelineStore store(transaction.database(), m_core.parts().box);
    const Result<std::optional<model::Pipeline>> found = store.find(id);
    if (!found || !*found) {
        return found ? notFound(u"404 Pipeline Not Found"_s) : found.error();
    }
    model::Pipeline pipeline = **found;
    const Timestamp now = m_core.parts().clock.now();
    pipeline.state = after;
    pipeline.updatedAt = now;
    if (after == PipelineState::Running && !pipeline.startedAt) {
        pipeline.startedAt = now;
    }
    pipeline.finishedAt
        = protocol::isFinished(after) ? std::optional(now) : std::nullopt;
    const Result<bool> stored = store.updateState(pipeline, before);
    if (!stored || !*stored) {
        return stored ? conflict(u"the pipeline has moved on meanwhile"_s) : stored.error();
    }
    (*view)->setStoredState(after);
    if (protocol::isFinished(after)) {
        drop(id);
    }
    transaction.afterCommit(
        [&news = m_core.parts().news, pipeline] { Q_EMIT news.pipelineChanged(pipeline); });
    return updateFollowers(transaction, *this, pipeline, before);
}

} // namespace ci::pipelines
