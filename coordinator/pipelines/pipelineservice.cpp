// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/pipelineservice.h"

#include "coordinator/pipelines/autocancel.h"
#include "coordinator/pipelines/bridging.h"
#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/environments.h"
#include "coordinator/pipelines/family.h"
#include "coordinator/pipelines/jobactions.h"
#include "coordinator/pipelines/jobsources.h"
#include "coordinator/pipelines/pipelinecreator.h"
#include "coordinator/pipelines/pipelineflow.h"
#include "coordinator/pipelines/removal.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"
#include "db/resourcegroupstore.h"

namespace ci::pipelines {
using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Transaction;

class PipelineService::Private
{
public:
    Private(Core &owner, PipelineService &service)
        : core(owner), flow(owner), environments(owner, service)
    {
        flow.setFollower([this](Transaction &transaction, const model::Job &job) {
            return environments.follow(transaction, job);
        });
    }

    PipelineCreator creator(Transaction &transaction) const
    {
        return PipelineCreator({core.parts().clock, core.parts().box, core.settings().queue},
                               transaction);
    }

    Result<model::Pipeline> pipeline(Transaction &transaction, PipelineId id) const
    {
        const Result<std::optional<model::Pipeline>> found
            = db::PipelineStore(transaction.database(), core.parts().box).find(id);
        if (!found) {
            return found.error();
        }
        return *found ? Result<model::Pipeline>(**found)
                      : notFound(u"404 Pipeline Not Found"_s);
    }

    void announce(Transaction &transaction, const model::Pipeline &pipeline) const
    {
        transaction.afterCommit([&news = core.parts().news, pipeline] {
            Q_EMIT news.pipelineChanged(pipeline);
            Q_EMIT news.projectChanged(pipeline.project);
        });
    }

    /// Settles and gives the job as it is then.
    Result<model::Job> settled(Transaction &transaction, const Result<model::Job> &job)
    {
        if (!job) {
            return job;
        }
        const Result<void> done = flow.settle(transaction);
        return done ? flow.find(transaction, job->id) : Result<model::Job>(done.error());
    }

    Core &core;
    PipelineFlow flow;
    ArtifactRight mayReadArtifacts;
    Environments environments;
};

PipelineService::PipelineService(Core &core) : d(std::make_unique<Private>(core, *this)) { }

PipelineService::~PipelineService() = default;

Result<model::Pipeline> PipelineService::create(Transaction &transaction,
                                                const NewPipeline &start,
                                                const model::PipelinePlan &plan)
{
    if (plan.jobs.empty()) {
        return invalid(u"The resulting pipeline would have been empty. Review the rules "
                       "configuration for the relevant jobs."_s);
    }
    Result<PipelineCreator::Made> made = d->creator(transaction).create(start, plan);
    if (!made) {
        return made.error();
    }
    const PipelineId id = made->pipeline.id;
    d->flow.adopt(transaction, id, made->graph);
    d->announce(transaction, made->pipeline);
    if (const Result<void> done = cancelRedundant(transaction, d->core, d->flow, made->pipeline);
        !done) {
        return done.error();
    }
    if (start.bridge) {
        const Result<void> attached = attachBridge(
            transaction, d->core, d->flow, {start.bridge->job, id, start.bridge->kind});
        if (!attached) {
            return attached.error();
        }
    }
    d->flow.touch(id);
    const Result<void> touched
        = db::ProjectStore(transaction.database()).touch(start.project, made->pipeline.createdAt);
    const Result<void> done = touched ? d->flow.settle(transaction) : touched;
    return done ? d->pipeline(transaction, id) : Result<model::Pipeline>(done.error());
}

Result<model::Pipeline> PipelineService::createFailed(Transaction &transaction,
                                                      const NewPipeline &start,
                                                      std::vector<model::ConfigError> errors)
{
    Result<model::Pipeline> pipeline = d->creator(transaction).createFinished(
        start, PipelineState::Failed, std::move(errors));
    if (pipeline) {
        d->announce(transaction, *pipeline);
    }
    return pipeline;
}

Result<model::Pipeline> PipelineService::createSkipped(Transaction &transaction,
                                                       const NewPipeline &start)
{
    Result<model::Pipeline> pipeline
        = d->creator(transaction).createFinished(start, PipelineState::Skipped, {});
    if (pipeline) {
        d->announce(transaction, *pipeline);
    }
    return pipeline;
}

Result<model::Job> PipelineService::play(Transaction &transaction,
                                         JobId id,
                                         std::optional<UserId> user,
                                         const std::vector<model::GivenVariable> &given,
                                         const std::vector<model::GivenInput> &inputs)
{
    Result<model::Job> job = d->flow.find(transaction, id);
    if (!job) {
        return job;
    }
    if (job->state != JobState::Manual && job->state != JobState::Scheduled) {
        return conflict(u"the job is %1: only manual and delayed jobs can be played"_s.arg(
            QLatin1StringView(protocol::word(job->state))));
    }
    if (job->isBridge && job->startedAt) {
        return conflict(u"its pipeline waits, not the job: play or start the job there"_s);
    }
    if (!given.empty()) {
        const Result<void> kept
            = db::JobStore(transaction.database(), d->core.parts().box).setGivenVariables(id, given);
        if (!kept) {
            return kept.error();
        }
    }
    if (const Result<void> put = giveInputs(transaction, d->core, id, inputs); !put) {
        return put.error();
    }
    job->user = user ? user : job->user;
    const Result<PipelineFlow::GraphPtr> graph = d->flow.graph(transaction, job->pipeline);
    if (!graph) {
        return graph.error();
    }
    const Result<model::Job> queued = d->flow.enqueue(transaction, *job);
    if (!queued) {
        return queued;
    }
    if (const std::optional<size_t> index = (*graph)->indexOf(id)) {
        if (const Result<void> done = reviveFollowers(transaction, d->flow, *graph, *index);
            !done) {
            return done.error();
        }
    }
    return d->settled(transaction, queued);
}

Result<model::Job> PipelineService::retry(Transaction &transaction,
                                          JobId id,
                                          std::optional<UserId> user,
                                          const std::vector<model::GivenInput> &inputs)
{
    const Result<model::Job> old = d->flow.find(transaction, id);
    if (!old) {
        return old;
    }
    if (!protocol::isFinished(old->state) || old->state == JobState::Skipped || old->isRetried) {
        return conflict(u"the job cannot be retried"_s);
    }
    const Result<PipelineFlow::GraphPtr> graph = d->flow.graph(transaction, old->pipeline);
    if (!graph) {
        return graph.error();
    }
    const std::optional<size_t> index = (*graph)->indexOf(id);
    if (!index) {
        return conflict(u"a newer attempt at the job is there"_s);
    }
    const Result<model::Job> fresh = replaceJob(transaction, d->core, d->flow, {*old, 0, user});
    const Result<void> put = fresh ? giveInputs(transaction, d->core, fresh->id, inputs)
                                   : Result<void>(fresh.error());
    const Result<model::Job> queued
        = put ? d->flow.enqueue(transaction, *fresh) : Result<model::Job>(put.error());
    if (!queued) {
        return queued;
    }
    if (const Result<void> done = reviveFollowers(transaction, d->flow, *graph, *index); !done) {
        return done.error();
    }
    return d->settled(transaction, queued);
}

Result<model::Pipeline> PipelineService::retryPipeline(Transaction &transaction,
                                                       PipelineId id,
                                                       std::optional<UserId> user)
{
    const Result<void> again = retryJobs(transaction, d->core, d->flow, {id, user});
    const Result<void> done = again ? d->flow.settle(transaction) : again;
    return done ? d->pipeline(transaction, id) : Result<model::Pipeline>(done.error());
}

Result<model::Job> PipelineService::cancel(Transaction &transaction, JobId id, CancelKind kind)
{
    const Result<model::Job> job = d->flow.find(transaction, id);
    if (!job) {
        return job;
    }
    if (protocol::isFinished(job->state)) {
        return conflict(u"the job is finished"_s);
    }
    const JobEvent event = cancelEvent(*job, kind == CancelKind::Forced);
    const CancelWish wish {.isForced = kind == CancelKind::Forced};
    const Result<void> gone
        = job->isBridge ? cancelChildOf(transaction, d->flow, *job, wish) : Result<void>();
    return gone ? d->settled(transaction, d->flow.apply(transaction, *job, {.event = event}))
                : Result<model::Job>(gone.error());
}

Result<model::Pipeline> PipelineService::cancelPipeline(Transaction &transaction,
                                                        PipelineId id,
                                                        CancelKind kind)
{
    Result<void> done
        = cancelJobs(transaction, d->flow, id, {.isForced = kind == CancelKind::Forced});
    done = done ? d->flow.settle(transaction) : done;
    return done ? d->pipeline(transaction, id) : Result<model::Pipeline>(done.error());
}

Result<model::ResourceGroup> PipelineService::setProcessMode(Transaction &transaction,
                                                             const model::ResourceGroup &group,
                                                             model::ProcessMode mode)
{
    model::ResourceGroup changed = group;
    changed.mode = mode;
    changed.updatedAt = d->core.parts().clock.now();
    Result<void> done = db::ResourceGroupStore(transaction.database()).setMode(changed);
    if (done) {
        d->flow.freeResource(group.project, group.key);
        done = d->flow.settle(transaction);
    }
    return done ? Result<model::ResourceGroup>(changed)
                : Result<model::ResourceGroup>(done.error());
}

Result<model::Job> PipelineService::erase(Transaction &transaction, JobId id)
{
    const Result<model::Job> job = d->flow.find(transaction, id);
    if (!job) {
        return job;
    }
    if (!protocol::isFinished(job->state)) {
        return conflict(u"only a finished job can be erased"_s);
    }
    return eraseJob(transaction, d->core, *job);
}

Result<std::vector<PipelineId>> PipelineService::remove(Transaction &transaction, PipelineId id)
{
    const Result<model::Pipeline> pipeline = d->pipeline(transaction, id);
    if (!pipeline) {
        return pipeline.error();
    }
    if (!protocol::isFinished(pipeline->state)) {
        return conflict(u"only a finished pipeline can be deleted"_s);
    }
    std::vector<PipelineId> all {id};
    const Result<std::vector<PipelineId>> children = childrenOf(transaction, id);
    for (const PipelineId child : children ? *children : std::vector<PipelineId>()) {
        const Result<std::vector<PipelineId>> gone = remove(transaction, child);
        if (!gone) {
            return gone.error().within(u"child pipeline %1"_s.arg(child.value()));
        }
        all.insert(all.end(), gone->begin(), gone->end());
    }
    d->flow.drop(id);
    const Result<void> removed = children ? removePipeline(transaction, d->core, *pipeline)
                                          : Result<void>(children.error());
    return removed ? Result(all) : Result<std::vector<PipelineId>>(removed.error());
}

Result<void> PipelineService::removeAllOf(Transaction &transaction, ProjectId project)
{
    const Result<void> failed = failFollowersOf(transaction, d->core, d->flow, project);
    if (!failed) {
        return failed;
    }
    d->flow.forget();
    return removeJobsOfProject(transaction, d->core, project);
}

Result<model::Job> PipelineService::move(Transaction &transaction,
                                         const model::Job &job,
                                         const engine::JobChange &change)
{
    return d->flow.move(transaction, job, change);
}

Result<std::vector<queue::Dependency>> PipelineService::dependencies(Transaction &transaction,
                                                                     const model::Job &job,
                                                                     const model::JobSpec &spec)
{
    const Result<PipelineFlow::GraphPtr> graph = d->flow.graph(transaction, job.pipeline);
    if (!graph) {
        return graph.error();
    }
    Result<std::vector<queue::Dependency>> sources
        = jobSources(transaction, d->core.parts().box, **graph, job, spec);
    const Result<std::vector<queue::Dependency>> foreign = foreignSources(
        transaction, {d->core.parts().box, d->mayReadArtifacts}, job, spec.foreignNeeds);
    if (!sources || !foreign) {
        return sources ? foreign.error() : sources.error();
    }
    sources->insert(sources->end(), foreign->begin(), foreign->end());
    return sources;
}

void PipelineService::setArtifactRight(ArtifactRight mayRead)
{
    d->mayReadArtifacts = std::move(mayRead);
}

void PipelineService::setBridgeStarter(std::function<void(JobId)> start)
{
    d->flow.setBridgeStarter(std::move(start));
}

Result<void> PipelineService::mirror(Transaction &transaction, JobId bridge, PipelineId pipeline)
{
    const Result<void> attached = attachBridge(transaction, d->core, d->flow,
                                               {bridge, pipeline, model::LinkKind::Upstream});
    return attached ? d->flow.settle(transaction) : attached;
}

Result<void> PipelineService::failBridge(Transaction &transaction,
                                         JobId bridge,
                                         const engine::JobChange &change)
{
    const Result<model::Job> job = d->flow.find(transaction, bridge);
    if (!job || job->state != JobState::Pending) {
        return job ? Result<void>() : Result<void>(job.error());
    }
    const Result<model::Job> failed = d->flow.move(transaction, *job, change);
    return failed ? Result<void>() : Result<void>(failed.error());
}

void PipelineService::noteArtifact(Transaction &transaction, const model::Job &job)
{
    const Result<PipelineFlow::GraphPtr> graph = d->flow.graph(transaction, job.pipeline);
    if (!graph) {
        return;
    }
    if (const std::optional<size_t> index = (*graph)->indexOf(job.id)) {
        (*graph)->addGiver(*index);
    }
}

Result<void> PipelineService::recover(Transaction &transaction)
{
    d->flow.forget();
    const Result<std::vector<model::Job>> waiting
        = db::JobStore(transaction.database(), d->core.parts().box)
              .inStates({JobState::Scheduled, JobState::WaitingForResource});
    const Result<std::vector<PipelineId>> unfinished
        = db::PipelineStore(transaction.database(), d->core.parts().box).unfinishedIds();
    if (!waiting || !unfinished) {
        return waiting ? unfinished.error() : waiting.error();
    }
    const Result<std::vector<JobId>> bridges
        = unstartedBridges(transaction, d->core.parts().box);
    if (!bridges) {
        return bridges.error();
    }
    for (const JobId bridge : *bridges) {
        d->flow.startBridge(transaction, bridge);
    }
    for (const model::Job &job : *waiting) {
        if (PipelineFlow::isDelayed(job)) {
            d->flow.watchDelay(job);
        } else if (job.state == JobState::WaitingForResource) {
            d->flow.freeResource(job.project, job.resourceGroup);
        }
    }
    for (const PipelineId id : *unfinished) {
        d->flow.touch(id);
    }
    const Result<void> watched = d->environments.recover(transaction);
    return watched ? d->flow.settle(transaction) : watched;
}

Environments &PipelineService::environments() { return d->environments; }

void PipelineService::forget() { d->flow.forget(); }

} // namespace ci::pipelines
