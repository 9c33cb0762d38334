// SPDX-License-Identifier: MIT
#include "coordinator/forge/repositories.h"

#include "common/base/secret.h"
#include "coordinator/forge/gitcommand.h"
#include "coordinator/forge/hooks.h"
#include "coordinator/forge/projectnames.h"

#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QFile>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1StringView MadeSuffix {".git"};
constexpr QLatin1StringView NewSuffix {".new"};
constexpr QLatin1StringView RemovedPrefix {"removed."};

/// A lock of git older than this belongs to no live process: none of ours runs so long inside one.
constexpr qint64 StaleLockSeconds = 60;

constexpr GitChild::Limits TidyLimits {.time = std::chrono::minutes {30}, .maxOutputBytes = 1 << 20};

Result<void> writeRefFile(const QByteArray &folder, const QByteArray &name, const QByteArray &sha)
{
    // git's own protocol (lockfile.c): the lock is the new content.
    const QByteArray path = folder + '/' + name;
    const QByteArray lock = path + ".lock";
    const int file = ::open(lock.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        return systemError(u"cannot write a ref"_s, errno);
    }
    const QByteArray line = sha + '\n';
    const ssize_t written = ::write(file, line.constData(), size_t(line.size()));
    const int error = errno;
    ::close(file);
    if (written != line.size()) {
        ::unlink(lock.constData());
        return systemError(u"cannot write a ref"_s, written < 0 ? error : ENOSPC);
    }
    if (::rename(lock.constData(), path.constData()) != 0) {
        return systemError(u"cannot write a ref"_s, errno);
    }
    return {};
}

void removeStaleLocks(const QString &repository)
{
    const QDateTime limit = QDateTime::currentDateTime().addSecs(-StaleLockSeconds);
    QStringList locks;
    for (const QFileInfo &file : QDir(repository).entryInfoList({u"*.lock"_s}, QDir::Files)) {
        locks.append(file.filePath());
    }
    QDirIterator refs(repository + "/refs"_L1, {u"*.lock"_s}, QDir::Files,
                      QDirIterator::Subdirectories);
    while (refs.hasNext()) {
        locks.append(refs.next());
    }
    for (const QString &lock : std::as_const(locks)) {
        if (QFileInfo(lock).lastModified() < limit) {
            QFile::remove(lock);
        }
    }
}

} // namespace

Result<Repositories> Repositories::create(const QString &dataDirectory)
{
    const Repositories repositories(QDir(dataDirectory).absolutePath());
    for (const QString &folder : {repositories.root(), repositories.spoolDirectory()}) {
        if (!QDir().mkpath(folder)) {
            return ioError(u"cannot make the folder %1"_s.arg(folder));
        }
        QFile::setPermissions(folder, QFileDevice::ReadOwner | QFileDevice::WriteOwner
                                  | QFileDevice::ExeOwner);
    }
    const Result<void> written = writeHooks(repositories.hooksDirectory());
    return written ? Result<Repositories>(repositories) : Result<Repositories>(written.error());
}

QString Repositories::root() const
{
    return m_data + "/repositories"_L1;
}

QString Repositories::path(ProjectId id) const
{
    return root() + u'/' + QString::number(id.value()) + MadeSuffix;
}

QString Repositories::hooksDirectory() const
{
    return m_data + "/git/hooks"_L1;
}

QString Repositories::spoolDirectory() const
{
    return m_data + "/git/spool"_L1;
}

bool Repositories::exists(ProjectId id) const
{
    return QFile::exists(path(id) + "/HEAD"_L1);
}

Result<void> Repositories::make(ProjectId id, const QString &defaultBranch) const
{
    if (exists(id)) {
        return {};
    }
    if (const Result<void> checked = checkRefName(defaultBranch); !checked) {
        return checked;
    }
    const QString unfinished = path(id) + NewSuffix;
    QDir(unfinished).removeRecursively();
    const Result<QByteArray> made = runGit({"-c"_ba, "init.defaultBranch=main"_ba, "init"_ba,
                                            "--quiet"_ba, "--bare"_ba, "--template="_ba,
                                            "--initial-branch="_ba + defaultBranch.toUtf8(),
                                            "--"_ba, QFile::encodeName(unfinished)});
    if (!made) {
        return made.error().within(u"cannot make the repository"_s);
    }
    if (!QFile::rename(unfinished, path(id))) {
        return ioError(u"cannot make the repository %1"_s.arg(path(id)));
    }
    return {};
}

Result<void> Repositories::setDefaultBranch(ProjectId id, const QString &branch) const
{
    if (const Result<void> checked = checkRefName(branch); !checked) {
        return checked;
    }
    const Result<QByteArray> done = runGit(
        gitPrefix(path(id))
        + QList<QByteArray> {"symbolic-ref"_ba, "HEAD"_ba, "refs/heads/"_ba + branch.toUtf8()});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<void> Repositories::keep(ProjectId id, PipelineId pipeline, const QByteArray &sha) const
{
    const QByteArray folder = QFile::encodeName(path(id)) + "/refs/pipelines";
    const QByteArray name = QByteArray::number(pipeline.value());
    // git removes a folder of refs that it has emptied by packing: make it, as often as needed.
    ::mkdir(folder.constData(), 0755);
    const Result<void> written = writeRefFile(folder, name, sha);
    if (written) {
        return written;
    }
    ::mkdir(folder.constData(), 0755);
    return writeRefFile(folder, name, sha);
}

Result<void> Repositories::release(ProjectId id, PipelineId pipeline) const
{
    const Result<QByteArray> done = runGit(
        gitPrefix(path(id))
        + QList<QByteArray> {"update-ref"_ba, "-d"_ba,
                             "refs/pipelines/"_ba + QByteArray::number(pipeline.value())});
    return done ? Result<void>() : Result<void>(done.error());
}

Result<void> Repositories::tidy(ProjectId id) const
{
    const QList<QByteArray> prefix = gitPrefix(path(id));
    Result<QByteArray> done = runGit(prefix + QList<QByteArray> {"pack-refs"_ba, "--all"_ba}, {},
                                     TidyLimits);
    done = done ? runGit(prefix + QList<QByteArray> {"gc"_ba, "--auto"_ba, "--quiet"_ba}, {},
                         TidyLimits)
                : done;
    return done ? Result<void>() : Result<void>(done.error());
}

Result<void> Repositories::remove(ProjectId id) const
{
    const QString away = root() + u'/' + RemovedPrefix + QString::number(id.value()) + u'.'
        + QString::fromLatin1(randomText(12));
    if (QFile::exists(path(id)) && !QFile::rename(path(id), away)) {
        return ioError(u"cannot remove the repository %1"_s.arg(path(id)));
    }
    QDir(path(id) + NewSuffix).removeRecursively();
    QDir gone(away);
    return !gone.exists() || gone.removeRecursively()
        ? Result<void>()
        : Result<void>(ioError(u"cannot remove all of %1"_s.arg(away)));
}

Repositories::Listing Repositories::list() const
{
    Listing listing;
    for (const QString &name : QDir(root()).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        bool isNumber = false;
        const qint64 id = name.chopped(std::min(MadeSuffix.size(), name.size())).toLongLong(&isNumber);
        if (name.startsWith(RemovedPrefix) || name.endsWith(NewSuffix)) {
            listing.unfinished.append(name);
        } else if (isNumber && name.endsWith(MadeSuffix)) {
            listing.repositories.emplace_back(id);
        }
    }
    return listing;
}

void Repositories::sweep(const Listing &listing) const
{
    const QDir folder(root());
    for (const QString &name : listing.unfinished) {
        QDir(folder.filePath(name)).removeRecursively();
    }
    for (const ProjectId id : listing.repositories) {
        removeStaleLocks(path(id));
    }
}

} // namespace ci::forge
