// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>

namespace ci::runner {

/// Replaces `path` by a new file with mode 0600 that is on the disk before it takes the name; makes
/// the directory (0700) where it is missing.
Result<void> writeAtomically(const QString &path, const QByteArray &bytes);

} // namespace ci::runner
