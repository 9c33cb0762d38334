// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/inputs.h"

namespace ci::ciconfig {

/// The body of a file with a header, each `$[[ name | function ]]` in keys and values replaced. A
/// text that is one block alone keeps the type of the value. `$[[ matrix.X ]]` stays for later.
NodePtr interpolate(const NodePtr &body, const InputValues &values, const Scope &scope, Report &report);

} // namespace ci::ciconfig
