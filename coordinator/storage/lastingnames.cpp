// SPDX-License-Identifier: MIT
#include "coordinator/storage/lastingnames.h"

#include "coordinator/storage/filedescriptor.h"

#include <QFileInfo>

#include <condition_variable>

namespace ci::storage {

struct LastingNames::Folder
{
    explicit Folder(const QString &folder) : path(folder) { }

    Result<void> sync(const QString &file);

    const QString path;
    std::mutex mutex;
    std::condition_variable changed;
    quint64 asked = 0; ///< How many callers have come,
    quint64 lasting = 0; ///< and up to which of them the names are on the disk.
    bool isBusy = false;
    bool isNew = true; ///< Its own name has not been synced.
};

Result<void> LastingNames::Folder::sync(const QString &file)
{
    std::unique_lock lock(mutex);
    const quint64 mine = ++asked;
    changed.wait(lock, [&] { return lasting >= mine || !isBusy; });
    if (lasting >= mine) {
        return {};
    }
    // For all who have come: their names are in the folder by now.
    const quint64 covered = asked;
    isBusy = true;
    lock.unlock();
    Result<void> synced = syncFolderOf(file);
    if (synced && isNew) { // Only the busy one looks at it.
        synced = syncFolderOf(path);
        isNew = !synced.isOk();
    }
    lock.lock();
    isBusy = false;
    lasting = synced ? covered : lasting;
    changed.notify_all();
    return synced;
}

LastingNames::LastingNames() = default;
LastingNames::~LastingNames() = default;

std::shared_ptr<LastingNames::Folder> LastingNames::folderOf(const QString &path)
{
    const QString folder = QFileInfo(path).path();
    const std::lock_guard lock(m_mutex);
    if (!m_last || m_last->path != folder) {
        m_last = std::make_shared<Folder>(folder);
    }
    return m_last;
}

Result<void> LastingNames::sync(const QString &path)
{
    return folderOf(path)->sync(path);
}

} // namespace ci::storage
