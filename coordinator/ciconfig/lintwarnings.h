// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/configuration.h"
#include "coordinator/ciconfig/regex.h"

namespace ci::ciconfig {

/// Likely mistakes in a valid file: a job that no rule can ever start, a need on a job that rules
/// may leave out, a variable in rules that nothing sets.
void warnOfLikelyMistakes(const Configuration &configuration, RegexCache &regexes, Report &report);

} // namespace ci::ciconfig
