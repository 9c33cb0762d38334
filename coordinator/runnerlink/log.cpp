// SPDX-License-Identifier: MIT
#include "coordinator/runnerlink/log.h"

namespace ci::runnerlink {

Q_LOGGING_CATEGORY(lcRunnerLink, "ci.runnerlink")

} // namespace ci::runnerlink
