// SPDX-License-Identifier: MIT
#include "runner/archivereader.h"

#include "runner/extracttarget.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr size_t ReadBlockBytes = 64 * 1024;

struct ReaderEnd
{
    void operator()(archive *reader) const { archive_read_free(reader); }
};

Error readerError(archive *reader)
{
    const char *text = archive_error_string(reader);
    return invalid(u"the archive is broken: "_s + QString::fromUtf8(text ? text : "unknown format"));
}

Error refused(const QByteArray &name, const char *why)
{
    return invalid(u"the archive is refused: "_s + QString::fromUtf8(name) + u": "_s
                   + QLatin1StringView(why));
}

class Extraction
{
public:
    Extraction(archive *reader, ExtractTarget &target, const ExtractLimits &limits, qint64 packed)
        : m_reader(reader), m_target(target), m_limits(limits), m_packed(packed)
    {
    }

    Result<void> take(archive_entry *entry)
    {
        if (++m_entries > m_limits.maxEntries) {
            return tooLarge(u"the archive has too many entries"_s);
        }
        const char *text = archive_entry_pathname(entry);
        if (!text) {
            return invalid(u"the archive is refused: a name in it is not in the encoding it says"_s);
        }
        QByteArray name(text);
        while (name.endsWith('/')) {
            name.chop(1);
        }
        if (name.startsWith("./")) {
            name.remove(0, 2);
        }
        if (name == "." || name.isEmpty()) {
            return {};
        }
        if (!isSafeEntryName(name)) {
            return refused(name, "leads out of the project directory");
        }
        if (archive_entry_hardlink(entry)) {
            return refused(name, "is a hard link");
        }
        return write(entry, name);
    }

private:
    Result<void> write(archive_entry *entry, const QByteArray &name)
    {
        switch (archive_entry_filetype(entry)) {
        case AE_IFDIR:
            return m_target.makeDirectory(name);
        case AE_IFLNK: {
            const char *text = archive_entry_symlink(entry);
            const QByteArray target(text ? text : "");
            if (!isSafeLink(name, target)) {
                return refused(name, "is a link out of the project directory");
            }
            return m_target.makeLink(name, target);
        }
        case AE_IFREG:
        case 0: // A zip made where there are no modes.
            return writeFile(entry, name);
        default:
            return refused(name, "is a special file");
        }
    }

    Result<void> writeFile(archive_entry *entry, const QByteArray &name)
    {
        const auto mode = static_cast<unsigned>(archive_entry_perm(entry)) & 0777U;
        Result<ExtractFile> file = m_target.createFile(name, mode == 0 ? 0644U : mode | S_IRUSR | S_IWUSR);
        if (!file) {
            return file.error();
        }
        const void *bytes = nullptr;
        size_t size = 0;
        la_int64_t offset = 0;
        int state = ARCHIVE_OK;
        while ((state = archive_read_data_block(m_reader, &bytes, &size, &offset)) == ARCHIVE_OK) {
            m_bytes += static_cast<qint64>(size);
            if (isBomb()) {
                return tooLarge(u"the archive holds more than is allowed"_s);
            }
            if (Result<void> put = file->write(bytes, size, offset); !put) {
                return put;
            }
        }
        if (state != ARCHIVE_EOF) {
            return readerError(m_reader);
        }
        file->setModified(archive_entry_mtime(entry));
        return {};
    }

    bool isBomb() const
    {
        return m_bytes > m_limits.maxBytes
            || (m_bytes > m_limits.ratioFreeBytes && m_bytes / m_limits.maxRatio > m_packed);
    }

    archive *m_reader;
    ExtractTarget &m_target;
    const ExtractLimits &m_limits;
    qint64 m_packed;
    qint64 m_entries = 0;
    qint64 m_bytes = 0;
};

} // namespace

bool isSafeEntryName(const QByteArray &name)
{
    if (name.isEmpty() || name.startsWith('/') || name.contains('\0')) {
        return false;
    }
    const QList<QByteArray> parts = name.split('/');
    return !parts.contains("..");
}

bool isSafeLink(const QByteArray &name, const QByteArray &target)
{
    if (target.isEmpty() || target.startsWith('/') || target.contains('\0')) {
        return false;
    }
    // ".." only at the beginning, where it leaves real directories: behind another link it would
    // lead elsewhere than it reads.
    qsizetype depth = name.count('/');
    bool isDescending = false;
    for (const QByteArray &part : target.split('/')) {
        if (part == ".." && (isDescending || --depth < 0)) {
            return false;
        }
        isDescending = isDescending || (part != ".." && part != "." && !part.isEmpty());
    }
    return true;
}

Result<void> extractArchive(int file,
                            const QByteArray &root,
                            const ExtractLimits &limits,
                            const CancelFlag &cancel)
{
    Result<ExtractTarget> target = ExtractTarget::open(root);
    if (!target) {
        return target.error();
    }
    struct stat info {};
    ::fstat(file, &info);
    const std::unique_ptr<archive, ReaderEnd> reader(archive_read_new());
    archive_read_support_format_zip(reader.get());
    archive_read_support_format_tar(reader.get());
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_filter_zstd(reader.get());
    if (archive_read_open_fd(reader.get(), file, ReadBlockBytes) != ARCHIVE_OK) {
        return readerError(reader.get());
    }
    Extraction extraction(reader.get(), *target, limits, info.st_size);
    archive_entry *entry = nullptr;
    int state = ARCHIVE_OK;
    while ((state = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK
           || state == ARCHIVE_WARN) {
        if (cancel && cancel->load()) {
            return unavailable(u"canceled"_s);
        }
        if (Result<void> taken = extraction.take(entry); !taken) {
            return taken;
        }
    }
    return state == ARCHIVE_EOF ? Result<void>() : Result<void>(readerError(reader.get()));
}

} // namespace ci::runner
