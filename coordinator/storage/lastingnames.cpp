// SPDX-License-Identifier: MIT
#include "coordinator/storage/lastingnames.h"

#include "coordinator/storage/filedescriptor.h"

#include <QFileInfo>

namespace ci::storage {

Result<void> LastingNames::sync(const QString &path)
{
    if (Result<void> synced = syncFolderOf(path); !synced) {
        return synced;
    }
    const QString folder = QFileInfo(path).path();
    {
        const std::lock_guard lock(m_mutex);
        if (m_lastFolder == folder) {
            return {};
        }
    }
    Result<void> synced = syncFolderOf(folder);
    if (synced) {
        const std::lock_guard lock(m_mutex);
        m_lastFolder = folder;
    }
    return synced;
}

} // namespace ci::storage
