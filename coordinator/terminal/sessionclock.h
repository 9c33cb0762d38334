// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/terminal/endreason.h"
#include "coordinator/terminal/relaylimits.h"

#include <chrono>
#include <optional>

namespace ci::terminal {

/// A session's deadlines. Nothing is done per byte: traffic sets a flag that the next tick reads.
class SessionClock
{
public:
    using Time = std::chrono::milliseconds; ///< Of the monotonic clock.

    /// What the session is like now.
    struct Circumstances
    {
        bool isAsked = false; ///< A shell was asked for.
        bool isRunnerAwaited = false;
        bool isAlone = false; ///< Without a viewer.
    };

    explicit SessionClock(Time now)
        : m_created(now), m_runnerAwaited(now), m_alone(now), m_active(now), m_rightsAsked(now)
    {
    }

    void noteTraffic() { m_hadTraffic = true; }
    void awaitRunner(Time now) { m_runnerAwaited = now; }
    void viewerLeft(Time now) { m_alone = now; }

    /// Why the session must end now, if it must.
    std::optional<EndReason> check(Time now, const Circumstances &is, const RelayLimits &limits);
    /// True once in each interval.
    bool areRightsDue(Time now, const RelayLimits &limits);
    Time age(Time now) const { return now - m_created; }

private:
    Time m_created;
    Time m_runnerAwaited;
    Time m_alone;
    Time m_active;
    Time m_rightsAsked;
    bool m_hadTraffic = false;
};

} // namespace ci::terminal
