// SPDX-License-Identifier: MIT
#include "coordinator/storage/expiry.h"

#include "coordinator/model/duration.h"

namespace ci::storage {

std::optional<Timestamp> expiryTime(QStringView expireIn,
                                    Timestamp now,
                                    std::optional<std::chrono::seconds> fallback)
{
    if (model::isNever(expireIn.trimmed())) {
        return std::nullopt;
    }
    const std::optional<std::chrono::seconds> span = model::parseDuration(expireIn);
    const std::optional<std::chrono::seconds> used = span ? span : fallback;
    return used ? std::optional(now + *used) : std::nullopt;
}

} // namespace ci::storage
