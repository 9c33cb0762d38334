// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QSslConfiguration>

#include <optional>

namespace ci::app {

/// Certificate chain and key from their PEM files; nullopt where neither is given. Errors name the
/// file and what is wrong with it, never its contents.
Result<std::optional<QSslConfiguration>> loadTls(const QString &certificateFile,
                                                 const QString &keyFile);

} // namespace ci::app
