// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/extends.h"

namespace ci::ciconfig {

/// Every `!reference [a, b]` replaced by the value it names, from the root of the tree.
NodePtr resolveReferences(const NodePtr &root, Unknown unknown, Report &report);

} // namespace ci::ciconfig
