// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/jobtransitions.h"
#include "coordinator/engine/news.h"
#include "coordinator/model/job.h"

namespace ci::engine {

/// What an event brings along; only what the event defines is stored.
struct JobChange
{
    JobEvent event = JobEvent::Enqueue;
    std::optional<model::FailureReason> failureReason {}; ///< Fail
    QString failureMessage {}; ///< Fail, of a bridge or before it ran
    std::optional<int> exitCode {}; ///< Fail, Succeed
    std::optional<Timestamp> startAt {}; ///< Schedule
};

/// The one function that changes a job's state: looks the event up in the table, stores the new
/// state with the old one in the WHERE, sets the time stamps that belong to it, and queues the
/// news. A finished job loses its token, its hold and its runner's claim on it.
class JobMover
{
public:
    JobMover(const Clock &clock, const SecretBox &box, News &news)
        : m_clock(clock), m_box(box), m_news(news)
    {
    }

    /// The job as it is now. Conflict where the table has no row, or the row has moved meanwhile.
    Result<model::Job> apply(Transaction &transaction, const model::Job &job, JobChange change);

    const Clock &clock() const { return m_clock; }
    News &news() { return m_news; }

private:
    const Clock &m_clock;
    const SecretBox &m_box;
    News &m_news;
};

} // namespace ci::engine
