// SPDX-License-Identifier: MIT
#include "runner/channellog.h"

namespace ci::runner {

Q_LOGGING_CATEGORY(lcChannel, "ci.runner.channel")

} // namespace ci::runner
