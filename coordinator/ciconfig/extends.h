// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/report.h"

namespace ci::ciconfig {

/// What to do with names that are not in the file: includes may not have been reachable.
enum class Unknown : quint8 { Error, Warning };

/// Every top-level entry with its `extends` merged in and the key removed.
NodePtr resolveExtends(const NodePtr &root, Unknown unknown, Report &report);

} // namespace ci::ciconfig
