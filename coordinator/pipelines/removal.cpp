// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/removal.h"

#include "coordinator/pipelines/core.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

Result<void> removeFiles(Transaction &transaction, Core &core, const model::Job &job)
{
    transaction.afterCommit([&core, id = job.id] { (void)core.logs().remove(id); });
    return core.artifacts().removeAll(transaction, job.id);
}

void letGo(Transaction &transaction, Core &core, const model::Job &job)
{
    core.dispatcher().retract(transaction, job.id);
    core.leases().end(transaction, job.id);
    if (job.state == model::JobState::Scheduled) {
        transaction.afterCommit([&core, id = job.id] {
            core.deadlines().clear(queue::DeadlineKind::StartDelayed, id.value());
        });
    }
}

} // namespace

Result<model::Job> eraseJob(Transaction &transaction, Core &core, const model::Job &job)
{
    if (const Result<void> removed = removeFiles(transaction, core, job); !removed) {
        return removed.error();
    }
    model::Job erased = job;
    erased.isErased = true;
    const Result<bool> stored
        = db::JobStore(transaction.database(), core.parts().box).update(erased, job.state);
    if (!stored || !*stored) {
        return stored ? conflict(u"the job has moved on meanwhile"_s) : stored.error();
    }
    const Result<void> emptied
        = db::ArtifactStore(transaction.database())
              .setTrace({.job = job.id, .sizeBytes = 0, .checksum = {}, .resets = 0,
                         .isFlawed = false});
    if (!emptied) {
        return emptied.error();
    }
    transaction.afterCommit([&news = core.parts().news, erased] {
        Q_EMIT news.traceReset(erased.id);
        Q_EMIT news.jobChanged(erased, erased.state);
    });
    return erased;
}

Result<void> removePipeline(Transaction &transaction, Core &core, const model::Pipeline &pipeline)
{
    db::JobStore jobs(transaction.database(), core.parts().box);
    const Result<std::vector<model::Job>> all = jobs.allOfPipeline(pipeline.id);
    if (!all) {
        return all.error();
    }
    for (const model::Job &job : *all) {
        if (const Result<void> removed = removeFiles(transaction, core, job); !removed) {
            return removed;
        }
    }
    const Result<bool> removed
        = db::PipelineStore(transaction.database(), core.parts().box).remove(pipeline.id);
    if (!removed) {
        return removed.error();
    }
    transaction.afterCommit([&news = core.parts().news, project = pipeline.project] {
        Q_EMIT news.projectChanged(project);
    });
    return {};
}

Result<void> removeJobsOfProject(Transaction &transaction, Core &core, ProjectId project)
{
    if (const Result<void> gone = core.pages().removeAllOf(transaction, project); !gone) {
        return gone;
    }
    // A project may have very many jobs: only their ids are read, and files go on a worker.
    db::JobStore jobs(transaction.database(), core.parts().box);
    const Result<std::vector<model::Job>> active = jobs.activeOfProject(project);
    const Result<std::vector<JobId>> ids = jobs.idsOfProject(project);
    if (!active || !ids) {
        return active ? ids.error() : active.error();
    }
    for (const model::Job &job : *active) {
        letGo(transaction, core, job);
    }
    transaction.afterCommit([&core, ids = *ids] { core.logs().removeAll(ids); });
    return core.artifacts().removeFilesOf(transaction, project);
}

} // namespace ci::pipelines
