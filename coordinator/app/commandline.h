// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>

namespace ci::app {

/// Runs what the arguments (after the program's name) ask for; the exit code. Needs a
/// QCoreApplication.
int runCommandLine(const QStringList &arguments);

} // namespace ci::app
