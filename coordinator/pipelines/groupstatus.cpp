// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/groupstatus.h"

#include <algorithm>
#include <map>

namespace ci::pipelines {

namespace {

using enum FoldKind;

struct WithinRule
{
    FoldSet all; ///< Every kind that occurs is in it.
    PipelineState result;
};

// Rows 1 to 6 of the table (reference of the CI language, 15.1): the first that holds everything.
constexpr std::array WithinRules {
    WithinRule {{Skipped, Ignored}, PipelineState::Skipped},
    WithinRule {{Success, Skipped, Warning, Ignored}, PipelineState::Success},
    WithinRule {{Created, Warning, Ignored}, PipelineState::Created},
    WithinRule {{Preparing, Warning, Ignored}, PipelineState::Preparing},
    WithinRule {{Canceled, Success, Skipped, Warning, Ignored}, PipelineState::Canceled},
    WithinRule {{Pending, Created, Skipped, Warning, Ignored}, PipelineState::Pending},
    // Only canceling beside what is finished: it winds down.
    WithinRule {{Canceling, Success, Failed, Canceled, Skipped, Warning, Ignored, Created, Manual},
                PipelineState::Canceling},
};

struct AnyRule
{
    FoldSet any; ///< One of it occurs.
    PipelineState result;
};

// Rows 7 to 12.
constexpr std::array AnyRules {
    AnyRule {{Running, Pending, Canceling}, PipelineState::Running},
    AnyRule {{WaitingForResource}, PipelineState::WaitingForResource},
    AnyRule {{Manual}, PipelineState::Manual},
    AnyRule {{Scheduled}, PipelineState::Scheduled},
    AnyRule {{Preparing}, PipelineState::Preparing},
    AnyRule {{Created}, PipelineState::Running},
};

// The canceling row asks for a canceling job; the sets above would hold without one.
bool applies(const WithinRule &rule, FoldSet kinds)
{
    return kinds.isWithin(rule.all)
        && (rule.result != PipelineState::Canceling || kinds.contains(Canceling));
}

std::optional<PipelineState> needsStatus(FoldSet kinds)
{
    if (kinds.hasAnyOf({Skipped, Ignored})) {
        return PipelineState::Skipped;
    }
    if (!kinds.isWithin({Success, Failed, Canceled, Skipped, Warning})) {
        return PipelineState::Pending;
    }
    return std::nullopt;
}

} // namespace

FoldKind foldKind(JobState state, bool isFailureAllowed)
{
    if (isFailureAllowed && (state == JobState::Failed || state == JobState::Canceled)) {
        return Warning;
    }
    if (isFailureAllowed && state == JobState::Manual) {
        return Ignored;
    }
    // The first twelve kinds are the states, in their order.
    static_assert(static_cast<int>(Created) == static_cast<int>(JobState::Created));
    static_assert(static_cast<int>(Scheduled) == static_cast<int>(JobState::Scheduled));
    return static_cast<FoldKind>(state);
}

std::optional<PipelineState> groupStatus(FoldSet kinds, FoldMode mode)
{
    if (kinds.isEmpty()) {
        return std::nullopt;
    }
    if (mode == FoldMode::Needs) {
        if (const std::optional<PipelineState> early = needsStatus(kinds)) {
            return early;
        }
    }
    const auto within = std::find_if(WithinRules.begin(), WithinRules.end(),
                                     [&](const WithinRule &rule) { return applies(rule, kinds); });
    if (within != WithinRules.end()) {
        return within->result;
    }
    const auto any = std::find_if(AnyRules.begin(), AnyRules.end(), [&](const AnyRule &rule) {
        return kinds.hasAnyOf(rule.any);
    });
    return any != AnyRules.end() ? any->result : PipelineState::Failed;
}

namespace {

/// Of whatever has a stage and a state.
template<typename Member>
std::vector<StageStatus> foldStages(const std::vector<Member> &members)
{
    struct Stage
    {
        QString name;
        FoldSet kinds;
    };
    std::map<int, Stage> stages;
    for (const Member &member : members) {
        Stage &stage = stages[member.stageIndex];
        stage.name = member.stage;
        stage.kinds.insert(foldKind(member.state, member.isFailureAllowed));
    }
    std::vector<StageStatus> statuses;
    for (const auto &[index, stage] : stages) {
        statuses.push_back({stage.name,
                            groupStatus(stage.kinds).value_or(PipelineState::Skipped),
                            stage.kinds.contains(Warning)});
    }
    return statuses;
}

} // namespace

std::vector<StageStatus> stageStatuses(const std::vector<model::Job> &jobs)
{
    return foldStages(jobs);
}

std::vector<StageStatus> stageStatuses(const std::vector<db::StageShare> &shares)
{
    return foldStages(shares);
}

bool hasWarnings(const std::vector<model::Job> &jobs)
{
    return std::any_of(jobs.begin(), jobs.end(), [](const model::Job &job) {
        return foldKind(job.state, job.isFailureAllowed) == Warning;
    });
}

} // namespace ci::pipelines
