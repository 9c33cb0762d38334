// SPDX-License-Identifier: MIT
#include "coordinator/api/log.h"

namespace ci::api {

Q_LOGGING_CATEGORY(lcApi, "ci.api")
Q_LOGGING_CATEGORY(lcAccess, "ci.access", QtInfoMsg)

} // namespace ci::api
