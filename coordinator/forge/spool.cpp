// SPDX-License-Identifier: MIT
#include "coordinator/forge/spool.h"

#include "coordinator/forge/repositoryreader.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QLoggingCategory>

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace ci::forge {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcSpool, "ci.forge.spool")

namespace {

constexpr QLatin1StringView PushSuffix {".push"};
constexpr QLatin1StringView IntentSuffix {".intent"};
constexpr QLatin1StringView EndedSuffix {".ended"};
constexpr QLatin1StringView AsideSuffix {".unreadable"};
constexpr qint64 MaxSpoolBytes = 64 << 20;
const QByteArray NoCommit(40, '0');

void syncDirectory(const QString &directory)
{
    const int descriptor = ::open(QFile::encodeName(directory).constData(),
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
}

/// "TIME.COUNT-PROJECT-USER": nothing in it comes from a client.
struct SpoolName
{
    ProjectId project;
    std::optional<UserId> user;
};

std::optional<SpoolName> parseSpoolName(const QString &fileName)
{
    const QStringList parts = fileName.left(fileName.lastIndexOf(u'.')).split(u'-');
    if (parts.size() != 3) {
        return std::nullopt;
    }
    SpoolName name {ProjectId {parts[1].toLongLong()}, std::nullopt};
    if (const qint64 user = parts[2].toLongLong(); user != 0) {
        name.user = UserId {user};
    }
    return name.project ? std::optional(name) : std::nullopt;
}

Result<PushEvent> readSpoolFile(const QString &path, const SpoolName &name)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return ioError(file.errorString());
    }
    if (file.size() > MaxSpoolBytes) {
        return tooLarge(u"too large"_s);
    }
    Result<PushEvent> event = decodeSpool(file.readAll());
    if (event) {
        event->project = name.project;
        event->pusher = name.user;
        event->spoolFile = path;
    }
    return event;
}

} // namespace

std::vector<PushEvent> Spool::read(ProjectId project, const QString &suffix) const
{
    std::vector<PushEvent> events;
    const QDir folder(m_directory);
    for (const QString &fileName : folder.entryList({u'*' + suffix}, QDir::Files, QDir::Name)) {
        const std::optional<SpoolName> name = parseSpoolName(fileName);
        if (!name || name->project != project) {
            continue;
        }
        const QString path = folder.filePath(fileName);
        Result<PushEvent> event = readSpoolFile(path, *name);
        if (event) {
            events.push_back(*std::move(event));
        } else if (suffix != IntentSuffix && event.error().kind == ErrorKind::Invalid) {
            qCWarning(lcSpool).noquote() << "push put aside file="_L1 + fileName + " cause="_L1
                    + event.error().detail;
            QFile::rename(path, path + AsideSuffix);
        }
    }
    return events;
}

std::vector<PushEvent> Spool::take(ProjectId project, const QHash<QString, QByteArray> &seen) const
{
    std::vector<PushEvent> pushes = read(project, PushSuffix);
    std::vector<PushEvent> intents = read(project, IntentSuffix);
    for (PushEvent &intent : intents) {
        intent.spoolFile.clear(); // Stays: the push may still be going on.
    }
    for (PushEvent &ended : read(project, EndedSuffix)) {
        intents.push_back(std::move(ended));
    }
    if (intents.empty()) {
        return pushes;
    }
    const Result<QHash<QString, QByteArray>> refs = RepositoryReader(m_repositories, project).allRefs();
    if (!refs) {
        return pushes;
    }
    for (PushEvent &intent : intents) {
        // Only what has happened and is not known.
        std::erase_if(intent.updates, [&](const RefUpdate &update) {
            const QByteArray now = refs->value(update.ref, NoCommit);
            return now != update.after || seen.value(update.ref, NoCommit) == update.after;
        });
        if (!intent.updates.empty() || !intent.spoolFile.isEmpty()) {
            pushes.push_back(std::move(intent));
        }
    }
    return pushes;
}

void Spool::finish(const PushEvent &event) const
{
    if (!event.spoolFile.isEmpty()) {
        QFile::remove(event.spoolFile);
        syncDirectory(m_directory);
    }
}

QSet<QString> Spool::claimedRefs(ProjectId project) const
{
    QSet<QString> claimed;
    // In the order in which a file goes from one name to the next: none is missed on its way.
    for (const QLatin1StringView suffix : {IntentSuffix, EndedSuffix, PushSuffix}) {
        for (const PushEvent &event : read(project, suffix)) {
            for (const RefUpdate &update : event.updates) {
                claimed.insert(update.ref);
            }
        }
    }
    return claimed;
}

Result<PushEvent> Spool::strays(ProjectId project, const QHash<QString, QByteArray> &seen) const
{
    const Result<QHash<QString, QByteArray>> refs = RepositoryReader(m_repositories, project).allRefs();
    if (!refs) {
        return refs.error();
    }
    // After the refs: a push that moved one of them has written its intent before.
    const QSet<QString> claimed = claimedRefs(project);
    PushEvent event;
    event.project = project;
    const auto add = [&](const QString &ref, const QByteArray &after) {
        const QByteArray before = seen.value(ref, NoCommit);
        if (before != after && !claimed.contains(ref)) {
            event.updates.push_back({before, after, ref});
        }
    };
    for (auto ref = refs->cbegin(); ref != refs->cend(); ++ref) {
        add(ref.key(), ref.value());
    }
    for (auto ref = seen.cbegin(); ref != seen.cend(); ++ref) {
        if (!refs->contains(ref.key())) {
            add(ref.key(), NoCommit);
        }
    }
    std::sort(event.updates.begin(), event.updates.end(),
              [](const RefUpdate &a, const RefUpdate &b) { return a.ref < b.ref; });
    return event;
}

void Spool::settleIntent(const QString &directory, const QString &pushName)
{
    const QString path = directory + u'/' + pushName;
    QFile::rename(path + IntentSuffix, path + EndedSuffix); // None after a push that went well.
}

void Spool::sweep(std::chrono::seconds olderThan) const
{
    const QDateTime limit = QDateTime::currentDateTime().addSecs(-olderThan.count());
    const QDir folder(m_directory);
    for (const QFileInfo &file : folder.entryInfoList({u"*.intent"_s, u"*.tmp"_s}, QDir::Files)) {
        if (file.lastModified() < limit) {
            QFile::remove(file.filePath());
        }
    }
}

} // namespace ci::forge
