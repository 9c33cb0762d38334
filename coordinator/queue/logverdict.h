// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"

#include <optional>

namespace ci::queue {

/// What is held of a log, and what its runner says that it sent.
struct LogClaim
{
    qint64 held = 0;
    std::optional<quint32> heldChecksum;
    std::optional<qint64> size;
    std::optional<quint32> checksum;
    std::optional<Timestamp> expiresAt; ///< Of the log once it is whole.
};

enum class LogVerdict : quint8 {
    Take, ///< It fits, or is taken as it is and marked.
    AskAgain,
};

/// Compares and notes the outcome in the log's row. A log that does not fit is asked for anew where
/// its runner can send it anew, twice at most.
Result<LogVerdict> judgeLog(engine::Transaction &transaction,
                            const model::Job &job,
                            const LogClaim &claim);

} // namespace ci::queue
