// SPDX-License-Identifier: MIT
// What the runner unpacks (caches and artifacts of other jobs): nothing may appear beside the folder,
// whatever the archive says.
#include "runner/archivereader.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTemporaryFile>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

using namespace ci::runner;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    QTemporaryDir place;
    const QDir outside(place.path());
    outside.mkdir(QStringLiteral("root"));
    QTemporaryFile archive(place.filePath(QStringLiteral("archive")));
    if (!archive.open()) {
        std::abort();
    }
    archive.write(reinterpret_cast<const char *>(data), static_cast<qint64>(size));
    archive.flush();
    const int file = ::open(archive.fileName().toUtf8().constData(), O_RDONLY | O_CLOEXEC);
    ExtractLimits limits;
    limits.maxEntries = 100;
    limits.maxBytes = 1 << 20;
    (void)extractArchive(file, outside.filePath(QStringLiteral("root")).toUtf8(), limits, makeCancelFlag());
    ::close(file);
    const QStringList there = outside.entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    if (there.size() != 2) { // The archive and the root.
        std::abort();
    }
    return 0;
}
