// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/childprocess.h"

#include <array>
#include <sys/types.h>

namespace ci {

/// Starts `command` in its own process group with these descriptors as 0, 1 and 2, and nothing else
/// open. It dies with the thread that calls this. Waits until exec has happened or failed.
Result<pid_t> spawn(const ChildCommand &command, const std::array<int, 3> &descriptors);

} // namespace ci
