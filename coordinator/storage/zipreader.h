// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "common/base/result.h"

#include <QString>

#include <memory>
#include <vector>

namespace ci::storage {

struct ZipEntry
{
    QString path; ///< As in the archive; only shown and compared, never used on a disk.
    qint64 sizeBytes = 0;
    bool isFolder = false;
};

/// At most this many entries are listed.
constexpr int MaxListedEntries = 20'000;

/// What is in an archive. Blocking; for a worker. Invalid: not an archive that we can read.
Result<std::vector<ZipEntry>> listZip(const QString &archive);

/// One file of an archive as the body of an answer, unpacked as it is read. NotFound: none of that
/// name. May be used on the thread that sends; each read() unpacks at most what it returns.
Result<std::unique_ptr<BodySource>> openZipEntry(const QString &archive, const QString &path);

} // namespace ci::storage
