// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"

namespace ci::ciconfig {

/// What an unquoted scalar means: YAML 1.1 as GitLab's reader (Psych) has it, where `yes` is a
/// boolean, `017` is octal and `1_000` a number, but `y` and `1e3` are text.
NodePtr plainScalar(const QString &text, Position position);

/// "Date" or "Time" where Psych would make one of an unquoted scalar; empty for all others.
QString refusedClass(const QString &text);

} // namespace ci::ciconfig
