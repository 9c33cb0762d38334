// SPDX-License-Identifier: MIT
#pragma once

#include "runner/keeper.h"

#include <optional>

namespace ci::runner {

// A keeper and its maker talk over a SOCK_SEQPACKET pair: first the command, as text in messages of
// bounded size after a head that carries the descriptors, then KeeperHello, KeeperNews and
// KeeperOrder. Both are the same program, so there are no versions.

/// What the keeper tells first: the program's process id, or 0.
struct KeeperHello
{
    qint32 program = 0;
};

/// What we tell the keeper: a signal for the program's group, or KillEverything.
using KeeperOrder = qint32;
constexpr KeeperOrder KillEverything = 0;

/// Blocks until the keeper has read nearly all of it. False: it is gone.
bool sendCommand(int channel, const KeeperCommand &command);
/// nullopt: the maker is gone. The descriptors in the answer are the caller's.
std::optional<KeeperCommand> receiveCommand(int channel);

} // namespace ci::runner
