// SPDX-License-Identifier: MIT
#include "coordinator/terminal/sessionstate.h"

namespace ci::terminal {

protocol::TerminalStateNews stateNews(const StateDetails &details)
{
    switch (details.state) {
    case State::Waiting:
        return {State::Waiting, "Waiting for the runner to open a shell.", {}, {}};
    case State::Connected:
        return {State::Connected, "Connected.", {}, {}};
    case State::Held:
        return {State::Held,
                "The script has ended; this terminal keeps the job.",
                details.heldUntil,
                {}};
    case State::Reconnecting:
        return {State::Reconnecting,
                "The runner's connection is lost; waiting for it to come back.",
                {},
                {}};
    case State::Ended:
        break;
    }
    const QByteArray reason = word(details.endReason.value_or(EndReason::Closed)).toByteArray();
    return {State::Ended, details.endText.isEmpty() ? reason : details.endText, {}, reason};
}

} // namespace ci::terminal
