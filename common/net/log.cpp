// SPDX-License-Identifier: MIT
#include "common/net/log.h"

namespace ci::net {
Q_LOGGING_CATEGORY(lcNet, "ci.net", QtInfoMsg)
} // namespace ci::net
