// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/states.h"
#include "coordinator/api/fields.h"

#include <algorithm>
#include <vector>

namespace ci::api {

/// `scope` of a list of jobs: one state, or several as `scope[]`. Empty: all. A word that is no
/// state is refused through `fields`.
std::vector<protocol::JobState> jobScope(Fields &fields);

/// An empty scope holds every state.
inline bool isInScope(const std::vector<protocol::JobState> &scope, protocol::JobState state)
{
    return scope.empty() || std::find(scope.begin(), scope.end(), state) != scope.end();
}

} // namespace ci::api
