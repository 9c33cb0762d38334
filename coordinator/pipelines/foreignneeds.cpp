// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/foreignneeds.h"

#include "coordinator/pipelines/family.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"

#include <algorithm>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;
using queue::Dependency;

namespace {

using MaybeJob = std::optional<model::Job>;

Result<MaybeJob> inFamily(Transaction &transaction,
                          const ForeignParts &parts,
                          const model::Job &job,
                          const model::ForeignNeed &need)
{
    db::PipelineStore pipelines(transaction.database(), parts.box);
    const Result<std::optional<model::Pipeline>> own = pipelines.find(job.pipeline);
    const Result<std::optional<model::Pipeline>> other
        = pipelines.find(PipelineId {need.pipeline.toLongLong()});
    if (!own || !other) {
        return own ? other.error() : own.error();
    }
    const Result<bool> isRelated = *own && *other
        ? areRelated(transaction, parts.box, **own, **other)
        : Result<bool>(false);
    if (!isRelated || !*isRelated) {
        return isRelated ? Result<MaybeJob>(conflict(
                   u"needs:pipeline: %1 is no pipeline of this one's family"_s.arg(need.pipeline)))
                         : Result<MaybeJob>(isRelated.error());
    }
    const Result<std::vector<model::Job>> jobs
        = db::JobStore(transaction.database(), parts.box).ofPipeline((*other)->id);
    if (!jobs) {
        return jobs.error();
    }
    const auto found
        = std::find_if(jobs->begin(), jobs->end(),
                       [&](const model::Job &each) { return each.name == need.job; });
    return found != jobs->end() ? MaybeJob(*found) : MaybeJob();
}

Result<MaybeJob> inProject(Transaction &transaction,
                           const ForeignParts &parts,
                           const model::Job &job,
                           const model::ForeignNeed &need)
{
    const Result<std::optional<model::Project>> project
        = db::ProjectStore(transaction.database()).findByPath(need.project);
    if (!project) {
        return project.error();
    }
    const bool isOwn = *project && (*project)->id == job.project;
    const Result<bool> may = !*project || isOwn || !parts.mayRead
        ? Result<bool>(isOwn)
        : parts.mayRead(transaction, job.user, (*project)->id);
    if (!may) {
        return may.error();
    }
    if (!*may) {
        // The same words whether it is not there or not to be seen.
        return conflict(u"needs:project: there is no project `%1` whose artifacts whoever started "
                        "this job can read"_s.arg(need.project));
    }
    return db::JobStore(transaction.database(), parts.box)
        .newestSuccess((*project)->id, need.ref, need.job);
}

} // namespace

Result<std::vector<Dependency>> foreignSources(Transaction &transaction,
                                               const ForeignParts &parts,
                                               const model::Job &job,
                                               const std::vector<model::ForeignNeed> &needs)
{
    std::vector<Dependency> sources;
    for (const model::ForeignNeed &need : needs) {
        if (!need.artifacts) {
            continue;
        }
        const Result<MaybeJob> found = need.project.isEmpty()
            ? inFamily(transaction, parts, job, need)
            : inProject(transaction, parts, job, need);
        if (!found) {
            return found.error();
        }
        const Result<std::vector<model::Artifact>> left = *found && !(*found)->isErased
            ? db::ArtifactStore(transaction.database()).ofJob((*found)->id)
            : std::vector<model::Artifact>();
        if (!left) {
            return left.error();
        }
        if (left->empty()) {
            return conflict(u"needs: job `%1` of %2 has left no artifacts"_s.arg(
                need.job, need.project.isEmpty() ? u"pipeline "_s + need.pipeline : need.project));
        }
        sources.push_back({(*found)->id, (*found)->name});
    }
    return sources;
}

} // namespace ci::pipelines
