// SPDX-License-Identifier: MIT
#include "runner/workspace.h"

#include <QDir>
#include <QFile>
#include <QUrl>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr qsizetype ShortTokenLength = 8;
constexpr mode_t DirectoryMode = S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;

bool isPlain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
        || c == '_';
}

QByteArray withoutKind(QByteArray token)
{
    for (const QByteArrayView prefix : {QByteArrayView("glrtr-"), QByteArrayView("glrt-")}) {
        if (token.startsWith(prefix)) {
            token.remove(0, prefix.size());
            break;
        }
    }
    const bool isTyped = token.size() > 3 && token[0] == 't' && token[1] >= '0' && token[1] <= '9'
        && token[2] == '_';
    return isTyped ? token.sliced(3) : token;
}

QByteArray absolute(const QString &path, const QString &fallback)
{
    return QFile::encodeName(QDir::cleanPath(QDir::current().absoluteFilePath(
        path.isEmpty() ? fallback : path)));
}

} // namespace

QByteArray shortToken(const Secret &token)
{
    QByteArray text = withoutKind(token.reveal()).first(
        std::min(ShortTokenLength, withoutKind(token.reveal()).size()));
    for (char &c : text) {
        c = isPlain(c) ? c : '_';
    }
    return text.isEmpty() ? "runner"_ba : text;
}

Result<QByteArray> projectPath(const QString &repoUrl)
{
    QByteArray path = QUrl(repoUrl).path(QUrl::FullyDecoded).toUtf8();
    if (path.endsWith(".git")) {
        path.chop(4);
    }
    QByteArray clean;
    for (const QByteArray &part : path.split('/')) {
        if (part.isEmpty()) {
            continue;
        }
        if (part == "." || part == ".." || part.contains('\0')) {
            return invalid(u"the repository's address has an impossible path"_s);
        }
        clean += '/' + part;
    }
    if (clean.isEmpty()) {
        return invalid(u"the repository's address has no path"_s);
    }
    return clean.sliced(1);
}

Result<Workspace> planWorkspace(const protocol::JobPayload &payload,
                                const RunnerEntry &entry,
                                const JobSlot &slot)
{
    const Result<QByteArray> project = projectPath(payload.gitInfo.repoUrl);
    if (!project) {
        return project.error();
    }
    Workspace place;
    place.buildsDirectory = absolute(entry.buildsDir, u"builds"_s);
    place.projectDirectory = place.buildsDirectory + '/' + shortToken(entry.token) + '/'
        + QByteArray::number(slot.ofProject) + '/' + *project;
    place.temporaryDirectory = place.projectDirectory + ".tmp";
    place.cacheDirectory = absolute(entry.cacheDir, u"cache"_s) + '/' + *project;
    return place;
}

Result<void> makeDirectories(const QByteArray &path)
{
    if (::mkdir(path.constData(), DirectoryMode) == 0 || errno == EEXIST) {
        return {};
    }
    const qsizetype slash = path.lastIndexOf('/');
    if (errno != ENOENT || slash <= 0) {
        return systemError(u"cannot make the directory "_s + QString::fromUtf8(path), errno);
    }
    if (Result<void> parent = makeDirectories(path.first(slash)); !parent) {
        return parent;
    }
    if (::mkdir(path.constData(), DirectoryMode) != 0 && errno != EEXIST) {
        return systemError(u"cannot make the directory "_s + QString::fromUtf8(path), errno);
    }
    return {};
}

Result<void> prepareBuildsDirectory(const QByteArray &path, const JobUser *user)
{
    struct stat info {};
    if (::stat(path.constData(), &info) == 0) {
        return {};
    }
    if (Result<void> made = makeDirectories(path); !made) {
        return made;
    }
    if (user && ::geteuid() == 0 && ::chown(path.constData(), user->uid, user->gid) != 0) {
        return systemError(u"cannot give away "_s + QString::fromUtf8(path), errno);
    }
    return {};
}

Result<void> removeTree(const QByteArray &path)
{
    std::error_code problem;
    std::filesystem::remove_all(path.toStdString(), problem);
    if (problem) {
        return systemError(u"cannot remove "_s + QString::fromUtf8(path), problem.value());
    }
    return {};
}

Result<void> emptyDirectory(const QByteArray &path)
{
    std::error_code problem;
    std::filesystem::directory_iterator entry(path.toStdString(), problem);
    for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
        std::filesystem::remove_all(entry->path(), problem);
        if (problem) {
            break;
        }
    }
    if (problem && problem != std::errc::no_such_file_or_directory) {
        return systemError(u"cannot empty "_s + QString::fromUtf8(path), problem.value());
    }
    return {};
}

Result<void> makePrivateDirectory(const QByteArray &path)
{
    struct stat info {};
    const bool isOurs = ::lstat(path.constData(), &info) == 0 && S_ISDIR(info.st_mode)
        && info.st_uid == ::geteuid() && (info.st_mode & 07777) == S_IRWXU;
    if (isOurs && emptyDirectory(path)) {
        return {};
    }
    if (Result<void> removed = removeTree(path); !removed) {
        return removed;
    }
    if (Result<void> made = makeDirectories(path); !made) {
        return made;
    }
    ::chmod(path.constData(), S_IRWXU);
    return {};
}

Result<void> writeNewFile(const QByteArray &path, const QByteArray &bytes, unsigned mode)
{
    const int file
        = ::open(path.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0) {
        return systemError(u"cannot write "_s + QString::fromUtf8(path), errno);
    }
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::write(file, bytes.constData() + done,
                                    static_cast<size_t>(bytes.size() - done));
        if (put < 0 && errno != EINTR) {
            const int error = errno;
            ::close(file);
            return systemError(u"cannot write "_s + QString::fromUtf8(path), error);
        }
        done += put > 0 ? put : 0;
    }
    ::close(file);
    return {};
}

} // namespace ci::runner
