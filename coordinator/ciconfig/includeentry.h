// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/report.h"
#include "coordinator/ciconfig/scope.h"

#include <optional>
#include <vector>

namespace ci::ciconfig {

/// One entry of `include`, whose keys were checked.
struct IncludeEntry
{
    QLatin1StringView kind; ///< "local", "project", "remote", "template", "component".
    NodePtr node; ///< A mapping, also where a text was written.
    Position position;
};

/// The entries of the value of `include`; those that are wrong are reported and left out. `scope`
/// tells whether a text is an address.
std::vector<IncludeEntry> readIncludeEntries(const Node &include, const Scope &scope, Report &report);

} // namespace ci::ciconfig
