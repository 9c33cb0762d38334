// SPDX-License-Identifier: MIT
#include "runner/extracttarget.h"

#include <QList>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr mode_t ExtractDirectoryMode = S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;
constexpr int OpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Error extractError(const QByteArray &name, int error)
{
    if (error == ELOOP || error == ENOTDIR) {
        return invalid(u"the archive is refused: "_s + QString::fromUtf8(name)
                       + u": leads through a link or a file"_s);
    }
    return systemError(u"cannot extract "_s + QString::fromUtf8(name), error);
}

struct SplitName
{
    QByteArray directory;
    QByteArray base;
};

SplitName split(const QByteArray &name)
{
    const qsizetype slash = name.lastIndexOf('/');
    return slash < 0 ? SplitName {{}, name} : SplitName {name.first(slash), name.sliced(slash + 1)};
}

} // namespace

OwnedFile::~OwnedFile()
{
    if (m_file >= 0) {
        ::close(m_file);
    }
}

Result<void> ExtractFile::write(const void *bytes, size_t size, off_t offset)
{
    const auto *from = static_cast<const char *>(bytes);
    while (size > 0) {
        const ssize_t put = ::pwrite(m_file.get(), from, size, offset);
        if (put < 0 && errno != EINTR) {
            return systemError(u"cannot extract"_s, errno);
        }
        const size_t done = put > 0 ? static_cast<size_t>(put) : 0;
        from += done;
        size -= done;
        offset += static_cast<off_t>(done);
    }
    return {};
}

void ExtractFile::setModified(time_t time)
{
    const timespec times[2] {{time, 0}, {time, 0}};
    ::futimens(m_file.get(), times);
}

Result<ExtractTarget> ExtractTarget::open(const QByteArray &root)
{
    OwnedFile file(::open(root.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (file.get() < 0) {
        return systemError(u"cannot enter "_s + QString::fromUtf8(root), errno);
    }
    return ExtractTarget(std::move(file));
}

Result<OwnedFile> ExtractTarget::enter(const QByteArray &path)
{
    OwnedFile here(::fcntl(m_root.get(), F_DUPFD_CLOEXEC, 0));
    for (const QByteArray &part : path.split('/')) {
        if (part.isEmpty() || part == ".") {
            continue;
        }
        int next = ::openat(here.get(), part.constData(), OpenDirectory);
        if (next < 0 && errno == ENOENT) {
            ::mkdirat(here.get(), part.constData(), ExtractDirectoryMode);
            next = ::openat(here.get(), part.constData(), OpenDirectory);
        }
        if (next < 0) {
            return extractError(path, errno);
        }
        here = OwnedFile(next);
    }
    return here;
}

Result<void> ExtractTarget::makeDirectory(const QByteArray &name)
{
    const Result<OwnedFile> entered = enter(name);
    return entered ? Result<void>() : Result<void>(entered.error());
}

Result<void> ExtractTarget::makeLink(const QByteArray &name, const QByteArray &target)
{
    const SplitName place = split(name);
    const Result<OwnedFile> directory = enter(place.directory);
    if (!directory) {
        return directory.error();
    }
    ::unlinkat(directory->get(), place.base.constData(), 0);
    if (::symlinkat(target.constData(), directory->get(), place.base.constData()) != 0) {
        return extractError(name, errno);
    }
    return {};
}

Result<ExtractFile> ExtractTarget::createFile(const QByteArray &name, mode_t mode)
{
    const SplitName place = split(name);
    const Result<OwnedFile> directory = enter(place.directory);
    if (!directory) {
        return directory.error();
    }
    // Removed first: a link or hard link of that name must not receive the bytes.
    ::unlinkat(directory->get(), place.base.constData(), 0);
    OwnedFile file(::openat(directory->get(), place.base.constData(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (file.get() < 0) {
        return extractError(name, errno);
    }
    return ExtractFile(std::move(file));
}

} // namespace ci::runner
