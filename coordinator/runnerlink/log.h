// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace ci::runnerlink {

Q_DECLARE_LOGGING_CATEGORY(lcRunnerLink)

} // namespace ci::runnerlink
