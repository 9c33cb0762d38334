// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/secret.h"
#include "common/protocol/terminalmessage.h"
#include "coordinator/terminal/endreason.h"

#include <QByteArray>
#include <QHostAddress>
#include <QList>
#include <QMetaType>

#include <chrono>
#include <optional>

// Values that enter and leave the relay. Ids are keys to it: it knows no job.

namespace ci::terminal {

/// Whose session: its key, and who may come back to it.
struct SessionOwner
{
    QByteArray session; ///< 131 random bits as text.
    JobId job;
    RunnerId runner;
    UserId user;
    SessionId login; ///< The sign-in it was opened by; null for a token.
    AccessTokenId token; ///< Null for a sign-in.
};

/// A viewer whom the API has let through: origin and right are checked.
struct ViewerRequest
{
    JobId job;
    RunnerId runner; ///< Who runs the job.
    UserId user;
    SessionId login;
    AccessTokenId token;
    protocol::ViewerRole role = protocol::ViewerRole::Writer; ///< An observer sends nothing.
    QList<QByteArray> subprotocols; ///< As asked for, in the client's order.
    QByteArray session; ///< To come back to; empty: a new one.
    std::optional<qint64> offset; ///< The first byte the viewer does not have.
};

/// A runner that dials the stream of a session; its token is checked.
struct StreamRequest
{
    RunnerId runner;
    QByteArray session;
    Secret secret;
};

/// What the runner is to be told (runnerlink's openTerminal).
struct RunnerOpen
{
    SessionOwner owner;
    Secret secret;
    protocol::TerminalSize size;
};

struct SessionEnd
{
    SessionOwner owner;
    EndReason reason = EndReason::Closed;
    qint64 inputBytes = 0; ///< Viewer → shell.
    qint64 outputBytes = 0;
    qint64 droppedFrames = 0; ///< Input and control frames of observers.
    std::chrono::milliseconds duration {0};
};

enum class RefusalKind : quint8 {
    UnknownSession, ///< Absent, another user's or another job's: 404 for all.
    UnknownSecret, ///< A runner dialled a session that is not its own.
    NoSubprotocol, ///< 400
    TooMany, ///< 423
    TooOften, ///< 429
    ShuttingDown, ///< 503
};

/// Somebody was turned away before the 101; for the audit.
struct Refusal
{
    RefusalKind kind = RefusalKind::UnknownSession;
    JobId job; ///< Null for a runner.
    UserId user; ///< Null for a runner.
    RunnerId runner;
};

/// For /-/metrics.
struct RelayCounts
{
    qint64 sessions = 0; ///< Alive now.
    qint64 viewers = 0; ///< Connected now.
    qint64 opened = 0;
    qint64 refused = 0;
    qint64 inputBytes = 0;
    qint64 outputBytes = 0;
    qint64 droppedFrames = 0;
};

} // namespace ci::terminal

Q_DECLARE_METATYPE(ci::terminal::SessionOwner)
Q_DECLARE_METATYPE(ci::terminal::SessionEnd)
Q_DECLARE_METATYPE(ci::terminal::Refusal)
