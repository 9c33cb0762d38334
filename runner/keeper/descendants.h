// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace ci::keeper {

/// SIGKILL to every descendant of `root` that can be seen now; returns how many there were. Makes
/// only system calls. Must be repeated: what is not seen yet comes up as its parent dies.
int killDescendants(pid_t root);

} // namespace ci::keeper
