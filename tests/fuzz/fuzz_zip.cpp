// SPDX-License-Identifier: MIT
// What the coordinator reads of an artifact archive for the page: the list, and single files, and a
// dotenv report.
#include "coordinator/storage/dotenv.h"
#include "coordinator/storage/zipreader.h"

#include <QTemporaryFile>

#include <cstdlib>

using namespace ci::storage;

namespace {

// More than one file of a bomb that small can ask for in the time of one input.
constexpr qint64 MostRead = 1 << 20;

void readEntry(const QString &archive, const QString &path)
{
    const auto entry = openZipEntry(archive, path);
    if (!entry.isOk()) {
        return;
    }
    qint64 got = 0;
    while (!(*entry)->atEnd() && got < MostRead) {
        const auto piece = (*entry)->read(4096);
        if (!piece.isOk()) {
            return;
        }
        if (piece->size() > 4096) {
            std::abort();
        }
        got += piece->size();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    (void)parseDotenv(bytes, {});
    static QTemporaryFile file;
    if (!file.isOpen() && !file.open()) {
        std::abort();
    }
    file.resize(0);
    file.seek(0);
    file.write(bytes);
    file.flush();
    (void)readDotenv(file.fileName(), {});
    const auto entries = listZip(file.fileName());
    if (!entries.isOk()) {
        return 0;
    }
    if (entries->size() > MaxListedEntries) {
        std::abort();
    }
    for (size_t i = 0; i < entries->size() && i < 4; ++i) {
        readEntry(file.fileName(), entries->at(i).path);
    }
    return 0;
}
