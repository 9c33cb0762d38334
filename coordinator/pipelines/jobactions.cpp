// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/jobactions.h"

#include "coordinator/ciconfig/jobinputs.h"
#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/retrypolicy.h"
#include "db/jobstore.h"
#include "db/linkstore.h"

#include <limits>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Transaction;

namespace {

// The row of the new attempt, with all that stands beside it.
Result<model::Job> insertAttempt(Transaction &transaction,
                                 Core &core,
                                 const Replacement &replacement)
{
    const model::Job &old = replacement.old;
    db::JobStore jobs(transaction.database(), core.parts().box);
    const Result<model::JobSpec> spec = jobs.spec(old.id);
    const Result<std::vector<model::JobNeed>> needs = jobs.needs(old.id);
    const Result<std::vector<model::GivenVariable>> given = jobs.givenVariables(old.id);
    if (!spec || !needs || !given) {
        return !spec ? spec.error() : !needs ? needs.error() : given.error();
    }
    model::Job fresh = nextAttempt(old, replacement.attempt, core.parts().clock.now());
    fresh.user = replacement.user ? replacement.user : old.user;
    Result<model::Job> stored = jobs.insert(fresh, *spec, *needs);
    if (stored && !given->empty()) {
        if (const Result<void> kept = jobs.setGivenVariables(stored->id, *given); !kept) {
            return kept.error();
        }
    }
    return stored;
}

Result<void> cancelChildren(Transaction &transaction,
                            PipelineFlow &flow,
                            PipelineId pipeline,
                            CancelWish wish)
{
    const Result<std::vector<PipelineId>> children
        = db::LinkStore(transaction.database()).childrenOf(pipeline);
    if (!children) {
        return children.error();
    }
    for (const PipelineId child : *children) {
        if (const Result<void> done = cancelJobs(transaction, flow, child, wish); !done) {
            return done;
        }
    }
    return {};
}

} // namespace

Result<model::Job> replaceJob(Transaction &transaction,
                              Core &core,
                              PipelineFlow &flow,
                              const Replacement &replacement)
{
    const model::Job &old = replacement.old;
    const Result<model::Job> stored = insertAttempt(transaction, core, replacement);
    if (!stored) {
        return stored;
    }
    db::JobStore jobs(transaction.database(), core.parts().box);
    model::Job retried = old;
    retried.isRetried = true;
    const Result<bool> marked = jobs.update(retried, old.state);
    if (!marked || !*marked) {
        return marked ? conflict(u"the job has moved on meanwhile"_s) : marked.error();
    }
    const Result<PipelineFlow::GraphPtr> view = flow.graph(transaction, old.pipeline);
    if (!view) {
        return view.error();
    }
    if (const std::optional<size_t> index = (*view)->indexOf(old.id)) {
        (*view)->update(*index, *stored);
    }
    transaction.afterCommit([&news = core.parts().news, retried, fresh = *stored] {
        Q_EMIT news.jobChanged(retried, retried.state);
        Q_EMIT news.jobChanged(fresh, fresh.state);
    });
    flow.touch(old.pipeline);
    return stored;
}

Result<void> giveInputs(Transaction &transaction,
                        Core &core,
                        JobId job,
                        const std::vector<model::GivenInput> &inputs)
{
    if (inputs.empty()) {
        return {};
    }
    db::JobStore jobs(transaction.database(), core.parts().box);
    const Result<model::JobSpec> spec = jobs.spec(job);
    const Result<model::JobSpec> filled
        = spec ? ciconfig::withGivenInputs(*spec, inputs) : spec;
    return filled ? jobs.setSpec(job, *filled) : Result<void>(filled.error());
}

Result<void> reviveFollowers(Transaction &transaction,
                             PipelineFlow &flow,
                             const PipelineFlow::GraphPtr &view,
                             size_t index)
{
    return reviveFollowers(transaction, flow, view, std::vector {index});
}

Result<void> reviveFollowers(Transaction &transaction,
                             PipelineFlow &flow,
                             const PipelineFlow::GraphPtr &view,
                             std::vector<size_t> open)
{
    int stage = std::numeric_limits<int>::max(); // Of the first of them.
    for (const size_t index : open) {
        stage = std::min(stage, view->at(index).stage);
    }
    const auto revive = [&](size_t follower) -> Result<void> {
        const Result<model::Job> job = flow.find(transaction, view->at(follower).id);
        const Result<model::Job> revived
            = job ? flow.apply(transaction, *job, {.event = JobEvent::Revive}) : job;
        open.push_back(follower);
        return revived ? Result<void>() : Result<void>(revived.error());
    };
    for (size_t each = 0; each < view->size(); ++each) {
        const GraphJob &job = view->at(each);
        if (job.state == JobState::Skipped && !job.hasNeeds && job.stage > stage) {
            if (const Result<void> done = revive(each); !done) {
                return done;
            }
        }
    }
    while (!open.empty()) {
        const size_t from = open.back();
        open.pop_back();
        for (const size_t dependent : view->at(from).dependents) {
            if (view->at(dependent).state != JobState::Skipped) {
                continue;
            }
            if (const Result<void> done = revive(dependent); !done) {
                return done;
            }
        }
    }
    return {};
}

Result<void> retryJobs(Transaction &transaction,
                       Core &core,
                       PipelineFlow &flow,
                       const RetryWish &wish)
{
    const Result<PipelineFlow::GraphPtr> found = flow.graph(transaction, wish.pipeline);
    if (!found) {
        return found.error();
    }
    const PipelineFlow::GraphPtr graph = *found;
    std::vector<size_t> again;
    for (size_t index = 0; index < graph->size(); ++index) {
        const JobState state = graph->at(index).state;
        if (state == JobState::Failed || state == JobState::Canceled) {
            again.push_back(index);
        }
    }
    for (const size_t index : again) {
        const Result<model::Job> old = flow.find(transaction, graph->at(index).id);
        if (!old) {
            return old.error();
        }
        // One that never ran has nothing to keep: it waits as at first.
        const bool hasRun = old->startedAt || old->state == JobState::Failed;
        const Result<model::Job> fresh = hasRun
            ? replaceJob(transaction, core, flow, {*old, 0, wish.user})
            : flow.apply(transaction, *old, {.event = JobEvent::Revive});
        if (!fresh) {
            return fresh.error();
        }
    }
    flow.touch(wish.pipeline);
    return reviveFollowers(transaction, flow, graph, std::move(again));
}

JobEvent cancelEvent(const model::Job &job, bool isForced)
{
    const bool isPolite
        = job.state == JobState::Running && job.canCancelGracefully && !isForced;
    return isPolite ? JobEvent::AskToCancel : JobEvent::Cancel;
}

Result<void> cancelJobs(Transaction &transaction,
                        PipelineFlow &flow,
                        PipelineId pipeline,
                        CancelWish wish)
{
    const Result<PipelineFlow::GraphPtr> found = flow.graph(transaction, pipeline);
    if (!found) {
        return found.error();
    }
    const PipelineFlow::GraphPtr view = *found;
    for (size_t index = 0; index < view->size(); ++index) {
        const GraphJob &node = view->at(index);
        const bool isAsked = node.state == JobState::Canceling && !wish.isForced;
        const bool isSpared = wish.onlyInterruptible && !node.isInterruptible;
        if (protocol::isFinished(node.state) || isAsked || isSpared) {
            continue;
        }
        const Result<model::Job> job = flow.find(transaction, node.id);
        const Result<model::Job> canceled = job
            ? flow.apply(transaction, *job, {.event = cancelEvent(*job, wish.isForced)})
            : job;
        if (!canceled) {
            return canceled.error();
        }
    }
    return wish.withChildren ? cancelChildren(transaction, flow, pipeline, wish) : Result<void>();
}

Result<void> cancelChildOf(Transaction &transaction,
                           PipelineFlow &flow,
                           const model::Job &bridge,
                           CancelWish wish)
{
    db::LinkStore links(transaction.database());
    const Result<std::optional<model::PipelineLink>> link = links.ofJob(bridge.id);
    const Result<std::vector<PipelineId>> children = links.childrenOf(bridge.pipeline);
    if (!link || !children) {
        return link ? children.error() : link.error();
    }
    // A pipeline of another project is not ours to stop.
    const bool isChild = *link
        && std::find(children->begin(), children->end(), (*link)->pipeline) != children->end();
    return isChild ? cancelJobs(transaction, flow, (*link)->pipeline, wish) : Result<void>();
}

} // namespace ci::pipelines
