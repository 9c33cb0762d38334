// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/conditions.h"

namespace ci::ciconfig {

/// The old way to choose when a job runs. `only` may be null: the job then runs for branches and
/// tags; `refs` has the same default in the long form.
bool isInOnly(const Node *only, const Context &context, const Scope &scope, Conditions &conditions);

/// `except` may be null: nothing is excluded.
bool isInExcept(const Node *except, const Context &context, const Scope &scope, Conditions &conditions);

} // namespace ci::ciconfig
