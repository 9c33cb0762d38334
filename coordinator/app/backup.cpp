// SPDX-License-Identifier: MIT
#include "coordinator/app/backup.h"

#include "common/base/clock.h"
#include "coordinator/app/foldercopy.h"
#include "coordinator/forge/gitcommand.h"
#include "db/migrations.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <chrono>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

constexpr int Format = 1;
constexpr int CopyAttempts = 3;
constexpr forge::GitChild::Limits CheckLimits {.time = std::chrono::hours {1}};

constexpr QLatin1StringView Manifest {"backup.json"};
constexpr QLatin1StringView DatabaseName {"capstan.db"};

/// What is not copied as it lies: the database, by its own means, what belongs to a process, and
/// repositories, which have an order.
QStringList notPlain()
{
    return {DatabaseName, u"capstan.db-wal"_s, u"capstan.db-shm"_s, u"lock"_s,
            u"repositories"_s, Manifest};
}

/// Loose refs before packed ones (git moves them that way round), objects last: what a ref names is
/// there. Only a repack at the same moment can take an object away, hence the check.
Result<void> copyRepository(FolderCopy &copy, const QString &folder, const QString &name)
{
    const QString path = u"repositories/"_s + name;
    const QString target = folder + u'/' + path;
    Error last;
    for (int attempt = 0; attempt < CopyAttempts; ++attempt) {
        QDir(target).removeRecursively();
        Result<void> done = copy.add(path + "/refs"_L1);
        done = done ? copy.add(path + "/packed-refs"_L1) : done;
        done = done ? copy.addRest(path, {u"refs"_s, u"packed-refs"_s, u"objects"_s}) : done;
        done = done ? copy.add(path + "/objects"_L1) : done;
        if (!done) {
            return done;
        }
        const Result<QByteArray> whole = forge::runGit(
            forge::gitPrefix(target)
                + QList<QByteArray> {"fsck"_ba, "--connectivity-only"_ba, "--no-dangling"_ba,
                                     "--no-progress"_ba},
            {}, CheckLimits);
        if (whole) {
            return {};
        }
        last = whole.error();
    }
    return last.within(u"the copy of %1 is not whole"_s.arg(path));
}

Result<int> copyRepositories(FolderCopy &copy, const QString &from, const QString &folder)
{
    const QStringList names
        = QDir(from + "/repositories"_L1).entryList({u"*.git"_s}, QDir::Dirs | QDir::NoSymLinks);
    int count = 0;
    for (const QString &name : names) {
        if (!QFile::exists(from + "/repositories/"_L1 + name + "/HEAD"_L1)) {
            continue; // Being made, or being deleted.
        }
        if (const Result<void> copied = copyRepository(copy, folder, name); !copied) {
            return copied.error();
        }
        ++count;
    }
    return count;
}

Result<void> writeManifest(const QString &folder, const QJsonObject &facts)
{
    QFile file(folder + u'/' + Manifest);
    const QByteArray text = QJsonDocument(facts).toJson();
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.flush()) {
        return ioError(u"cannot write %1: %2"_s.arg(file.fileName(), file.errorString()));
    }
    return syncFolder(folder);
}

Result<void> checkWhole(const QString &backup)
{
    QFile file(backup + u'/' + Manifest);
    if (!file.open(QIODevice::ReadOnly)) {
        return invalid(u"%1 has no %2: it is no backup, or one that was not finished"_s.arg(
            backup, Manifest));
    }
    const QJsonObject facts = QJsonDocument::fromJson(file.readAll()).object();
    const int newest = db::migrations().back().version;
    if (facts.value("format"_L1).toInt() != Format || facts.value("schema"_L1).toInt() > newest) {
        return invalid(u"%1 was made by a newer capstan: install that one to restore it"_s.arg(
            backup));
    }
    return {};
}

} // namespace

Result<BackupReport> backUp(const DataDirectory &directory, db::Database &database,
                            const QString &given)
{
    const QString folder = QDir(given).absolutePath();
    const QString from = directory.path();
    if (QFile::exists(folder)) {
        return conflict(u"%1 exists already"_s.arg(folder));
    }
    if (folder.startsWith(from + u'/')) {
        return invalid(u"a backup inside the data directory would copy itself"_s);
    }
    if (!QDir().mkpath(folder)) {
        return ioError(u"cannot make %1"_s.arg(folder));
    }
    FolderCopy copy(from, folder);
    if (const Result<void> first = copy.addRest({}, notPlain()); !first) {
        return first.error();
    }
    const Result<void> snapshot = database.backUpTo(folder + u'/' + DatabaseName);
    const Result<void> second = snapshot ? copy.addRest({}, notPlain()) : snapshot;
    const Result<int> repositories
        = second ? copyRepositories(copy, from, folder) : Result<int>(second.error());
    if (!repositories) {
        return repositories.error();
    }
    QFile::setPermissions(folder + u'/' + DatabaseName, QFile::ReadOwner | QFile::WriteOwner);
    const Result<void> stored = syncFolder(folder);
    const BackupReport report {*repositories, copy.files(), copy.bytes()};
    const QJsonObject facts {
        {u"format"_s, Format},
        {u"schema"_s, database.schemaVersion()},
        {u"created_at"_s, QString::fromLatin1(toIso8601(SystemClock().now()))},
        {u"repositories"_s, report.repositories},
        {u"files"_s, report.files},
        {u"bytes"_s, report.bytes},
    };
    const Result<void> finished = stored ? writeManifest(folder, facts) : stored;
    return finished ? Result(report) : Result<BackupReport>(finished.error());
}

Result<void> restoreBackup(const QString &given, const QString &target)
{
    const QString backup = QDir(given).absolutePath();
    if (const Result<void> whole = checkWhole(backup); !whole) {
        return whole;
    }
    if (!QDir(target).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot)) {
        return conflict(u"%1 is not empty: name a new directory with --data"_s.arg(target));
    }
    const Result<DataDirectory> directory = DataDirectory::open(target);
    if (!directory) {
        return directory.error();
    }
    // The database last: without it nobody takes what was begun for a data directory.
    FolderCopy copy(backup, directory->path());
    Result<void> done = copy.addRest({}, {DatabaseName, u"lock"_s, Manifest});
    done = done ? syncFolder(directory->path()) : done;
    done = done ? copy.add(DatabaseName) : done;
    return done ? syncFolder(directory->path()) : done;
}

} // namespace ci::app
