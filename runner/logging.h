// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace ci::runner {

Q_DECLARE_LOGGING_CATEGORY(lcRunner)

} // namespace ci::runner
