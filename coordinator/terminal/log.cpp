// SPDX-License-Identifier: MIT
#include "coordinator/terminal/log.h"

namespace ci::terminal {

Q_LOGGING_CATEGORY(lcTerminal, "ci.terminal")

} // namespace ci::terminal
