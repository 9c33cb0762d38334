// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"
#include "coordinator/storage/filedescriptor.h"
#include "coordinator/storage/lastingnames.h"
#include "coordinator/storage/storagelimits.h"
#include "coordinator/storage/workers.h"

#include <QByteArrayView>
#include <QString>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace ci::storage {

/// Where the log of a job lies: DIRECTORY/<id / 1000>/<id>.log.
QString logPath(const QString &directory, JobId job);

/// CRC-32 of a whole file; 0 where there is none. Blocking; for a worker.
Result<quint32> checksumOfLog(const QString &path);

/// The logs of jobs as files, written by the engine thread. The file's length is the truth about
/// how much of a log is held, also after a crash. Bytes survive a kill once append() has returned,
/// and a power cut once sync() has said so.
class LogFiles
{
public:
    static Result<std::unique_ptr<LogFiles>> create(const QString &directory,
                                                    const StorageLimits &limits,
                                                    Workers &workers);
    Q_DISABLE_COPY_MOVE(LogFiles)
    ~LogFiles();

    /// Bytes held; 0 where there is no log.
    Result<qint64> size(JobId job);

    /// Writes what of `bytes`, which begin at `offset`, is not held yet; the new size.
    /// Conflict: `offset` lies behind the end (ask size()). TooLarge: past maxTraceBytes.
    /// Unavailable: the disk is full; then nothing of `bytes` is held.
    Result<qint64> append(JobId job, qint64 offset, QByteArrayView bytes);

    /// Forgets all bytes: the runner sends the whole log again.
    Result<void> truncate(JobId job);

    Result<void> remove(JobId job);
    /// Many at once, on a worker: for jobs that nobody knows any more.
    void removeAll(const std::vector<JobId> &jobs);

    /// The log and its name are on the disk itself when `done` is called, on the engine thread. Closes the file.
    void sync(JobId job, std::function<void(Result<void>)> done);

    /// CRC-32 of all bytes where it is known without reading the file.
    std::optional<quint32> checksum(JobId job) const;

    const QString &directory() const { return m_directory; }
    const StorageLimits &limits() const { return m_limits; }

private:
    struct OpenLog
    {
        std::shared_ptr<FileDescriptor> file; ///< Shared with a sync under way.
        qint64 size = 0;
        std::optional<quint32> crc;
        std::list<JobId>::iterator use; ///< In m_uses.
    };

    LogFiles(const QString &directory, const StorageLimits &limits, Workers &workers);
    Result<OpenLog *> open(JobId job);
    void closeOldest();
    void close(JobId job);

    QString m_directory;
    StorageLimits m_limits;
    Workers &m_workers;
    std::unordered_map<JobId, OpenLog> m_open;
    std::shared_ptr<LastingNames> m_names;
    std::list<JobId> m_uses; ///< Least recently used first.
};

} // namespace ci::storage
