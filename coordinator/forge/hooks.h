// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QString>

namespace ci::forge {

/// Writes the hooks that every push runs; the programs are replaced whole, so that a push which is
/// under way sees the old ones or the new ones.
Result<void> writeHooks(const QString &directory);

} // namespace ci::forge
