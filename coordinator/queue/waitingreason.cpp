// SPDX-License-Identifier: MIT
#include "coordinator/queue/waitingreason.h"

namespace ci::queue {

using namespace Qt::StringLiterals;

QString waitingReason(const RunnerRegistry &registry, const model::Job &job, const Wish &wish)
{
    if (!job.tokenHash.isEmpty()) {
        return u"Waiting for its runner to confirm that it runs the job."_s;
    }
    bool hasFitting = false;
    for (const model::Runner *runner : registry.all()) {
        if (runner->isPaused || !fits(offerOf(*runner), wish)) {
            continue;
        }
        if (registry.status(runner->id) == RunnerStatus::Online) {
            return u"Waiting for a free runner."_s;
        }
        hasFitting = true;
    }
    if (hasFitting) {
        return u"Waiting: every runner that could take this job is offline."_s;
    }
    return job.tags.isEmpty()
        ? u"Waiting for a runner that takes jobs without tags."_s
        : u"Waiting for a runner with the tags %1."_s.arg(job.tags.join(", "_L1));
}

} // namespace ci::queue
