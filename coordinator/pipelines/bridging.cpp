// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/bridging.h"

#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/jobactions.h"
#include "db/jobstore.h"
#include "db/linkstore.h"
#include "db/pipelinestore.h"

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Transaction;
using model::LinkKind;

namespace {

struct FollowRow
{
    PipelineState pipeline;
    JobState mirrored; ///< What a bridge is that mirrors it,
    JobState depending; ///< and one that only depends on it.
};

// Reference of the CI language, 7 (trigger). States before the first job runs leave a mirroring
// bridge pending.
constexpr std::array FollowTable {
    FollowRow {PipelineState::Created, JobState::Pending, JobState::Running},
    FollowRow {PipelineState::WaitingForResource, JobState::Pending, JobState::Running},
    FollowRow {PipelineState::Preparing, JobState::Pending, JobState::Running},
    FollowRow {PipelineState::Pending, JobState::Pending, JobState::Running},
    FollowRow {PipelineState::Running, JobState::Running, JobState::Running},
    FollowRow {PipelineState::Canceling, JobState::Canceling, JobState::Canceling},
    FollowRow {PipelineState::Success, JobState::Success, JobState::Success},
    FollowRow {PipelineState::Failed, JobState::Failed, JobState::Failed},
    FollowRow {PipelineState::Canceled, JobState::Canceled, JobState::Canceled},
    FollowRow {PipelineState::Skipped, JobState::Skipped, JobState::Failed},
    FollowRow {PipelineState::Manual, JobState::Manual, JobState::Running},
    FollowRow {PipelineState::Scheduled, JobState::Scheduled, JobState::Running},
};

struct Spoke
{
    JobState to;
    JobEvent event;
};

// Every way leads over running.
constexpr std::array Spokes {
    Spoke {JobState::Success, JobEvent::Succeed},   Spoke {JobState::Failed, JobEvent::Fail},
    Spoke {JobState::Canceled, JobEvent::Cancel},   Spoke {JobState::Skipped, JobEvent::Skip},
    Spoke {JobState::Manual, JobEvent::Block},      Spoke {JobState::Scheduled, JobEvent::Schedule},
    Spoke {JobState::Canceling, JobEvent::AskToCancel},
};

JobState wanted(LinkKind kind, PipelineState state)
{
    const auto row = std::find_if(FollowTable.begin(), FollowTable.end(),
                                  [&](const FollowRow &each) { return each.pipeline == state; });
    if (kind == LinkKind::Start) {
        return JobState::Success; // It has started it, and that was all.
    }
    return kind == LinkKind::Depend ? row->depending : row->mirrored;
}

std::optional<JobEvent> spokeTo(JobState state)
{
    for (const Spoke &spoke : Spokes) {
        if (spoke.to == state) {
            return spoke.event;
        }
    }
    return std::nullopt;
}

QString nameOf(const model::PipelineLink &link)
{
    return u"%1 pipeline #%2"_s
        .arg(link.kind == LinkKind::Upstream ? u"upstream"_s : u"downstream"_s)
        .arg(link.pipeline.value());
}

QString failureText(const model::PipelineLink &link, PipelineState state)
{
    return u"%1 is %2"_s.arg(nameOf(link), QLatin1StringView(protocol::word(state)));
}

Result<void> follow(Transaction &transaction,
                    PipelineFlow &flow,
                    const model::PipelineLink &link,
                    PipelineState before,
                    PipelineState after)
{
    Result<model::Job> bridge = flow.find(transaction, link.job);
    if (!bridge) {
        return bridge.error();
    }
    if (bridge->isRetried) {
        return {}; // A newer attempt has a pipeline of its own.
    }
    for (const JobEvent event : bridgeMoves(bridge->state, link.kind, before, after)) {
        bridge = flow.apply(transaction, *bridge,
                            {.event = event, .failureMessage = failureText(link, after)});
        if (!bridge) {
            return bridge.error();
        }
        if (event != JobEvent::Reopen) {
            continue;
        }
        const Result<PipelineFlow::GraphPtr> graph = flow.graph(transaction, bridge->pipeline);
        const std::optional<size_t> index = graph ? (*graph)->indexOf(bridge->id) : std::nullopt;
        const Result<void> revived
            = index ? reviveFollowers(transaction, flow, *graph, *index) : Result<void>();
        if (!graph || !revived) {
            return graph ? revived : Result<void>(graph.error());
        }
    }
    return bridge->state == JobState::Failed ? flow.afterFailure(transaction, *bridge)
                                             : Result<void>();
}

// `bridge` follows an unfinished pipeline that goes with its project.
Result<void> failFollower(Transaction &transaction,
                          PipelineFlow &flow,
                          const model::PipelineLink &link,
                          model::Job bridge,
                          PipelineState before)
{
    for (const JobEvent event : bridgeMoves(bridge.state, link.kind, before, PipelineState::Failed)) {
        const Result<model::Job> moved = flow.apply(
            transaction, bridge,
            {.event = event,
             .failureReason = model::FailureReason::DownstreamPipelineCreationFailed,
             .failureMessage = u"the project of %1 was deleted"_s.arg(nameOf(link))});
        if (!moved) {
            return moved.error();
        }
        bridge = *moved;
    }
    return bridge.state == JobState::Failed ? flow.afterFailure(transaction, bridge)
                                            : Result<void>();
}

Result<void> failFollowers(Transaction &transaction,
                           PipelineFlow &flow,
                           const model::Pipeline &pipeline)
{
    const Result<std::vector<model::PipelineLink>> links
        = db::LinkStore(transaction.database()).followersOf(pipeline.id);
    if (!links) {
        return links.error();
    }
    for (const model::PipelineLink &link : *links) {
        const Result<model::Job> bridge = flow.find(transaction, link.job);
        if (!bridge) {
            return bridge.error();
        }
        if (bridge->isRetried || bridge->project == pipeline.project) {
            continue;
        }
        const Result<void> done
            = failFollower(transaction, flow, link, *bridge, pipeline.state);
        if (!done) {
            return done;
        }
    }
    return {};
}

} // namespace

std::vector<JobEvent> bridgeMoves(JobState bridge,
                                  LinkKind kind,
                                  PipelineState before,
                                  PipelineState after)
{
    const JobState goal = wanted(kind, after);
    std::vector<JobEvent> moves;
    if (protocol::isFinished(bridge)) {
        if (!protocol::isFinished(before) || protocol::isFinished(goal)) {
            return {};
        }
        moves.push_back(JobEvent::Reopen);
        bridge = JobState::Running;
    }
    // One that waits goes on where its pipeline does; one that was told to stop only ends.
    const bool waitsStill = goal == JobState::Pending && bridge == JobState::Pending;
    if (bridge == goal || waitsStill
        || (bridge == JobState::Canceling && !protocol::isFinished(goal))) {
        return moves;
    }
    if (bridge == JobState::Canceling) {
        return {JobEvent::Cancel};
    }
    if (bridge != JobState::Running) {
        moves.push_back(JobEvent::Confirm);
    }
    if (const std::optional<JobEvent> last = spokeTo(goal)) {
        moves.push_back(*last);
    }
    return moves;
}

Result<void> attachBridge(Transaction &transaction,
                          Core &core,
                          PipelineFlow &flow,
                          const model::PipelineLink &link)
{
    const Result<model::Job> bridge = flow.find(transaction, link.job);
    if (!bridge) {
        return bridge.error();
    }
    if (bridge->state != JobState::Pending) {
        return conflict(u"job %1 does not wait for a pipeline any more"_s.arg(link.job.value()));
    }
    if (const Result<void> tied = db::LinkStore(transaction.database()).insert(link); !tied) {
        return tied;
    }
    const Result<std::optional<model::Pipeline>> pipeline
        = db::PipelineStore(transaction.database(), core.parts().box).find(link.pipeline);
    if (!pipeline || !*pipeline) {
        return pipeline ? notFound(u"404 Pipeline Not Found"_s) : pipeline.error();
    }
    return follow(transaction, flow, link, PipelineState::Created, (*pipeline)->state);
}

Result<void> updateFollowers(Transaction &transaction,
                             PipelineFlow &flow,
                             const model::Pipeline &pipeline,
                             PipelineState before)
{
    const Result<std::vector<model::PipelineLink>> links
        = db::LinkStore(transaction.database()).followersOf(pipeline.id);
    if (!links) {
        return links.error();
    }
    for (const model::PipelineLink &link : *links) {
        if (const Result<void> done = follow(transaction, flow, link, before, pipeline.state);
            !done) {
            return done;
        }
    }
    return {};
}

Result<void> failFollowersOf(Transaction &transaction,
                             Core &core,
                             PipelineFlow &flow,
                             ProjectId project)
{
    const Result<std::vector<model::Pipeline>> unfinished
        = db::PipelineStore(transaction.database(), core.parts().box).unfinishedOf(project);
    if (!unfinished) {
        return unfinished.error();
    }
    for (const model::Pipeline &each : *unfinished) {
        if (const Result<void> done = failFollowers(transaction, flow, each); !done) {
            return done;
        }
    }
    return flow.settle(transaction);
}

Result<std::vector<JobId>> unstartedBridges(Transaction &transaction, const SecretBox &box)
{
    const Result<std::vector<model::Job>> pending
        = db::JobStore(transaction.database(), box).inStates({JobState::Pending});
    if (!pending) {
        return pending.error();
    }
    std::vector<JobId> ids;
    for (const model::Job &job : *pending) {
        if (!job.isBridge) {
            continue;
        }
        const Result<std::optional<model::PipelineLink>> link
            = db::LinkStore(transaction.database()).ofJob(job.id);
        if (!link) {
            return link.error();
        }
        if (!*link) {
            ids.push_back(job.id);
        }
    }
    return ids;
}

} // namespace ci::pipelines
