// SPDX-License-Identifier: MIT
#include "coordinator/live/log.h"

namespace ci::live {

Q_LOGGING_CATEGORY(lcLive, "ci.live")

} // namespace ci::live
