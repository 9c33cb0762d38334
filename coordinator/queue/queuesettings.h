// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QUrl>

#include <chrono>

namespace ci::queue {

/// Settings of this room.
struct QueueSettings
{
    QUrl externalUrl; ///< Of this instance, without a trailing '/'; may have a path.

    /// How long a request for a job is held. Below the minute that many proxies allow.
    std::chrono::seconds longPoll {50};
    /// A two-phase hand-out that is not confirmed by then goes back into the queue.
    std::chrono::seconds confirmLimit {60};
    /// No word at all after a 201 of a runner that does not confirm: it never got the job.
    std::chrono::seconds firstWordLimit {90};
    /// Three heartbeats of a runner with our channel (30 s).
    std::chrono::seconds channelSilenceLimit {90};
    /// A stock runner backs off for minutes after a failed call.
    std::chrono::seconds stockSilenceLimit {15 * 60};
    /// The runner watches a job's timeout itself; this much later the coordinator ends it.
    std::chrono::seconds timeoutMargin {15 * 60};
    /// A job that no runner took for so long fails: stuck_or_timeout_failure.
    std::chrono::seconds pendingLimit {24 * 3600};
    /// A runner counts as online for so long after its last word.
    std::chrono::seconds onlineLimit {3 * 60};

    /// X-GitLab-Trace-Update-Interval. It is also how fast a stock runner notices a cancel.
    std::chrono::seconds watchedInterval {3};
    std::chrono::seconds unwatchedInterval {10};

    int cloneDepth = 20; ///< GIT_DEPTH where the project says nothing.
};

/// CI_SERVER_VERSION: scripts ask it for features, so it is a number of GitLab's scale.
inline constexpr const char *GitLabVersion = "18.5.0";

} // namespace ci::queue
