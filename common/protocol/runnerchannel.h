// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/protocol/terminalmessage.h"

#include <QByteArray>
#include <QList>

#include <chrono>
#include <variant>

// Text frames of the subprotocol capstan.runner.v1, a runner's control channel; docs/api.md,
// "Runner channel".

namespace ci::protocol {

inline constexpr QByteArrayView RunnerChannelV1 = "capstan.runner.v1";

/// Each side pings this often, and counts the other as gone after the silence.
constexpr std::chrono::seconds ChannelPingInterval {30};
constexpr std::chrono::seconds ChannelSilence {90};

// Coordinator → runner.

struct ChannelWelcome
{
    bool operator==(const ChannelWelcome &) const = default;
};

/// A job may be ready: ask now.
struct ChannelWork
{
    bool operator==(const ChannelWork &) const = default;
};

struct ChannelCancel
{
    JobId job;
    bool force = false;
    bool operator==(const ChannelCancel &) const = default;
};

struct ChannelTerminalOpen
{
    JobId job;
    QByteArray session;
    Secret secret;
    TerminalSize size;
    bool operator==(const ChannelTerminalOpen &) const = default;
};

struct ChannelTerminalClose
{
    JobId job;
    QByteArray session;
    bool operator==(const ChannelTerminalClose &) const = default;
};

/// Somebody watches the log: send new bytes after this long. 0: as usual.
struct ChannelTraceInterval
{
    JobId job;
    std::chrono::milliseconds interval {0};
    bool operator==(const ChannelTraceInterval &) const = default;
};

/// The coordinator is going down.
struct ChannelDrain
{
    bool operator==(const ChannelDrain &) const = default;
};

using ChannelOrder = std::variant<ChannelWelcome,
                                  ChannelWork,
                                  ChannelCancel,
                                  ChannelTerminalOpen,
                                  ChannelTerminalClose,
                                  ChannelTraceInterval,
                                  ChannelDrain,
                                  UnknownMessage>;

Result<ChannelOrder> decodeChannelOrder(QByteArrayView text);
QByteArray encode(const ChannelOrder &message);

// Runner → coordinator.

struct ChannelHello
{
    QByteArray version;
    QList<JobId> jobs; ///< What it is running.
    QList<QByteArray> terminals; ///< Sessions that live.
    std::chrono::milliseconds sessionTimeout {0}; ///< Longest hold.
    bool operator==(const ChannelHello &) const = default;
};

struct ChannelTerminalRefused
{
    JobId job;
    QByteArray session;
    QByteArray reason; ///< For a person.
    bool operator==(const ChannelTerminalRefused &) const = default;
};

/// The script has ended and a terminal keeps the job.
struct ChannelHold
{
    JobId job;
    Timestamp until;
    bool operator==(const ChannelHold &) const = default;
};

struct ChannelReleased
{
    JobId job;
    bool operator==(const ChannelReleased &) const = default;
};

using ChannelNews
    = std::variant<ChannelHello, ChannelTerminalRefused, ChannelHold, ChannelReleased, UnknownMessage>;

Result<ChannelNews> decodeChannelNews(QByteArrayView text);
QByteArray encode(const ChannelNews &message);

} // namespace ci::protocol
