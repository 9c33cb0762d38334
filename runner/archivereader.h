// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "runner/worker.h"

#include <QByteArray>

namespace ci::runner {

/// Past any of these an archive is refused; what was extracted stays.
struct ExtractLimits
{
    qint64 maxEntries = 1'000'000;
    qint64 maxBytes = 64LL << 30;
    /// Extracted bytes per packed byte, once `ratioFreeBytes` are extracted: 42.zip has millions.
    qint64 maxRatio = 1200; // Deflate itself reaches 1032.
    qint64 ratioFreeBytes = 256LL << 20;
};

/// Extracts a zip (or tar, also compressed) below `root`, for a worker under the job's user.
/// `file` is open for reading. Refused, and nothing of the entry written: names that are absolute,
/// have ".." or lead through a link; links whose target leaves `root`; hard links; devices and
/// other special files. Modes lose set-user-id bits. Existing files are replaced.
Result<void> extractArchive(int file,
                            const QByteArray &root,
                            const ExtractLimits &limits,
                            const CancelFlag &cancel);

/// Whether an archive may use this name for an entry: relative, no "..", no NUL.
bool isSafeEntryName(const QByteArray &name);
/// Whether a link at `name` with this target stays within the root.
bool isSafeLink(const QByteArray &name, const QByteArray &target);

} // namespace ci::runner
