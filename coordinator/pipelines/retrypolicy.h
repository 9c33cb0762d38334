// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/job.h"

namespace ci::pipelines {

/// Whether a job that has just failed is tried again by itself (`retry:`; reference of the CI
/// language, 16).
bool isRetriedByItself(const model::Job &failed);

/// The next attempt at a job, as it is to be inserted: created, nothing of the old run in it.
model::Job nextAttempt(const model::Job &before, int attempt, Timestamp now);

} // namespace ci::pipelines
