// SPDX-License-Identifier: MIT
#include "coordinator/queue/waitingreason.h"

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

/// No runner fits: what would have to change is named.
QString nobodyFits(const RunnerRegistry &registry, const Wish &wish)
{
    if (registry.all().empty()) {
        return u"Waiting: there is no runner yet."_s;
    }
    return u"Waiting: no runner takes jobs of this project %1."_s.arg(
        wish.tags.isEmpty() ? u"without tags"_s
                            : u"with the tags %1"_s.arg(wish.tags.join(", "_L1)));
}

} // namespace

QString waitingReason(const RunnerRegistry &registry, const model::Job &job, const Wish &wish)
{
    if (!job.tokenHash.isEmpty()) {
        return u"Waiting for its runner to confirm that it runs the job."_s;
    }
    bool hasPaused = false;
    bool hasOffline = false;
    for (const model::Runner *runner : registry.all()) {
        if (!fits(offerOf(*runner), wish)) {
            continue;
        }
        if (runner->isPaused) {
            hasPaused = true;
            continue;
        }
        if (registry.status(runner->id) == RunnerStatus::Online) {
            return u"Waiting for a free runner."_s;
        }
        hasOffline = true;
    }
    if (hasOffline) {
        return u"Waiting: every runner that could take this job is offline."_s;
    }
    return hasPaused ? u"Waiting: every runner that could take this job is paused."_s
                     : nobodyFits(registry, wish);
}

} // namespace ci::queue
