// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/engine/commandloop.h"

#include <QPointer>

#include <functional>

namespace ci::auth {

/// Runs `run` as a command: kept where it succeeds, undone where it fails. `done` has its result
/// after the commit, or why the batch was lost.
template<typename T>
void postFor(engine::CommandLoop &loop,
             std::function<Result<T>(engine::Transaction &)> run,
             std::function<void(Result<T>)> done)
{
    auto body = [run = std::move(run), done](engine::Transaction &transaction) {
        Result<T> result = run(transaction);
        const engine::Outcome outcome = result ? engine::Outcome::Keep : engine::Outcome::Undo;
        transaction.answer([done, result = std::move(result)] { done(result); });
        return outcome;
    };
    loop.post(engine::Command {std::move(body), [done](const Error &error) { done(error); }});
}

/// Calls `done` only while `context` lives.
template<typename T>
std::function<void(Result<T>)> guardedBy(QObject *context, std::function<void(Result<T>)> done)
{
    return [guard = QPointer(context), done = std::move(done)](Result<T> result) {
        if (guard) {
            done(std::move(result));
        }
    };
}

} // namespace ci::auth
