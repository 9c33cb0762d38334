// SPDX-License-Identifier: MIT
#pragma once

#include "runner/workspace.h"

namespace ci::runner {

/// What earlier jobs and killed gits left in the repository of a project's directory: locks, which stop
/// the next git; hooks and configuration, which must not act in another job. On the loop's thread:
/// Unfinished where there is more than usual, for clearLeftovers().
Removal clearFewLeftovers(const QByteArray &project);

/// All of it, in the repositories of submodules too. Best effort: what cannot be removed, git will
/// complain about. May be long: for a worker.
void clearLeftovers(const QByteArray &project);

} // namespace ci::runner
