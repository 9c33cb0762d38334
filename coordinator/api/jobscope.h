// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/states.h"
#include "coordinator/api/fields.h"

#include <vector>

namespace ci::api {

/// `scope` of a list of jobs: one state, or several as `scope[]`. Empty: all. A word that is no
/// state is refused through `fields`.
std::vector<protocol::JobState> jobScope(Fields &fields);

} // namespace ci::api
