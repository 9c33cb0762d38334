// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"

namespace ci::ciconfig {

/// What an unquoted scalar means: YAML 1.1 as GitLab's reader (Psych) has it, where `yes` is a
/// boolean, `017` is octal and `1_000` a number, but `y`, `1e3` and dates are text.
NodePtr plainScalar(const QString &text, Position position);

} // namespace ci::ciconfig
