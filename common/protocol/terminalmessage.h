// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/protocol/controlmessage.h"

#include <QByteArray>

#include <optional>
#include <variant>

// Text frames of the subprotocol capstan.terminal.v1 between a viewer and the coordinator;
// docs/api.md, "Terminals". Binary frames are terminal bytes and never come here.

namespace ci::protocol {

inline constexpr QByteArrayView TerminalV1 = "capstan.terminal.v1";
inline constexpr QByteArrayView TerminalRaw = "terminal.gitlab.com";
inline constexpr QByteArrayView TerminalBase64 = "base64.terminal.gitlab.com";

/// Past this an input frame closes the viewer with 1009.
constexpr qsizetype MaxInputFrameBytes = 64 * 1024;

/// Most that one credit message may grant.
constexpr qint64 MaxCredit = qint64(1) << 30;

struct TerminalSize
{
    int columns = 80;
    int rows = 24;

    /// Sizes that a terminal may be given; others are ignored.
    bool isSane() const { return columns >= 1 && columns <= 1000 && rows >= 1 && rows <= 1000; }
    bool operator==(const TerminalSize &) const = default;
};

/// How a shell ended: its exit status or the signal that killed it.
struct TerminalExit
{
    bool signaled = false;
    int code = 0;
    bool operator==(const TerminalExit &) const = default;
};

// Viewer → coordinator.

struct ViewerHello
{
    TerminalSize size; ///< May be insane: ask isSane().
    qint64 credit = 0; ///< Bytes of output the viewer can take.
    bool operator==(const ViewerHello &) const = default;
};

struct ViewerResize
{
    TerminalSize size; ///< May be insane: ask isSane().
    bool operator==(const ViewerResize &) const = default;
};

struct ViewerCredit
{
    qint64 bytes = 0;
    bool operator==(const ViewerCredit &) const = default;
};

/// "Let me type": the other viewer of the same user becomes an observer.
struct ViewerTake
{
    bool operator==(const ViewerTake &) const = default;
};

/// End the session: the shell and all its processes.
struct ViewerClose
{
    bool operator==(const ViewerClose &) const = default;
};

using ViewerMessage = std::
    variant<ViewerHello, ViewerResize, ViewerCredit, ViewerTake, ViewerClose, UnknownMessage>;

Result<ViewerMessage> decodeViewerMessage(QByteArrayView text);
QByteArray encode(const ViewerMessage &message);

// Coordinator → viewer.

enum class TerminalState : quint8 {
    Waiting, ///< The runner is asked and not there yet.
    Connected,
    Held, ///< Connected, and the job is kept only by its terminals.
    Reconnecting, ///< The runner's link is lost; it dials again.
    Ended,
};

QByteArrayView word(TerminalState state);

struct TerminalStateNews
{
    TerminalState state = TerminalState::Waiting;
    QByteArray text; ///< For a person.
    std::optional<Timestamp> until; ///< Held only.
    QByteArray reason; ///< Ended only.
    bool operator==(const TerminalStateNews &) const = default;
};

/// The output that follows starts at byte `offset` of the session.
struct TerminalSessionNews
{
    QByteArray session;
    qint64 offset = 0;
    bool gap = false; ///< Bytes before `offset` are gone: clear the screen.
    bool operator==(const TerminalSessionNews &) const = default;
};

enum class ViewerRole : quint8 { Writer, Observer };

struct TerminalRoleNews
{
    ViewerRole role = ViewerRole::Writer;
    bool operator==(const TerminalRoleNews &) const = default;
};

using TerminalNews = std::
    variant<TerminalStateNews, TerminalSessionNews, TerminalRoleNews, TerminalExit, UnknownMessage>;

Result<TerminalNews> decodeTerminalNews(QByteArrayView text);
QByteArray encode(const TerminalNews &message);

/// {"type":"exit",…}: the same on both links.
QJsonObject exitObject(const TerminalExit &exit);
TerminalExit readExit(FieldReader &fields);

} // namespace ci::protocol
