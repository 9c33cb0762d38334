// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/protocol/terminalmessage.h"

#include <QByteArray>

#include <variant>

// Text frames of the subprotocol capstan.terminal-stream.v1 between coordinator and runner, one
// WebSocket a session; docs/api.md, "Terminal stream". Order: the coordinator's first message is
// `resume` (it knows what it has), the runner's first is `start` (where its output really begins:
// the offset asked for, or later when those bytes are gone). A credit is counted from `start`.

namespace ci::protocol {

inline constexpr QByteArrayView TerminalStreamV1 = "capstan.terminal-stream.v1";

/// Bytes of newest output that each end keeps, and the most that is ever granted ahead: what the
/// runner sent and a broken link swallowed is therefore still at the runner.
constexpr qsizetype TerminalRingBytes = 256 * 1024;

/// Input the runner takes before its first input_credit.
constexpr qint64 InitialInputCredit = 64 * 1024;

// Coordinator → runner.

struct StreamResume
{
    qint64 offset = 0;
    qint64 credit = 0; ///< Bytes of output beyond the start.
    bool operator==(const StreamResume &) const = default;
};

struct StreamCredit
{
    qint64 bytes = 0;
    bool operator==(const StreamCredit &) const = default;
};

struct StreamResize
{
    TerminalSize size;
    bool operator==(const StreamResize &) const = default;
};

struct StreamClose
{
    bool operator==(const StreamClose &) const = default;
};

using StreamOrder
    = std::variant<StreamResume, StreamCredit, StreamResize, StreamClose, UnknownMessage>;

Result<StreamOrder> decodeStreamOrder(QByteArrayView text);
QByteArray encode(const StreamOrder &message);

// Runner → coordinator.

struct StreamStart
{
    qint64 offset = 0;
    bool operator==(const StreamStart &) const = default;
};

struct StreamInputCredit
{
    qint64 bytes = 0;
    bool operator==(const StreamInputCredit &) const = default;
};

using StreamNews = std::variant<StreamStart, StreamInputCredit, TerminalExit, UnknownMessage>;

Result<StreamNews> decodeStreamNews(QByteArrayView text);
QByteArray encode(const StreamNews &message);

} // namespace ci::protocol
