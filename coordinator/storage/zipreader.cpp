// SPDX-License-Identifier: MIT
#include "coordinator/storage/zipreader.h"

#include <QFile>

#include <archive.h>
#include <archive_entry.h>

namespace ci::storage {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t ZipBlockBytes = 64 * 1024;

struct CloseArchive
{
    void operator()(archive *handle) const { archive_read_free(handle); }
};
using ArchivePtr = std::unique_ptr<archive, CloseArchive>;

Result<ArchivePtr> openArchive(const QString &path)
{
    ArchivePtr handle(archive_read_new());
    // Only what runners upload (reference of the runner API, 7.4).
    archive_read_support_format_zip(handle.get());
    archive_read_support_format_tar(handle.get());
    archive_read_support_filter_zstd(handle.get());
    if (archive_read_open_filename(handle.get(), QFile::encodeName(path).constData(),
                                   ZipBlockBytes)
        != ARCHIVE_OK) {
        return invalid(u"not an archive that can be read: %1"_s.arg(
            QString::fromUtf8(archive_error_string(handle.get()))));
    }
    return handle;
}

/// A warning is about a part of the entry, as a name that is not in the archive's own encoding; the
/// entry is there.
bool isReadable(int code)
{
    return code == ARCHIVE_OK || code == ARCHIVE_WARN;
}

QString pathOf(archive_entry *entry)
{
    const char *utf8 = archive_entry_pathname_utf8(entry);
    return QString::fromUtf8(utf8 ? utf8 : archive_entry_pathname(entry));
}

/// Unpacks one entry as it is read.
class ZipEntrySource final : public BodySource
{
public:
    ZipEntrySource(ArchivePtr handle, std::optional<qint64> size)
        : m_handle(std::move(handle)), m_size(size) { }

    std::optional<qint64> size() const override { return m_size; }

    Result<QByteArray> read(qint64 maximum) override
    {
        QByteArray bytes(maximum, Qt::Uninitialized);
        const la_ssize_t got
            = archive_read_data(m_handle.get(), bytes.data(), static_cast<size_t>(maximum));
        if (got < 0) {
            return invalid(u"the archive is broken: %1"_s.arg(
                QString::fromUtf8(archive_error_string(m_handle.get()))));
        }
        bytes.truncate(got);
        m_done += got;
        m_atEnd = got == 0 || (m_size && m_done >= *m_size);
        return bytes;
    }

    bool atEnd() const override { return m_atEnd || m_size == 0; }

private:
    ArchivePtr m_handle;
    std::optional<qint64> m_size;
    qint64 m_done = 0;
    bool m_atEnd = false;
};

} // namespace

Result<std::vector<ZipEntry>> listZip(const QString &path)
{
    const Result<ArchivePtr> opened = openArchive(path);
    if (!opened) {
        return opened.error();
    }
    std::vector<ZipEntry> entries;
    archive_entry *entry = nullptr;
    int code = ARCHIVE_OK;
    while (entries.size() < MaxListedEntries
           && isReadable(code = archive_read_next_header(opened->get(), &entry))) {
        entries.push_back({.path = pathOf(entry),
                           .sizeBytes = archive_entry_size(entry),
                           .isFolder = archive_entry_filetype(entry) == AE_IFDIR});
    }
    if (!isReadable(code) && code != ARCHIVE_EOF) {
        return invalid(u"the archive is broken: %1"_s.arg(
            QString::fromUtf8(archive_error_string(opened->get()))));
    }
    return entries;
}

Result<std::unique_ptr<BodySource>> openZipEntry(const QString &archivePath, const QString &path)
{
    Result<ArchivePtr> opened = openArchive(archivePath);
    if (!opened) {
        return opened.error();
    }
    archive_entry *entry = nullptr;
    while (isReadable(archive_read_next_header(opened->get(), &entry))) {
        if (archive_entry_filetype(entry) == AE_IFREG && pathOf(entry) == path) {
            const std::optional<qint64> size = archive_entry_size_is_set(entry)
                ? std::optional<qint64>(archive_entry_size(entry))
                : std::nullopt;
            return std::unique_ptr<BodySource>(
                std::make_unique<ZipEntrySource>(std::move(*opened), size));
        }
    }
    return notFound(u"the archive has no file of that name"_s);
}

} // namespace ci::storage
