// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>

namespace ci::app {

/// `capstan admin …`: accounts, tokens, backup and a check of the installation, on a data directory
/// whether or not a coordinator runs on it. 0: done, 1: not, 2: wrong usage.
int adminCommand(const QStringList &arguments);

/// The part of --help that lists it.
QString adminHelp();

} // namespace ci::app
