// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/terminal/relaynews.h"

#include <functional>

namespace ci::terminal {

/// What the relay asks of the outside. Called on the relay's thread; must return at once and hand
/// the work to its own thread.
class RelayHost
{
public:
    virtual ~RelayHost() = default;

    /// Tell the runner to start a shell and to dial the stream. If it cannot be told, answer with
    /// TerminalRelay::refuseSession().
    virtual void openAtRunner(const RunnerOpen &open) = 0;

    /// End the shell of a session whose stream is not there to be told on.
    virtual void closeAtRunner(const SessionOwner &owner) = 0;

    /// Whether the owner may still have this terminal. `answer` may be called from any thread,
    /// once; false ends the session with RightWithdrawn.
    virtual void mayStay(const SessionOwner &owner, std::function<void(bool)> answer) = 0;
};

} // namespace ci::terminal
