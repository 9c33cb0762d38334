// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/jobsources.h"

#include "db/jobstore.h"

#include <algorithm>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;
using queue::Dependency;

namespace {

std::vector<Dependency> ofEarlierStages(const PipelineGraph &graph, int stage)
{
    std::vector<Dependency> sources;
    for (const size_t index : graph.givers()) {
        const GraphJob &giver = graph.at(index);
        if (giver.stage < stage) {
            sources.push_back({giver.id, giver.name});
        }
    }
    return sources;
}

Result<std::vector<Dependency>> ofNames(db::JobStore &jobs,
                                        const PipelineGraph &graph,
                                        const QStringList &names)
{
    std::vector<size_t> wanted;
    for (const QString &name : names) {
        const std::optional<size_t> index = graph.indexOf(name);
        if (!index) {
            continue; // It was not in the pipeline.
        }
        const Result<std::optional<model::Job>> job = jobs.find(graph.at(*index).id);
        if (!job) {
            return job.error();
        }
        if (*job && (*job)->isErased) {
            return conflict(u"the artifacts of %1 have been erased"_s.arg(name));
        }
        if (graph.givers().contains(*index)) {
            wanted.push_back(*index);
        }
    }
    std::sort(wanted.begin(), wanted.end());
    std::vector<Dependency> sources;
    for (const size_t index : wanted) {
        sources.push_back({graph.at(index).id, graph.at(index).name});
    }
    return sources;
}

} // namespace

Result<std::vector<Dependency>> jobSources(Transaction &transaction,
                                           const SecretBox &box,
                                           const PipelineGraph &graph,
                                           const model::Job &job,
                                           const model::JobSpec &spec)
{
    db::JobStore jobs(transaction.database(), box);
    if (!job.hasNeeds && !spec.dependencies) {
        return ofEarlierStages(graph, job.stageIndex);
    }
    QStringList names = spec.dependencies.value_or(QStringList());
    if (job.hasNeeds) {
        const Result<std::vector<model::JobNeed>> needs = jobs.needs(job.id);
        if (!needs) {
            return needs.error();
        }
        QStringList withArtifacts;
        for (const model::JobNeed &need : *needs) {
            const bool isWanted = !spec.dependencies || spec.dependencies->contains(need.name);
            if (need.artifacts && isWanted) {
                withArtifacts.append(need.name);
            }
        }
        names = withArtifacts;
    }
    return ofNames(jobs, graph, names);
}

} // namespace ci::pipelines
