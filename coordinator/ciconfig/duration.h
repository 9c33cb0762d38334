// SPDX-License-Identifier: MIT
#pragma once

#include <QStringView>

#include <chrono>
#include <optional>

namespace ci::ciconfig {

/// "1h 30m", "3 weeks and 2 days", "42" (seconds), "one hour". nullopt = not a duration, also
/// where it is longer than a century. `never` is not a duration: ask before.
std::optional<std::chrono::seconds> parseDuration(QStringView text);

} // namespace ci::ciconfig
