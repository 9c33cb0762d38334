// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "runner/worker.h"

#include <QByteArray>
#include <QByteArrayView>

#include <functional>
#include <vector>

namespace ci::runner {

/// Takes the bytes of an archive while it is made; false stops the making.
using ArchiveSink = std::function<bool(QByteArrayView)>;

struct ArchivePlan
{
    QByteArray root;
    std::vector<QByteArray> files; ///< Relative to root.
    int level = 6; ///< Of deflate, 0…9.
    CancelFlag cancel;
};

// Blocking, for a worker. Links are stored as links and never followed; files that vanish meanwhile
// are left out. Nothing but files, directories and links is stored.

/// A zip with lengths after the data, so that it can be sent while it is made.
Result<void> writeZip(const ArchivePlan &plan, const ArchiveSink &sink);

/// One gzip member a file with its name inside, one after the other (the reference, 7).
Result<void> writeGzip(const ArchivePlan &plan, const ArchiveSink &sink);

/// The bytes of the one file.
Result<void> writeRaw(const ArchivePlan &plan, const ArchiveSink &sink);

} // namespace ci::runner
