// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/job.h"
#include "coordinator/pipelines/groupstatus.h"

#include <QHash>

#include <array>
#include <set>
#include <unordered_map>
#include <vector>

namespace ci::pipelines {

/// What deciding needs to know of one job: of its newest attempt.
struct GraphJob
{
    JobId id;
    QString name;
    int stage = 0;
    model::When when = model::When::OnSuccess;
    JobState state = JobState::Created;
    bool isFailureAllowed = false;
    bool hasNeeds = false;
    bool isInterruptible = false;
    bool hasStarted = false;
    bool isBridge = false;
    std::vector<size_t> needs;
    std::vector<size_t> dependents;

    FoldKind kind() const { return foldKind(state, isFailureAllowed); }
};

/// A pipeline in memory, so that a job that moves costs as much as it has dependents, however many
/// jobs there are: what occurs is counted per stage and in all. Only a view: the database rules,
/// and a graph may be dropped and read again at any time.
class PipelineGraph
{
public:
    using Needs = QHash<JobId, std::vector<model::JobNeed>>;

    PipelineGraph(const model::Pipeline &pipeline,
                  const std::vector<model::Job> &jobs,
                  const Needs &needs);

    size_t size() const { return m_jobs.size(); }
    const GraphJob &at(size_t index) const { return m_jobs[index]; }
    std::optional<size_t> indexOf(JobId job) const;
    std::optional<size_t> indexOf(const QString &name) const;

    /// The job has moved, or a new attempt takes its place.
    void update(size_t index, const model::Job &job);

    /// The state of the pipeline that follows from its jobs.
    PipelineState fold() const;
    /// As it is stored.
    PipelineState storedState() const { return m_storedState; }
    void setStoredState(PipelineState state) { m_storedState = state; }
    bool cancelsOnJobFailure() const { return m_cancelsOnJobFailure; }

    /// What occurs in all stages before this one.
    FoldSet kindsBefore(int stage) const;
    FoldSet kindsOfNeeds(size_t index) const;

    /// The first created job whose needs may have become ready.
    std::optional<size_t> firstCandidate();
    /// It has been looked at; it comes again when one of its needs moves.
    void dropCandidate(size_t index) { m_candidates.erase(index); }
    /// The first stage in which jobs wait for their predecessors' stages: later ones cannot start
    /// before it has.
    std::optional<int> firstOpenStage() const;
    /// The first such job of that stage.
    size_t firstOpenJob(int stage) const;

    /// Jobs that have left artifacts or variables for others.
    const std::set<size_t> &givers() const { return m_givers; }
    void addGiver(size_t index) { m_givers.insert(index); }

private:
    using Counts = std::array<int, FoldKinds>;
    struct Stage
    {
        Counts counts {};
        FoldSet kinds;
        std::set<size_t> open; ///< Created, and without `needs`.
    };

    void link(const Needs &needs, const std::vector<model::Job> &jobs);
    void count(const GraphJob &job, int step);
    void consider(size_t index);
    Stage &stageOf(const GraphJob &job) { return m_stages[static_cast<size_t>(job.stage)]; }

    std::vector<GraphJob> m_jobs;
    std::unordered_map<JobId, size_t> m_byId;
    QHash<QString, size_t> m_byName;
    std::vector<Stage> m_stages;
    Counts m_counts {};
    std::set<size_t> m_candidates;
    std::set<size_t> m_givers;
    PipelineState m_storedState;
    bool m_cancelsOnJobFailure;
};

} // namespace ci::pipelines
