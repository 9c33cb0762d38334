// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace ci::terminal {

Q_DECLARE_LOGGING_CATEGORY(lcTerminal)

} // namespace ci::terminal
