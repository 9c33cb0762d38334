// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"

namespace ci::engine {

/// Posts what is to be done at a deadline, which is spent by then. `again` sets it anew: called where
/// the command is undone, its batch is lost or no transaction could be begun, maybe more than once.
/// A command that finds nothing to do answers Keep.
inline void postDue(CommandLoop &loop,
                    std::function<Outcome(Transaction &)> run,
                    const std::function<void()> &again)
{
    loop.post({[run = std::move(run), again](Transaction &transaction) {
                   transaction.onUndo(again);
                   return run(transaction);
               },
               [again](const Error &) { again(); }});
}

} // namespace ci::engine
