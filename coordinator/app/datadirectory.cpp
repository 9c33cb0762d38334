// SPDX-License-Identifier: MIT
#include "coordinator/app/datadirectory.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

Error takenError(const QString &path, int lock)
{
    char holder[32] = {};
    const ssize_t length = ::pread(lock, holder, sizeof holder - 1, 0);
    const QString pid = length > 0 ? QString::fromLatin1(holder).trimmed() : u"unknown"_s;
    return conflict(u"the data directory %1 is in use by a capstan with process id %2; stop it, or "
                    "give this one another directory with --data"_s.arg(path, pid));
}

/// For whoever finds the directory taken. Only a hint: the lock is what counts.
void writeHolder(int lock)
{
    const QByteArray pid = QByteArray::number(::getpid()) + '\n';
    if (::ftruncate(lock, 0) != 0
        || ::pwrite(lock, pid.constData(), static_cast<size_t>(pid.size()), 0) < 0) {
        return;
    }
}

} // namespace

Result<DataDirectory> DataDirectory::open(const QString &given)
{
    const QString path = QDir(given).absolutePath();
    // Others' umask must not open it: tokens' hashes, logs and keys lie here.
    if (!QDir().mkpath(path)) {
        return systemError(u"cannot make the data directory %1"_s.arg(path), errno);
    }
    ::chmod(QFile::encodeName(path).constData(), 0700);
    const QByteArray file = QFile::encodeName(path + "/lock"_L1);
    const int lock = ::open(file.constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        return systemError(u"cannot open %1"_s.arg(QFile::decodeName(file)), errno);
    }
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        const Error error = errno == EWOULDBLOCK
            ? takenError(path, lock)
            : systemError(u"cannot lock %1"_s.arg(QFile::decodeName(file)), errno);
        ::close(lock);
        return error;
    }
    writeHolder(lock);
    return DataDirectory(path, lock);
}

Result<DataDirectory> DataDirectory::visit(const QString &given)
{
    DataDirectory directory(QDir(given).absolutePath(), -1);
    if (!QFile::exists(directory.databaseFile())) {
        return notFound(u"%1 holds no data of a capstan; name its directory with --data"_s.arg(
            directory.path()));
    }
    return directory;
}

DataDirectory::~DataDirectory()
{
    if (m_lock >= 0) {
        ::close(m_lock);
    }
}

} // namespace ci::app
