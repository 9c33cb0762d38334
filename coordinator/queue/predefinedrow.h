// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/queue/predefined.h"

#include <QLatin1StringView>

#include <optional>
#include <span>

namespace ci::queue {

using PredefinedValue = std::optional<QString>;

/// One predefined variable; nullopt: it is not there.
struct PredefinedRow
{
    QLatin1StringView key;
    KnownFrom from;
    PredefinedValue (*value)(const JobFacts &);
    bool isSecret = false;
};

/// Those of merge requests, in a file of their own.
std::span<const PredefinedRow> mergeRequestRows();

} // namespace ci::queue
