// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

namespace ci::api {

Q_DECLARE_LOGGING_CATEGORY(lcApi)
Q_DECLARE_LOGGING_CATEGORY(lcAccess)

} // namespace ci::api
