// SPDX-License-Identifier: MIT
#include "coordinator/app/foldercopy.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

// The clock that stamps files may be a little behind ours.
constexpr qint64 ClockSlackSeconds = 2;

/// What is on its way: git's and our own unfinished files. A branch may have any of these names but
/// one that ends with ".lock".
bool isUnfinished(const QString &folder, const QString &name)
{
    if (name.endsWith(".lock"_L1)) {
        return true;
    }
    if (folder.contains("/objects"_L1) && !folder.contains("/refs"_L1)) {
        return name.startsWith("tmp_"_L1) || name.startsWith("incoming-"_L1);
    }
    return name == "tmp"_L1 && !folder.isEmpty() && !folder.contains(u'/');
}

} // namespace

FolderCopy::FolderCopy(QString from, QString to)
    : m_from(std::move(from))
    , m_to(std::move(to))
    , m_begin(QDateTime::currentDateTimeUtc().addSecs(-ClockSlackSeconds))
{
}

Result<void> FolderCopy::add(const QString &name)
{
    const QFileInfo source(m_from + u'/' + name);
    if (source.isSymLink() || !source.exists()) {
        return {};
    }
    return source.isDir() ? addRest(name, {}) : addFile(name);
}

Result<void> FolderCopy::addRest(const QString &folder, const QStringList &done)
{
    const QDir source(m_from + u'/' + folder);
    if (!QDir().mkpath(m_to + u'/' + folder)) {
        return ioError(u"cannot make %1"_s.arg(m_to + u'/' + folder));
    }
    QFile::setPermissions(m_to + u'/' + folder, QFile::permissions(source.path()));
    const QStringList names
        = source.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    for (const QString &name : names) {
        if (done.contains(name) || isUnfinished(folder, name)) {
            continue;
        }
        const QString path = folder.isEmpty() ? name : folder + u'/' + name;
        if (const Result<void> added = add(path); !added) {
            return added;
        }
    }
    return {};
}

bool FolderCopy::isCurrent(const QString &source, const QString &target) const
{
    const QFileInfo there(target);
    const QFileInfo here(source);
    return there.exists() && there.size() == here.size() && here.lastModified() < m_begin;
}

Result<void> FolderCopy::addFile(const QString &name)
{
    const QString source = m_from + u'/' + name;
    const QString target = m_to + u'/' + name;
    if (isCurrent(source, target)) {
        return {};
    }
    const bool isNew = !QFile::exists(target);
    const qint64 before = isNew ? 0 : QFileInfo(target).size();
    QFile::remove(target);
    QFile file(source);
    if (!file.copy(target)) {
        return QFile::exists(source)
            ? ioError(u"cannot copy %1: %2"_s.arg(source, file.errorString()))
            : Result<void>(); // Gone meanwhile.
    }
    m_files += isNew ? 1 : 0;
    m_bytes += QFileInfo(target).size() - before;
    return {};
}

Result<void> syncFolder(const QString &folder)
{
    const int descriptor
        = ::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return systemError(u"cannot open %1"_s.arg(folder), errno);
    }
    const int failed = ::syncfs(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    return failed == 0 ? Result<void>() : systemError(u"cannot write %1"_s.arg(folder), failed);
}

} // namespace ci::app
