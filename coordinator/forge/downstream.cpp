// SPDX-License-Identifier: MIT
#include "coordinator/forge/downstream.h"

#include "coordinator/auth/posting.h"

#include <QTimer>

namespace ci::forge {

using namespace Qt::StringLiterals;
using engine::JobChange;
using engine::JobEvent;
using engine::Transaction;

namespace {

// While the database refuses (a full disk), bridges wait.
constexpr std::chrono::seconds LaterTime {10};

JobChange notMade(const QString &message)
{
    return {.event = JobEvent::Fail,
            .failureReason = model::FailureReason::DownstreamPipelineCreationFailed,
            .failureMessage = message};
}

} // namespace

void Downstream::start(JobId bridge)
{
    auto run = [this, bridge](Transaction &transaction) {
        return bridgeOrder(transaction, m_parts, bridge);
    };
    auth::postFor<BridgeOrder>(
        m_parts.loop, run,
        auth::guardedBy<BridgeOrder>(m_context, [this, bridge](const Result<BridgeOrder> &order) {
            if (order) {
                carryOut(bridge, *order);
            } else if (mayPass(order.error())) {
                later(bridge);
            } else if (order.error().kind != ErrorKind::Conflict) {
                fail(bridge, notMade(order.error().detail));
            } else {
                // It waits no more, or what it needs is gone: only then this fails it.
                fail(bridge, {.event = JobEvent::Fail,
                              .failureReason = model::FailureReason::MissingDependencyFailure,
                              .failureMessage = order.error().detail});
            }
        }));
}

void Downstream::carryOut(JobId bridge, const BridgeOrder &order)
{
    if (const auto *change = std::get_if<JobChange>(&order)) {
        fail(bridge, *change);
    } else if (const auto *state = std::get_if<std::shared_ptr<BirthState>>(&order)) {
        give(bridge, *state);
    } else {
        follow(bridge, std::get<PipelineId>(order));
    }
}

void Downstream::follow(JobId bridge, PipelineId upstream)
{
    auto run = [this, bridge, upstream](Transaction &transaction) -> Result<bool> {
        const Result<void> followed = m_parts.pipelines.mirror(transaction, bridge, upstream);
        return followed ? Result(true) : Result<bool>(followed.error());
    };
    auth::postFor<bool>(m_parts.loop, run,
                        auth::guardedBy<bool>(m_context, [this, bridge](const Result<bool> &done) {
                            if (!done) {
                                retryOrFail(bridge, done.error());
                            }
                        }));
}

void Downstream::retryOrFail(JobId bridge, const Error &error)
{
    if (mayPass(error)) {
        later(bridge);
    } else {
        fail(bridge, notMade(error.detail));
    }
}

void Downstream::give(JobId bridge, const std::shared_ptr<BirthState> &state)
{
    m_queues.enqueue(state->project, [this, bridge, state](const std::function<void()> &next) {
        m_birth.begin(state,
                      [this, bridge, next](const Result<std::optional<model::Pipeline>> &made) {
                          finish(bridge, made);
                          next();
                      });
    });
}

void Downstream::finish(JobId bridge, const Result<std::optional<model::Pipeline>> &made)
{
    if (made && *made) {
        return; // The bridge has moved in the same transaction.
    }
    if (made) {
        fail(bridge, notMade(u"no pipeline was made"_s));
    } else {
        retryOrFail(bridge, made.error());
    }
}

void Downstream::fail(JobId bridge, const JobChange &change)
{
    // Of a file with a thousand mistakes the first ones will do.
    constexpr qsizetype MaxMessage = 4000;
    JobChange cut = change;
    cut.failureMessage.truncate(MaxMessage);
    auto run = [this, bridge, cut](Transaction &transaction) -> Result<bool> {
        const Result<void> failed = m_parts.pipelines.failBridge(transaction, bridge, cut);
        return failed ? Result(true) : Result<bool>(failed.error());
    };
    auth::postFor<bool>(m_parts.loop, run,
                        auth::guardedBy<bool>(m_context, [this, bridge](const Result<bool> &done) {
                            if (!done && mayPass(done.error())) {
                                later(bridge);
                            }
                        }));
}

void Downstream::later(JobId bridge)
{
    QTimer::singleShot(LaterTime, m_context, [this, bridge] { start(bridge); });
}

} // namespace ci::forge
