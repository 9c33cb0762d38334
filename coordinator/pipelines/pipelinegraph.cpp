// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/pipelinegraph.h"

#include <algorithm>

namespace ci::pipelines {

namespace {

// After these a dependent may be decided about.
bool isSettled(FoldKind kind)
{
    return kind == FoldKind::Success || kind == FoldKind::Failed || kind == FoldKind::Canceled
        || kind == FoldKind::Skipped || kind == FoldKind::Warning || kind == FoldKind::Ignored;
}

GraphJob graphJobOf(const model::Job &job)
{
    GraphJob node;
    node.id = job.id;
    node.name = job.name;
    node.stage = std::max(0, job.stageIndex);
    node.when = job.when;
    node.state = job.state;
    node.isFailureAllowed = job.isFailureAllowed;
    node.hasNeeds = job.hasNeeds;
    node.isInterruptible = job.isInterruptible;
    node.isBridge = job.isBridge;
    node.hasStarted = job.startedAt.has_value();
    return node;
}

} // namespace

PipelineGraph::PipelineGraph(const model::Pipeline &pipeline,
                             const std::vector<model::Job> &jobs,
                             const Needs &needs)
    : m_storedState(pipeline.state)
    , m_cancelsOnJobFailure(pipeline.cancelOnJobFailure)
{
    m_jobs.reserve(jobs.size());
    for (const model::Job &job : jobs) {
        m_byId.emplace(job.id, m_jobs.size());
        m_byName.insert(job.name, m_jobs.size());
        m_jobs.push_back(graphJobOf(job));
        const size_t stages = static_cast<size_t>(m_jobs.back().stage) + 1;
        m_stages.resize(std::max(m_stages.size(), stages));
    }
    link(needs, jobs);
    for (size_t index = 0; index < m_jobs.size(); ++index) {
        count(m_jobs[index], 1);
        consider(index);
    }
}

void PipelineGraph::link(const Needs &needs, const std::vector<model::Job> &jobs)
{
    for (size_t index = 0; index < jobs.size(); ++index) {
        const auto wanted = needs.constFind(jobs[index].id);
        if (wanted == needs.constEnd()) {
            continue;
        }
        for (const model::JobNeed &need : *wanted) {
            // One that is not there was optional.
            const auto found = m_byName.constFind(need.name);
            if (found != m_byName.constEnd() && *found != index) {
                m_jobs[index].needs.push_back(*found);
                m_jobs[*found].dependents.push_back(index);
            }
        }
    }
}

std::optional<size_t> PipelineGraph::indexOf(JobId job) const
{
    const auto found = m_byId.find(job);
    return found != m_byId.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<size_t> PipelineGraph::indexOf(const QString &name) const
{
    const auto found = m_byName.constFind(name);
    return found != m_byName.constEnd() ? std::optional(*found) : std::nullopt;
}

void PipelineGraph::count(const GraphJob &job, int step)
{
    const auto kind = static_cast<size_t>(job.kind());
    m_counts[kind] += step;
    Stage &stage = stageOf(job);
    stage.counts[kind] += step;
    stage.kinds = {};
    for (size_t each = 0; each < FoldKinds; ++each) {
        if (stage.counts[each] > 0) {
            stage.kinds.insert(static_cast<FoldKind>(each));
        }
    }
}

void PipelineGraph::consider(size_t index)
{
    const GraphJob &job = m_jobs[index];
    const bool isOpen = job.state == JobState::Created;
    if (job.hasNeeds) {
        if (isOpen) {
            m_candidates.insert(index);
        }
        return;
    }
    std::set<size_t> &open = stageOf(job).open;
    if (isOpen) {
        open.insert(index);
    } else {
        open.erase(index);
    }
}

void PipelineGraph::update(size_t index, const model::Job &moved)
{
    GraphJob &job = m_jobs[index];
    if (job.id != moved.id) {
        m_byId.erase(job.id);
        m_byId.emplace(moved.id, index);
        m_givers.erase(index);
        job.id = moved.id;
    }
    count(job, -1);
    job.state = moved.state;
    job.isFailureAllowed = moved.isFailureAllowed;
    job.hasStarted = moved.startedAt.has_value();
    count(job, 1);
    consider(index);
    if (isSettled(job.kind())) {
        for (const size_t dependent : job.dependents) {
            if (m_jobs[dependent].state == JobState::Created) {
                m_candidates.insert(dependent);
            }
        }
    }
}

PipelineState PipelineGraph::fold() const
{
    FoldSet kinds;
    for (size_t each = 0; each < FoldKinds; ++each) {
        if (m_counts[each] > 0) {
            kinds.insert(static_cast<FoldKind>(each));
        }
    }
    // A pipeline without jobs says by itself what became of it.
    return groupStatus(kinds).value_or(m_storedState);
}

FoldSet PipelineGraph::kindsBefore(int stage) const
{
    FoldSet kinds;
    for (size_t each = 0; each < static_cast<size_t>(stage); ++each) {
        kinds.insert(m_stages[each].kinds);
    }
    return kinds;
}

FoldSet PipelineGraph::kindsOfNeeds(size_t index) const
{
    FoldSet kinds;
    for (const size_t need : m_jobs[index].needs) {
        kinds.insert(m_jobs[need].kind());
    }
    return kinds;
}

std::optional<size_t> PipelineGraph::firstCandidate()
{
    while (!m_candidates.empty()) {
        const size_t index = *m_candidates.begin();
        if (m_jobs[index].state == JobState::Created) {
            return index;
        }
        m_candidates.erase(index);
    }
    return std::nullopt;
}

std::optional<int> PipelineGraph::firstOpenStage() const
{
    const auto found = std::find_if(m_stages.begin(), m_stages.end(),
                                    [](const Stage &stage) { return !stage.open.empty(); });
    return found != m_stages.end() ? std::optional(static_cast<int>(found - m_stages.begin()))
                                   : std::nullopt;
}

size_t PipelineGraph::firstOpenJob(int stage) const
{
    return *m_stages[static_cast<size_t>(stage)].open.begin();
}

} // namespace ci::pipelines
