// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/queue/pendingjobs.h"
#include "coordinator/queue/runnerregistry.h"

namespace ci::queue {

/// Why a pending job waits, for a person.
QString waitingReason(const RunnerRegistry &registry, const model::Job &job, const Wish &wish);

} // namespace ci::queue
