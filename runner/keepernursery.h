// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <sys/types.h>

#include <mutex>

namespace ci::runner {

/// The process that keepers are forked from. A fork copies the page tables of its maker and makes
/// every page that either side uses afterwards a fault: for the runner itself that cost as much
/// as a whole small job. So the nursery is a small static program (runner/keeper), carried inside
/// this one. It ends when we do; should it be killed, the next keeper starts a new one. Any thread.
class KeeperNursery final
{
public:
    /// The one of this process. Started at the first call, which therefore belongs early in main.
    static KeeperNursery &instance();

    KeeperNursery(const KeeperNursery &) = delete;
    KeeperNursery &operator=(const KeeperNursery &) = delete;

    /// Forks a keeper that lives by `channel` (runner/keeper/wire.h), which stays the caller's to close.
    Result<void> makeKeeper(int channel);

    pid_t process() const { return m_process; }

private:
    KeeperNursery();

    bool start();

    std::mutex m_mutex;
    pid_t m_process = -1;
    int m_requests = -1; ///< A message with one descriptor asks for one keeper.
};

} // namespace ci::runner
