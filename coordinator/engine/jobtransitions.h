// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/states.h"

#include <array>
#include <optional>

namespace ci::engine {

using protocol::JobState;

/// What may happen to a job.
enum class JobEvent : quint8 {
    Enqueue, ///< Its predecessors are done and nothing else is waited for.
    Block, ///< Its predecessors are done and somebody must play it.
    Schedule, ///< Its predecessors are done; start_in runs.
    WaitForResource, ///< Another job holds its resource_group.
    Skip, ///< Its predecessors ended in a way that excludes it.
    Revive, ///< A job it depends on was played or retried: wait again.
    Confirm, ///< A runner said that it runs the job.
    Requeue, ///< A two-phase hand-out was not confirmed in time.
    Succeed,
    Fail,
    AskToCancel, ///< Politely: the runner still runs after_script.
    Cancel,
    Reopen, ///< Of a bridge: the pipeline it follows has begun again.
};

struct JobTransition
{
    JobState from;
    JobEvent event;
    JobState to;
};

// The only truth about what may follow what (reference of the CI language, section 15).
inline constexpr std::array JobTransitions {
    JobTransition {JobState::Created, JobEvent::Enqueue, JobState::Pending},
    JobTransition {JobState::Created, JobEvent::Block, JobState::Manual},
    JobTransition {JobState::Created, JobEvent::Schedule, JobState::Scheduled},
    JobTransition {JobState::Created, JobEvent::WaitForResource, JobState::WaitingForResource},
    JobTransition {JobState::Created, JobEvent::Skip, JobState::Skipped},
    JobTransition {JobState::Created, JobEvent::Cancel, JobState::Canceled},
    // No runner can ever take it: missing artifacts of a dependency, no such runner.
    JobTransition {JobState::Created, JobEvent::Fail, JobState::Failed},

    JobTransition {JobState::Manual, JobEvent::Enqueue, JobState::Pending},
    JobTransition {JobState::Manual, JobEvent::Schedule, JobState::Scheduled},
    JobTransition {JobState::Manual, JobEvent::WaitForResource, JobState::WaitingForResource},
    JobTransition {JobState::Manual, JobEvent::Cancel, JobState::Canceled},

    JobTransition {JobState::Scheduled, JobEvent::Enqueue, JobState::Pending},
    JobTransition {JobState::Scheduled, JobEvent::WaitForResource, JobState::WaitingForResource},
    JobTransition {JobState::Scheduled, JobEvent::Block, JobState::Manual},
    JobTransition {JobState::Scheduled, JobEvent::Cancel, JobState::Canceled},

    JobTransition {JobState::WaitingForResource, JobEvent::Enqueue, JobState::Pending},
    JobTransition {JobState::WaitingForResource, JobEvent::Cancel, JobState::Canceled},

    JobTransition {JobState::Pending, JobEvent::Confirm, JobState::Running},
    JobTransition {JobState::Pending, JobEvent::Requeue, JobState::Pending},
    JobTransition {JobState::Pending, JobEvent::Fail, JobState::Failed},
    JobTransition {JobState::Pending, JobEvent::Cancel, JobState::Canceled},

    JobTransition {JobState::Running, JobEvent::Succeed, JobState::Success},
    JobTransition {JobState::Running, JobEvent::Fail, JobState::Failed},
    JobTransition {JobState::Running, JobEvent::AskToCancel, JobState::Canceling},
    JobTransition {JobState::Running, JobEvent::Cancel, JobState::Canceled},

    // A bridge that mirrors its pipeline is what that is, and runs on from there.
    JobTransition {JobState::Running, JobEvent::Block, JobState::Manual},
    JobTransition {JobState::Running, JobEvent::Schedule, JobState::Scheduled},
    JobTransition {JobState::Running, JobEvent::Skip, JobState::Skipped},
    JobTransition {JobState::Manual, JobEvent::Confirm, JobState::Running},
    JobTransition {JobState::Scheduled, JobEvent::Confirm, JobState::Running},
    JobTransition {JobState::Success, JobEvent::Reopen, JobState::Running},
    JobTransition {JobState::Failed, JobEvent::Reopen, JobState::Running},
    JobTransition {JobState::Canceled, JobEvent::Reopen, JobState::Running},
    JobTransition {JobState::Skipped, JobEvent::Reopen, JobState::Running},

    // Whatever its runner reports at last, it was canceled.
    JobTransition {JobState::Canceling, JobEvent::Succeed, JobState::Canceled},
    JobTransition {JobState::Canceling, JobEvent::Fail, JobState::Canceled},
    JobTransition {JobState::Canceling, JobEvent::Cancel, JobState::Canceled},

    JobTransition {JobState::Skipped, JobEvent::Revive, JobState::Created},
    // A canceled job that never ran may be played or waited for again by retrying its pipeline.
    JobTransition {JobState::Canceled, JobEvent::Revive, JobState::Created},
};

constexpr std::optional<JobState> next(JobState from, JobEvent event)
{
    for (const JobTransition &row : JobTransitions) {
        if (row.from == from && row.event == event) {
            return row.to;
        }
    }
    return std::nullopt;
}

static_assert(!next(JobState::Success, JobEvent::Cancel)); // A finished job stays finished.
static_assert(!next(JobState::Failed, JobEvent::Succeed));
static_assert(next(JobState::Canceling, JobEvent::Succeed) == JobState::Canceled);

} // namespace ci::engine
