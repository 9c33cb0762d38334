// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace ci::net {
Q_DECLARE_LOGGING_CATEGORY(lcNet)
} // namespace ci::net
