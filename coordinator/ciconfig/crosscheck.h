// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/configuration.h"
#include "coordinator/ciconfig/extends.h"

namespace ci::ciconfig {

/// What jobs say of each other: stages, needs, dependencies, environments.
void crossCheck(const Configuration &configuration, Unknown unknown, Report &report);

/// The way round a circle of a graph given as lists of successors; empty = there is none.
std::vector<size_t> findCircle(const std::vector<std::vector<size_t>> &successors);

} // namespace ci::ciconfig
