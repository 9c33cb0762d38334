// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QString>

#include <mutex>

namespace ci::storage {

/// Makes the names of new files outlast a power cut: their bytes do by FileDescriptor::sync(), which
/// promises nothing about the folder. Blocking; for workers. Thread-safe.
class LastingNames
{
public:
    /// The file's folder, and once for each folder the one above it, which may be as new.
    Result<void> sync(const QString &path);

private:
    std::mutex m_mutex;
    QString m_lastFolder; ///< Ids grow, so it is nearly always the same.
};

} // namespace ci::storage
