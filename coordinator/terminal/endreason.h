// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/websocket.h"

#include <QByteArrayView>

namespace ci::terminal {

/// Why a session ended; word() is what the viewer is told.
enum class EndReason : quint8 {
    Closed, ///< A viewer said `close`.
    ShellExited,
    JobFinished,
    JobCanceled,
    HoldExpired,
    GraceExpired, ///< No viewer came back.
    IdleExpired,
    TimeExpired, ///< RelayLimits::longestTime.
    RunnerLost,
    RunnerRefused,
    RightWithdrawn, ///< Signed out, role lowered, ref protected, account blocked.
    ShuttingDown,
};

QByteArrayView word(EndReason reason);
net::CloseCode closeCode(EndReason reason);

} // namespace ci::terminal
