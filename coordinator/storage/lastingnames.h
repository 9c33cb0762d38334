// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QString>

#include <memory>
#include <mutex>

namespace ci::storage {

/// Makes the names of new files outlast a power cut: their bytes do by FileDescriptor::sync(), which
/// promises nothing about the folder. Blocking; for workers. Thread-safe.
class LastingNames
{
public:
    LastingNames();
    ~LastingNames();

    /// The file's folder, and once for each folder the one above it, which may be as new. Callers who
    /// come while the folder is being synced share the next sync.
    Result<void> sync(const QString &path);

private:
    struct Folder;
    std::shared_ptr<Folder> folderOf(const QString &path);

    std::mutex m_mutex;
    std::shared_ptr<Folder> m_last; ///< Ids grow, so it is nearly always the same.
};

} // namespace ci::storage
