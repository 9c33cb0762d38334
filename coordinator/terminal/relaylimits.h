// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/runnerchannel.h"
#include "common/protocol/terminalstream.h"

#include <chrono>

namespace ci::terminal {

/// Named settings of the relay; past each of them something is refused or ends, nothing grows.
struct RelayLimits
{
    // Sessions that live at once; past it 423.
    int maxSessions = 1000;
    int maxSessionsPerUser = 20;
    int maxSessionsPerJob = 5;
    int maxSessionsPerRunner = 100;
    int maxViewersPerSession = 10;
    /// New sessions and returns of one user in a minute; past it 429.
    int maxOpensPerMinute = 120;

    /// From the 101 to the viewer's hello: a half-open socket.
    std::chrono::milliseconds helloTime {10'000};
    /// For the runner's first dial, and for its return after a lost link.
    std::chrono::milliseconds runnerTime {60'000};
    /// After the last viewer's socket is lost; the shell lives on meanwhile.
    std::chrono::milliseconds graceTime {60'000};
    /// Without input or output; 0: no limit.
    std::chrono::milliseconds idleTime {0};
    /// From the opening; a session never lives for ever.
    std::chrono::milliseconds longestTime {24 * 3'600'000};
    /// How often RelayHost::mayStay() is asked for each session.
    std::chrono::milliseconds rightsInterval {30'000};
    std::chrono::milliseconds pingInterval {protocol::ChannelPingInterval};
    /// Without a byte from a peer: its socket is lost.
    std::chrono::milliseconds silence {protocol::ChannelSilence};
    /// After our start, sessions of before it are taken up again (RelaySettings::key).
    std::chrono::milliseconds adoptionTime {300'000};
    /// How often deadlines are looked at while there are sessions; none per byte.
    std::chrono::milliseconds tick {500};

    /// Newest output kept for viewers that come back.
    qsizetype ringBytes = protocol::TerminalRingBytes;
    /// Output waiting in a viewer's socket before we stop feeding it.
    qint64 socketHighWater = 128 * 1024;
    /// Input waiting for the runner before the viewer's socket is no longer read.
    qsizetype maxPendingInput = 256 * 1024;
};

} // namespace ci::terminal
