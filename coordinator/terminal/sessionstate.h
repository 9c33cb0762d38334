// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/terminalmessage.h"
#include "coordinator/terminal/endreason.h"

#include <array>
#include <optional>

namespace ci::terminal {

using State = protocol::TerminalState;

/// What happens to a session as a whole; viewers come and go beside it.
enum class SessionEvent : quint8 { RunnerCame, RunnerLost, JobHeld, JobReleased, End };

struct SessionTransition
{
    State from;
    SessionEvent event;
    State to;
};

inline constexpr std::array SessionTransitions {
    SessionTransition {State::Waiting, SessionEvent::RunnerCame, State::Connected},
    SessionTransition {State::Reconnecting, SessionEvent::RunnerCame, State::Connected},
    SessionTransition {State::Connected, SessionEvent::RunnerLost, State::Reconnecting},
    SessionTransition {State::Held, SessionEvent::RunnerLost, State::Reconnecting},
    SessionTransition {State::Connected, SessionEvent::JobHeld, State::Held},
    SessionTransition {State::Held, SessionEvent::JobHeld, State::Held},
    SessionTransition {State::Held, SessionEvent::JobReleased, State::Connected},
    SessionTransition {State::Waiting, SessionEvent::End, State::Ended},
    SessionTransition {State::Connected, SessionEvent::End, State::Ended},
    SessionTransition {State::Held, SessionEvent::End, State::Ended},
    SessionTransition {State::Reconnecting, SessionEvent::End, State::Ended},
};

constexpr std::optional<State> next(State from, SessionEvent event)
{
    for (const SessionTransition &row : SessionTransitions) {
        if (row.from == from && row.event == event) {
            return row.to;
        }
    }
    return std::nullopt;
}

static_assert(!next(State::Ended, SessionEvent::RunnerCame)); // What has ended stays ended.

/// What there is to tell of a state.
struct StateDetails
{
    State state = State::Waiting;
    std::optional<Timestamp> heldUntil;
    std::optional<EndReason> endReason; ///< Of an ended one, always.
    QByteArray endText; ///< Instead of the reason's own words.
};

protocol::TerminalStateNews stateNews(const StateDetails &details);

} // namespace ci::terminal
