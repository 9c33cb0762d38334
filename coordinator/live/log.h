// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace ci::live {

Q_DECLARE_LOGGING_CATEGORY(lcLive)

} // namespace ci::live
