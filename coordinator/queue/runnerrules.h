// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/model/runner.h"

namespace ci::queue {

/// Trimmed, sorted, without duplicates.
QStringList cleanTags(const QStringList &tags);

/// The runner with its tags cleaned, or what is wrong with it. Pure.
Result<model::Runner> validated(model::Runner runner);

} // namespace ci::queue
