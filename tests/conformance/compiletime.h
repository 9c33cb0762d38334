// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace ci::test {

/// Prints how long one compile of a file takes (push to main, other includes than local skipped);
/// the exit code of the program.
int printCompileTime(const QString &path);

} // namespace ci::test
