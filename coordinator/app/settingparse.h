// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/app/settings.h"

namespace ci::app {

// Text of a setting → its value. Errors say what was expected.

Result<ListenAddress> parseListen(const QString &text); ///< "127.0.0.1:8080", "[::1]:80", ":8080"
Result<QUrl> parseExternalUrl(const QString &text);
Result<QList<Subnet>> parseSubnets(const QString &text); ///< "10.0.0.0/8,127.0.0.1"
Result<std::chrono::seconds> parseDuration(const QString &text); ///< "90", "90s", "15m", "1h", "7d"
Result<qint64> parseSize(const QString &text); ///< "1048576", "512KiB", "100MB", "1GB"
Result<bool> parseFlag(const QString &text);
Result<QStringList> parseNames(const QString &text);

} // namespace ci::app
