// SPDX-License-Identifier: MIT
#include "runner/logging.h"

namespace ci::runner {

Q_LOGGING_CATEGORY(lcRunner, "ci.runner")

} // namespace ci::runner
