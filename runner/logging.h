// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace ci::runner {

Q_DECLARE_LOGGING_CATEGORY(lcRunner)

/// `log_level` of the configuration, in place of the one before.
void applyLogLevel(const QString &level);

} // namespace ci::runner
