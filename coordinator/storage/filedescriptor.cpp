// SPDX-License-Identifier: MIT
#include "coordinator/storage/filedescriptor.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ci::storage {

using namespace Qt::StringLiterals;

namespace {

Error fileError(const QString &what, int errorNumber)
{
    Error error = systemError(what, errorNumber);
    if (errorNumber == ENOSPC || errorNumber == EDQUOT) {
        error.kind = ErrorKind::Unavailable;
    } else if (errorNumber == ENOENT) {
        error.kind = ErrorKind::NotFound;
    }
    return error;
}

template<typename Call>
auto repeated(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

int openFile(const QString &path, int flags)
{
    const QByteArray name = QFile::encodeName(path);
    return repeated([&] { return ::open(name.constData(), flags | O_CLOEXEC, 0640); });
}

} // namespace

FileDescriptor &FileDescriptor::operator=(FileDescriptor &&other) noexcept
{
    std::swap(m_number, other.m_number);
    return *this;
}

FileDescriptor::~FileDescriptor()
{
    if (m_number >= 0) {
        ::close(m_number);
    }
}

Result<FileDescriptor> FileDescriptor::openForReading(const QString &path)
{
    const int number = openFile(path, O_RDONLY);
    if (number < 0) {
        return fileError(u"open "_s + path, errno);
    }
    return FileDescriptor(number);
}

Result<FileDescriptor> FileDescriptor::openForWriting(const QString &path)
{
    int number = openFile(path, O_RDWR | O_CREAT);
    if (number < 0 && errno == ENOENT && QDir().mkpath(QFileInfo(path).path())) {
        number = openFile(path, O_RDWR | O_CREAT);
    }
    if (number < 0) {
        return fileError(u"open "_s + path, errno);
    }
    return FileDescriptor(number);
}

Result<qint64> FileDescriptor::size() const
{
    struct stat status = {};
    if (::fstat(m_number, &status) != 0) {
        return fileError(u"stat"_s, errno);
    }
    return static_cast<qint64>(status.st_size);
}

Result<void> FileDescriptor::writeAt(qint64 offset, QByteArrayView bytes) const
{
    while (!bytes.isEmpty()) {
        const ssize_t written = repeated([&] {
            return ::pwrite(m_number, bytes.data(), static_cast<size_t>(bytes.size()), offset);
        });
        if (written < 0) {
            return fileError(u"write"_s, errno);
        }
        bytes = bytes.sliced(written);
        offset += written;
    }
    return {};
}

Result<QByteArray> FileDescriptor::readAt(qint64 offset, qint64 maximum) const
{
    QByteArray bytes(maximum, Qt::Uninitialized);
    qint64 done = 0;
    while (done < maximum) {
        const ssize_t got = repeated([&] {
            return ::pread(m_number, bytes.data() + done, static_cast<size_t>(maximum - done),
                           offset + done);
        });
        if (got < 0) {
            return fileError(u"read"_s, errno);
        }
        if (got == 0) {
            break;
        }
        done += got;
    }
    bytes.truncate(done);
    return bytes;
}

Result<void> FileDescriptor::truncate(qint64 size) const
{
    if (repeated([&] { return ::ftruncate(m_number, size); }) != 0) {
        return fileError(u"truncate"_s, errno);
    }
    return {};
}

Result<void> FileDescriptor::sync() const
{
    if (repeated([&] { return ::fdatasync(m_number); }) != 0) {
        return fileError(u"sync"_s, errno);
    }
    return {};
}

void FileDescriptor::startWriteback(qint64 offset, qint64 length) const
{
    // Only a hint: an error of the disk comes again with sync().
    (void)::sync_file_range(m_number, offset, length, SYNC_FILE_RANGE_WRITE);
}

Result<void> renameFile(const QString &from, const QString &to)
{
    const QByteArray source = QFile::encodeName(from);
    const QByteArray target = QFile::encodeName(to);
    int result = std::rename(source.constData(), target.constData());
    if (result != 0 && errno == ENOENT && QDir().mkpath(QFileInfo(to).path())) {
        result = std::rename(source.constData(), target.constData());
    }
    if (result != 0) {
        return fileError(u"rename to "_s + to, errno);
    }
    return {};
}

Result<void> syncFolder(const QString &path)
{
    const int number = openFile(path, O_RDONLY | O_DIRECTORY);
    if (number < 0) {
        return fileError(u"open the folder "_s + path, errno);
    }
    const FileDescriptor folder(number);
    if (repeated([&] { return ::fsync(number); }) != 0) {
        return fileError(u"sync the folder "_s + path, errno);
    }
    return {};
}

Result<void> removeFile(const QString &path)
{
    if (::unlink(QFile::encodeName(path).constData()) != 0 && errno != ENOENT) {
        return fileError(u"remove "_s + path, errno);
    }
    return {};
}

} // namespace ci::storage
