// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>

namespace ci::app {

/// `capstan serve …` until a signal ends it. 0: ended as asked, 1: could not start, 2: wrong usage.
int serveCommand(const QStringList &arguments);

} // namespace ci::app
