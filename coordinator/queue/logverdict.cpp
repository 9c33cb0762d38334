// SPDX-License-Identifier: MIT
#include "coordinator/queue/logverdict.h"

#include "common/protocol/tracerange.h"
#include "db/artifactstore.h"

namespace ci::queue {

namespace {

constexpr int MaxResets = 2;

bool isFlawed(const LogClaim &claim)
{
    const bool hasOtherSize = claim.size && *claim.size != claim.held;
    const bool hasOtherSum
        = claim.checksum && claim.heldChecksum && *claim.heldChecksum != *claim.checksum;
    return hasOtherSize || hasOtherSum;
}

} // namespace

Result<LogVerdict> judgeLog(engine::Transaction &transaction,
                            const model::Job &job,
                            const LogClaim &claim)
{
    db::ArtifactStore store(transaction.database());
    const Result<std::optional<db::Trace>> stored = store.trace(job.id);
    if (!stored) {
        return stored.error();
    }
    db::Trace trace = stored->value_or(db::Trace {});
    const bool isRepeatable = job.canResetTrace && trace.resets < MaxResets;
    const LogVerdict verdict
        = isFlawed(claim) && isRepeatable ? LogVerdict::AskAgain : LogVerdict::Take;
    trace.job = job.id;
    trace.sizeBytes = claim.held;
    trace.checksum
        = claim.checksum ? protocol::traceChecksum(*claim.checksum) : QByteArray();
    trace.isFlawed = isFlawed(claim) && !isRepeatable;
    trace.expiresAt = claim.expiresAt;
    trace.resets += verdict == LogVerdict::AskAgain ? 1 : 0;
    const Result<void> kept = store.setTrace(trace);
    return kept ? Result<LogVerdict>(verdict) : Result<LogVerdict>(kept.error());
}

} // namespace ci::queue
