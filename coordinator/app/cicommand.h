// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>

namespace ci::app {

/// `capstan ci …`: works without a server on a file and the folder it lies in.
///   validate FILE                  one JSON object on standard output
///   compile FILE --ref NAME --source SOURCE [--tag] [--var K=V]… [--changed PATH]…
///                [--external skip] the jobs of one pipeline as JSON
///   lint FILE                      messages for people
/// `arguments` are those after "ci". Returns the exit code: 0 valid, 1 not, 2 wrong usage.
int ciCommand(const QStringList &arguments);

} // namespace ci::app
