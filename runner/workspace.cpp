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
constexpr mode_t PrivateFileMode = S_IRUSR | S_IWUSR;
constexpr mode_t ModeBits = 07777;
// Of a job's temporary directory: more than its stages leave there, and gone in less than a millisecond.
constexpr int MaxRemovedAtOnce = 50;
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

// As one name: projects of two coordinators may have the same path.
QByteArray coordinatorName(QUrl url)
{
    url.setUserInfo({});
    QString address = url.authority() + url.path();
    while (address.endsWith(u'/')) {
        address.chop(1);
    }
    return address.isEmpty() ? "local"_ba : QUrl::toPercentEncoding(address);
}

// For writing, emptied; -1: there is none, or it is no plain file with one name.
int openPlainFile(const char *path)
{
    // Without O_NONBLOCK a named pipe would keep us.
    const int file = ::open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info {};
    const bool isPlain = file >= 0 && ::fstat(file, &info) == 0 && S_ISREG(info.st_mode)
        && info.st_nlink == 1 && (info.st_mode & ModeBits) == PrivateFileMode
        && ::ftruncate(file, 0) == 0;
    if (file >= 0 && !isPlain) {
        ::close(file);
        return -1;
    }
    return file;
}

bool emptyFile(const char *path)
{
    const int file = openPlainFile(path);
    return file >= 0 && ::close(file) == 0;
}

Result<void> writeAndClose(int file, const QByteArray &path, const QByteArray &bytes)
{
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
    place.cacheDirectory = absolute(entry.cacheDir, u"cache"_s) + '/' + coordinatorName(entry.url) + '/'
        + *project;
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

Removal removeAtOnce(const QByteArray &path)
{
    if (::unlink(path.constData()) == 0 || errno == ENOENT || errno == ENOTDIR) {
        return Removal::Done;
    }
    return errno == EISDIR && ::rmdir(path.constData()) == 0 ? Removal::Done : Removal::Unfinished;
}

Removal emptyAtOnce(const QByteArray &path, const QByteArray &kept)
{
    const std::filesystem::path stays = kept.toStdString();
    std::error_code problem;
    std::filesystem::directory_iterator entry(path.toStdString(), problem);
    int left = MaxRemovedAtOnce;
    for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
        const bool isKept = !kept.isEmpty() && entry->path().filename() == stays
            && emptyFile(entry->path().c_str());
        const bool isGone = isKept
            || (left-- > 0 && removeAtOnce(entry->path().c_str()) == Removal::Done);
        if (!isGone) {
            return Removal::Unfinished;
        }
    }
    const bool isEmpty = !problem || problem == std::errc::no_such_file_or_directory;
    return isEmpty ? Removal::Done : Removal::Unfinished;
}

Result<Removal> makePrivateDirectory(const QByteArray &path, uid_t owner, const QByteArray &kept)
{
    struct stat info {};
    const bool isUsable = ::lstat(path.constData(), &info) == 0 && S_ISDIR(info.st_mode)
        && info.st_uid == owner && (info.st_mode & ModeBits) == S_IRWXU;
    if (isUsable) {
        return emptyAtOnce(path, kept);
    }
    if (removeAtOnce(path) == Removal::Unfinished) {
        return Removal::Unfinished;
    }
    if (Result<void> made = makeDirectories(path); !made) {
        return made.error();
    }
    ::chmod(path.constData(), S_IRWXU);
    return Removal::Done;
}

Result<void> writePrivateFile(const QByteArray &path, const QByteArray &bytes)
{
    const int file = openPlainFile(path.constData());
    if (file >= 0) {
        return writeAndClose(file, path, bytes);
    }
    ::unlink(path.constData());
    return writeNewFile(path, bytes, PrivateFileMode);
}

Result<void> writeNewFile(const QByteArray &path, const QByteArray &bytes, unsigned mode)
{
    const int file
        = ::open(path.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0) {
        return systemError(u"cannot write "_s + QString::fromUtf8(path), errno);
    }
    return writeAndClose(file, path, bytes);
}

} // namespace ci::runner
