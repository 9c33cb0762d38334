// SPDX-License-Identifier: MIT
#pragma once

#include "runner/commandline.h"

#include <QStringList>

namespace ci::runner {

/// Runs the command that `arguments` (with the program's name) ask for; the exit status. The
/// application object must exist.
int runCommand(const QStringList &arguments);

// The commands themselves, one row each in the table of commands.cpp.
int registerCommand(const CommandValues &values);
int verifyCommand(const CommandValues &values);
int unregisterCommand(const CommandValues &values);
int listCommand(const CommandValues &values);
int serveCommand(const CommandValues &values);
int serveSingleCommand(const CommandValues &values);

/// Prints to stderr and gives the exit status of a failure.
int complain(const QString &text);
void tell(const QString &text);

/// What `register` offers as the runner's name: as the flags say, or the machine's.
QString offeredName(const CommandValues &values);

/// --config, or the default place.
QString configPath(const CommandValues &values);

/// An entry as --url, --token, --builds-dir … describe it.
struct RunnerEntry;
Result<RunnerEntry> entryFromFlags(const CommandValues &values);

} // namespace ci::runner
