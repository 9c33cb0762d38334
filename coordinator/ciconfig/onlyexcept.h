// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/conditions.h"

namespace ci::ciconfig {

/// The old way to choose when a job runs. `only` and `except` may be null. Without `only` a job
/// runs for branches and tags; `refs` has the same default in the long form.
bool isWantedByPolicy(const Node *only, const Node *except, const Context &context,
                      const Scope &scope, Conditions &conditions);

} // namespace ci::ciconfig
