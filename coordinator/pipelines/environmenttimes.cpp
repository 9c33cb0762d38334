// SPDX-License-Identifier: MIT
#include "coordinator/engine/duecommand.h"
#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/environments.h"
#include "db/environmentstore.h"

#include <QLoggingCategory>

// auto_stop_in.

namespace ci::pipelines {

Q_LOGGING_CATEGORY(lcEnvironments, "ci.environments")

using engine::Outcome;
using engine::Transaction;

namespace {

// Before a stop that could not be stored is tried again.
constexpr std::chrono::seconds StopRetryInterval {60};

} // namespace

void Environments::logNotStopped(EnvironmentId id, const Error &error)
{
    qCWarning(lcEnvironments).noquote()
        << "environment not stopped environment=" << id.value() << "cause=" << error.detail;
}

void Environments::logWithoutVariables(JobId job, const Error &error)
{
    qCWarning(lcEnvironments).noquote()
        << "job ended without its variables job=" << job.value() << "cause=" << error.detail;
}

void Environments::watch(Transaction &transaction, const model::Environment &environment)
{
    // A deadline looks at the row again when it comes up: one too many does no harm.
    transaction.afterCommit([this, id = environment.id, at = environment.autoStopAt] {
        setDeadline(id, at);
    });
}

void Environments::setDeadline(EnvironmentId id, const std::optional<Timestamp> &at)
{
    queue::Deadlines &deadlines = m_core.deadlines();
    if (!at) {
        deadlines.clear(queue::DeadlineKind::StopEnvironment, id.value());
        return;
    }
    deadlines.set(queue::DeadlineKind::StopEnvironment, id.value(),
                  *at - m_core.parts().clock.now(), [this, id] { stopByTime(id); });
}

void Environments::stopByTime(EnvironmentId id)
{
    const auto again = [this, id] {
        setDeadline(id, m_core.parts().clock.now() + StopRetryInterval);
    };
    const auto look = [this, id](Transaction &transaction) {
        const Result<std::optional<model::Environment>> found
            = db::EnvironmentStore(transaction.database()).find(id);
        if (!found) {
            return Outcome::Undo;
        }
        if (!*found || !(*found)->autoStopAt) {
            return Outcome::Keep;
        }
        if (*(*found)->autoStopAt > m_core.parts().clock.now()) {
            watch(transaction, **found); // Renewed, or the clock was set back.
            return Outcome::Keep;
        }
        const Result<model::Environment> stopped = stop(transaction, **found, std::nullopt);
        if (!stopped) {
            logNotStopped(id, stopped.error());
        }
        return stopped ? Outcome::Keep : Outcome::Undo;
    };
    engine::postDue(m_core.parts().loop, look, again);
}

Result<void> Environments::recover(Transaction &transaction)
{
    const Result<std::vector<model::Environment>> waiting
        = db::EnvironmentStore(transaction.database()).withAutoStop();
    if (!waiting) {
        return waiting.error();
    }
    for (const model::Environment &each : *waiting) {
        watch(transaction, each);
    }
    return {};
}

} // namespace ci::pipelines
