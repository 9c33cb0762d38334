// SPDX-License-Identifier: MIT
#include "coordinator/terminal/sessionclock.h"

#include <utility>

namespace ci::terminal {

std::optional<EndReason> SessionClock::check(Time now, const Circumstances &is, const RelayLimits &limits)
{
    if (std::exchange(m_hadTraffic, false)) {
        m_active = now;
    }
    if (is.isAsked && is.isRunnerAwaited && now - m_runnerAwaited > limits.runnerTime) {
        return EndReason::RunnerLost;
    }
    // Before a shell was asked for there is nothing to come back to.
    if (is.isAlone && now - m_alone > (is.isAsked ? limits.graceTime : limits.helloTime)) {
        return EndReason::GraceExpired;
    }
    if (limits.idleTime.count() > 0 && now - m_active > limits.idleTime) {
        return EndReason::IdleExpired;
    }
    return age(now) > limits.longestTime ? std::optional(EndReason::TimeExpired) : std::nullopt;
}

bool SessionClock::areRightsDue(Time now, const RelayLimits &limits)
{
    if (now - m_rightsAsked < limits.rightsInterval) {
        return false;
    }
    m_rightsAsked = now;
    return true;
}

} // namespace ci::terminal
