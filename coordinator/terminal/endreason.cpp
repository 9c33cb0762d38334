// SPDX-License-Identifier: MIT
#include "coordinator/terminal/endreason.h"

#include <array>

namespace ci::terminal {

namespace {

struct EndRow
{
    EndReason reason;
    QByteArrayView word; ///< docs/api.md, "ended reasons".
    net::CloseCode code;
};

constexpr std::array EndRows {
    EndRow {EndReason::Closed, "closed", net::CloseCode::Normal},
    EndRow {EndReason::ShellExited, "shell exited", net::CloseCode::Normal},
    EndRow {EndReason::JobFinished, "job finished", net::CloseCode::Normal},
    EndRow {EndReason::JobCanceled, "job canceled", net::CloseCode::Normal},
    EndRow {EndReason::HoldExpired, "hold expired", net::CloseCode::Normal},
    EndRow {EndReason::GraceExpired, "grace expired", net::CloseCode::Normal},
    EndRow {EndReason::IdleExpired, "idle", net::CloseCode::Normal},
    EndRow {EndReason::TimeExpired, "time limit", net::CloseCode::Normal},
    EndRow {EndReason::RunnerLost, "runner lost", net::CloseCode::Normal},
    EndRow {EndReason::RunnerRefused, "runner refused", net::CloseCode::Normal},
    EndRow {EndReason::RightWithdrawn, "right withdrawn", net::CloseCode::PolicyViolation},
    EndRow {EndReason::ShuttingDown, "shutting down", net::CloseCode::GoingAway},
};

constexpr const EndRow &endRow(EndReason reason)
{
    return EndRows[static_cast<size_t>(reason)];
}

constexpr bool isInOrder()
{
    for (size_t i = 0; i < EndRows.size(); ++i) {
        if (EndRows[i].reason != static_cast<EndReason>(i)) {
            return false;
        }
    }
    return EndRows.size() == static_cast<size_t>(EndReason::ShuttingDown) + 1;
}
static_assert(isInOrder());

} // namespace

QByteArrayView word(EndReason reason)
{
    return endRow(reason).word;
}

net::CloseCode closeCode(EndReason reason)
{
    return endRow(reason).code;
}

} // namespace ci::terminal
