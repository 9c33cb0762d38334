// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"

#include <QStringView>

#include <chrono>
#include <optional>

namespace ci::storage {

/// "1 week", "3 days and 4 hours", "never" as artifacts:expire_in has it. Empty or unreadable text
/// gives the instance's default. nullopt: kept for ever.
std::optional<Timestamp> expiryTime(QStringView expireIn,
                                    Timestamp now,
                                    std::optional<std::chrono::seconds> fallback);

} // namespace ci::storage
