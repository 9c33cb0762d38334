// SPDX-License-Identifier: MIT
#pragma once

#include <QStringView>

#include <chrono>
#include <optional>

namespace ci::model {

/// "1h 30m", "3 weeks and 2 days", "42" (seconds), "one hour", "day", "1:30" (minutes and seconds).
/// nullopt = not a duration, also where it is nothing or longer than a century. `never` is not a
/// duration: ask before.
std::optional<std::chrono::seconds> parseDuration(QStringView text);

/// "never", in any case.
bool isNever(QStringView text);

} // namespace ci::model
