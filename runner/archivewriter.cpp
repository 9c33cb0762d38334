// SPDX-License-Identifier: MIT
#include "runner/archivewriter.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <clocale>
#include <memory>
#include <optional>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr size_t WriteCopyBytes = 64 * 1024;

struct WriterEnd
{
    void operator()(archive *writer) const { archive_write_free(writer); }
};
using Writer = std::unique_ptr<archive, WriterEnd>;

struct WriterEntryEnd
{
    void operator()(archive_entry *entry) const { archive_entry_free(entry); }
};

class OpenFile
{
public:
    explicit OpenFile(const QByteArray &path)
        : m_file(::open(path.constData(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK))
    {
    }
    ~OpenFile()
    {
        if (m_file >= 0) {
            ::close(m_file);
        }
    }
    OpenFile(const OpenFile &) = delete;
    OpenFile &operator=(const OpenFile &) = delete;
    int get() const { return m_file; }

private:
    int m_file;
};

la_ssize_t passToSink(archive *, void *sink, const void *bytes, size_t size)
{
    const auto &take = *static_cast<const ArchiveSink *>(sink);
    return take(QByteArrayView(static_cast<const char *>(bytes), static_cast<qsizetype>(size)))
        ? static_cast<la_ssize_t>(size)
        : -1;
}

Error writerError(archive *writer)
{
    const char *text = archive_error_string(writer);
    return ioError(u"cannot make the archive: "_s
                   + QString::fromUtf8(text ? text : "the transfer ended"));
}

Result<void> copyInto(archive *writer, int file, qint64 size)
{
    std::vector<char> buffer(WriteCopyBytes);
    qint64 left = size;
    while (left > 0) {
        const ssize_t got = ::read(file, buffer.data(), std::min<size_t>(buffer.size(), static_cast<size_t>(left)));
        if (got < 0) {
            return systemError(u"cannot read"_s, errno);
        }
        if (got == 0) {
            break; // It became shorter: the archive carries what there was.
        }
        if (archive_write_data(writer, buffer.data(), static_cast<size_t>(got)) < 0) {
            return writerError(writer);
        }
        left -= got;
    }
    return {};
}

// Text that is the same when it has been read as UTF-8 and composed (NFC), as libarchive does with names
// that are marked as such; or it does not read them at all.
bool isPlainText(const QByteArray &name)
{
    return name.isValidUtf8()
        && QString::fromUtf8(name).normalized(QString::NormalizationForm_C).toUtf8() == name;
}

// libarchive marks a name as UTF-8 where the thread's locale is, as Qt sees to. Within this, it is not.
class BytesLocale
{
public:
    BytesLocale() : m_bytes(::newlocale(LC_CTYPE_MASK, "C", nullptr)), m_before(::uselocale(m_bytes)) { }
    ~BytesLocale()
    {
        ::uselocale(m_before);
        ::freelocale(m_bytes);
    }
    BytesLocale(const BytesLocale &) = delete;
    BytesLocale &operator=(const BytesLocale &) = delete;

private:
    locale_t m_bytes;
    locale_t m_before;
};

// A name that is no plain text goes byte for byte, and comes out so.
bool writeHeader(archive *writer, archive_entry *entry, bool isText)
{
    std::optional<BytesLocale> bytes;
    if (!isText) {
        bytes.emplace();
    }
    return archive_write_header(writer, entry) == ARCHIVE_OK;
}

// libarchive's reader takes backslashes for slashes where there is no slash.
QByteArray storedName(const QByteArray &name, bool isDirectory)
{
    const QByteArray stored = name.contains('\\') && !name.contains('/') ? "./" + name : name;
    return isDirectory ? stored + '/' : stored;
}

QByteArray linkTarget(const QByteArray &path)
{
    QByteArray target(PATH_MAX, Qt::Uninitialized);
    target.truncate(std::max<ssize_t>(::readlink(path.constData(), target.data(), PATH_MAX), 0));
    return target;
}

Result<void> addEntry(archive *writer, const QByteArray &root, const QByteArray &name)
{
    const QByteArray path = root + '/' + name;
    struct stat info {};
    if (::lstat(path.constData(), &info) != 0) {
        return {};
    }
    const bool isFile = S_ISREG(info.st_mode);
    if (!isFile && !S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode)) {
        return {};
    }
    const OpenFile file(isFile ? path : QByteArray());
    if (isFile && (file.get() < 0 || ::fstat(file.get(), &info) != 0)) {
        return systemError(u"cannot read "_s + QString::fromUtf8(name), errno);
    }
    const std::unique_ptr<archive_entry, WriterEntryEnd> entry(archive_entry_new());
    archive_entry_copy_stat(entry.get(), &info);
    archive_entry_set_uid(entry.get(), 0);
    archive_entry_set_gid(entry.get(), 0);
    archive_entry_copy_pathname(entry.get(), storedName(name, S_ISDIR(info.st_mode)).constData());
    archive_entry_set_perm(entry.get(), info.st_mode & 0777);
    QByteArray target;
    if (S_ISLNK(info.st_mode)) {
        target = linkTarget(path);
        archive_entry_copy_symlink(entry.get(), target.constData());
    }
    if (!writeHeader(writer, entry.get(), isPlainText(name) && isPlainText(target))) {
        return writerError(writer);
    }
    if (!isFile) {
        return {};
    }
    const Result<void> copied = copyInto(writer, file.get(), info.st_size);
    return copied ? copied : Result<void>(copied.error().within(QString::fromUtf8(name)));
}

Result<void> openZip(archive *writer, const ArchivePlan &plan, const ArchiveSink &sink)
{
    const QByteArray level = QByteArray::number(plan.level);
    archive_write_set_format_zip(writer);
    archive_write_set_options(writer, ("zip:compression-level=" + level).constData());
    // Pieces as they come: no padding to tape blocks at the end.
    archive_write_set_bytes_in_last_block(writer, 1);
    auto *context = const_cast<ArchiveSink *>(&sink);
    if (archive_write_open2(writer, context, nullptr, passToSink, nullptr, nullptr) != ARCHIVE_OK) {
        return writerError(writer);
    }
    return {};
}

} // namespace

Result<void> writeZip(const ArchivePlan &plan, const ArchiveSink &sink)
{
    const Writer writer(archive_write_new());
    if (Result<void> opened = openZip(writer.get(), plan, sink); !opened) {
        return opened;
    }
    for (const QByteArray &name : plan.files) {
        if (plan.cancel && plan.cancel->load()) {
            return unavailable(u"canceled"_s);
        }
        if (Result<void> added = addEntry(writer.get(), plan.root, name); !added) {
            return added;
        }
    }
    return archive_write_close(writer.get()) == ARCHIVE_OK ? Result<void>()
                                                           : Result<void>(writerError(writer.get()));
}

Result<void> writeRaw(const ArchivePlan &plan, const ArchiveSink &sink)
{
    if (plan.files.size() != 1) {
        return invalid(u"only one file can be sent in this format"_s);
    }
    const OpenFile file(plan.root + '/' + plan.files.front());
    if (file.get() < 0) {
        return systemError(u"cannot read "_s + QString::fromUtf8(plan.files.front()), errno);
    }
    std::vector<char> buffer(WriteCopyBytes);
    ssize_t got = 0;
    while ((got = ::read(file.get(), buffer.data(), buffer.size())) > 0) {
        if (!sink(QByteArrayView(buffer.data(), got))) {
            return unavailable(u"the transfer ended"_s);
        }
    }
    return got == 0 ? Result<void>() : Result<void>(systemError(u"cannot read"_s, errno));
}

} // namespace ci::runner
