// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/autocancel.h"

#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/family.h"
#include "coordinator/pipelines/jobactions.h"
#include "coordinator/pipelines/pipelineflow.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

bool canBeRedundant(const model::Pipeline &pipeline)
{
    return !pipeline.isTag && pipeline.source != "schedule"_L1;
}

// A child is judged by what it says itself, but goes with nothing that a schedule began.
Result<bool> isOfSchedule(Transaction &transaction, const SecretBox &box, model::Pipeline pipeline)
{
    while (pipeline.source == "parent_pipeline"_L1) {
        const Result<std::optional<model::Pipeline>> parent
            = parentOf(transaction, box, pipeline.id);
        if (!parent) {
            return parent.error();
        }
        if (!*parent) {
            break;
        }
        pipeline = **parent;
    }
    return pipeline.source == "schedule"_L1;
}

Result<void> cancelOne(Transaction &transaction,
                       PipelineFlow &flow,
                       const model::Pipeline &older)
{
    const Result<PipelineFlow::GraphPtr> graph = flow.graph(transaction, older.id);
    if (!graph) {
        return graph.error();
    }
    switch (redundancyOf(**graph, older.autoCancel)) {
    case Redundancy::Keep:
        return {};
    case Redundancy::CancelAll:
        return cancelJobs(transaction, flow, older.id, {.withChildren = false});
    case Redundancy::CancelInterruptible:
        return cancelJobs(transaction, flow, older.id, {.onlyInterruptible = true, .withChildren = false});
    }
    return {};
}

} // namespace

Redundancy redundancyOf(const PipelineGraph &graph, model::AutoCancel mode)
{
    switch (mode) {
    case model::AutoCancel::None:
        return Redundancy::Keep;
    case model::AutoCancel::Interruptible:
        return Redundancy::CancelInterruptible;
    case model::AutoCancel::Conservative:
        break;
    }
    for (size_t index = 0; index < graph.size(); ++index) {
        const GraphJob &job = graph.at(index);
        if (job.hasStarted && !job.isInterruptible && !job.isBridge) {
            return Redundancy::Keep;
        }
    }
    return Redundancy::CancelAll;
}

Result<void> cancelRedundant(Transaction &transaction,
                             Core &core,
                             PipelineFlow &flow,
                             const model::Pipeline &newer)
{
    const Result<std::optional<model::Project>> project
        = db::ProjectStore(transaction.database()).find(newer.project);
    if (!project) {
        return project.error();
    }
    // A child comes with its parent, which has cleared the way.
    if (!canBeRedundant(newer) || newer.source == "parent_pipeline"_L1 || !*project || !(*project)->autoCancelRedundant) {
        return {};
    }
    const Result<std::vector<model::Pipeline>> older
        = db::PipelineStore(transaction.database(), core.parts().box)
              .unfinished(newer.project, newer.ref, newer.id);
    if (!older) {
        return older.error();
    }
    for (const model::Pipeline &pipeline : *older) {
        if (!canBeRedundant(pipeline) || pipeline.commit.sha == newer.commit.sha) {
            continue;
        }
        const Result<bool> isScheduled
            = isOfSchedule(transaction, core.parts().box, pipeline);
        if (!isScheduled) {
            return isScheduled.error();
        }
        if (*isScheduled) {
            continue;
        }
        if (const Result<void> done = cancelOne(transaction, flow, pipeline); !done) {
            return done;
        }
    }
    return {};
}

} // namespace ci::pipelines
