// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jobpayload.h"
#include "common/protocol/runnerinfo.h"
#include "coordinator/model/job.h"

#include <optional>

namespace ci::queue {

/// The first feature that a job needs and its runner has not announced (reference of the runner
/// API, 2.7): such a runner would leave out what it does not know, and say that all went well.
std::optional<QLatin1StringView> missingFeature(const model::Job &job,
                                                const protocol::JobPayload &payload,
                                                const protocol::RunnerFeatures &features);

} // namespace ci::queue
