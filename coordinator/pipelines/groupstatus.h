// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/job.h"
#include "coordinator/model/pipeline.h"
#include "db/stagestore.h"

#include <array>
#include <optional>
#include <vector>

namespace ci::pipelines {

using model::JobState;
using model::PipelineState;

/// What a job counts as in a fold: its state, or one of two that an allowed failure gives it
/// (reference of the CI language, 15.1).
enum class FoldKind : quint8 {
    Created,
    WaitingForResource,
    Preparing,
    Pending,
    Running,
    Canceling,
    Success,
    Failed,
    Canceled,
    Skipped,
    Manual,
    Scheduled,
    Warning, ///< Failed or canceled, and that is allowed.
    Ignored, ///< Manual and allowed to fail: nobody waits for it.
};

constexpr size_t FoldKinds = 14;

FoldKind foldKind(JobState state, bool isFailureAllowed);

/// Which kinds occur.
class FoldSet
{
public:
    constexpr FoldSet() = default;
    constexpr FoldSet(std::initializer_list<FoldKind> kinds)
    {
        for (FoldKind kind : kinds) {
            insert(kind);
        }
    }

    constexpr void insert(FoldKind kind) { m_bits = static_cast<quint16>(m_bits | bit(kind)); }
    constexpr void insert(FoldSet other) { m_bits = static_cast<quint16>(m_bits | other.m_bits); }
    constexpr bool isEmpty() const { return m_bits == 0; }
    constexpr bool contains(FoldKind kind) const { return (m_bits & bit(kind)) != 0; }
    constexpr bool hasAnyOf(FoldSet other) const { return (m_bits & other.m_bits) != 0; }
    constexpr bool isWithin(FoldSet other) const { return (m_bits & ~other.m_bits) == 0; }
    constexpr bool operator==(const FoldSet &) const = default;

private:
    static constexpr quint16 bit(FoldKind kind)
    {
        return static_cast<quint16>(1U << static_cast<unsigned>(kind));
    }
    quint16 m_bits = 0;
};

enum class FoldMode : quint8 { Stage, Needs };

/// The state of a group of jobs: of a stage, a pipeline, all earlier stages, or (Needs) of what a
/// job needs. nullopt: the group is empty.
std::optional<PipelineState> groupStatus(FoldSet kinds, FoldMode mode = FoldMode::Stage);

struct StageStatus
{
    QString name;
    PipelineState state = PipelineState::Created;
    bool hasWarnings = false;
};

/// The stages of a pipeline from its newest attempts, in stage order.
std::vector<StageStatus> stageStatuses(const std::vector<model::Job> &jobs);
std::vector<StageStatus> stageStatuses(const std::vector<db::StageShare> &shares);

/// "Passed with warnings".
bool hasWarnings(const std::vector<model::Job> &jobs);

} // namespace ci::pipelines
