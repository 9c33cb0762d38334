// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QString>

#include <utility>

namespace ci::app {

/// The directory with all that is stored, held by this process alone: a lock on a file in it that
/// ends with the process, however that ends.
class DataDirectory
{
public:
    /// Makes it (mode 0700) where there is none. Conflict: another coordinator has it, named by its
    /// process id.
    static Result<DataDirectory> open(const QString &path);
    /// Beside a coordinator that may have it: for the command line. NotFound: nothing is there.
    static Result<DataDirectory> visit(const QString &path);

    DataDirectory(DataDirectory &&other) noexcept
        : m_path(std::move(other.m_path))
        , m_lock(std::exchange(other.m_lock, -1))
    {
    }
    DataDirectory &operator=(DataDirectory &&) = delete;
    ~DataDirectory();

    const QString &path() const { return m_path; }
    QString databaseFile() const { return m_path + QLatin1StringView("/capstan.db"); }
    QString keyFile() const { return m_path + QLatin1StringView("/secret.key"); }

private:
    DataDirectory(QString path, int lock)
        : m_path(std::move(path))
        , m_lock(lock)
    {
    }

    QString m_path;
    int m_lock;
};

} // namespace ci::app
