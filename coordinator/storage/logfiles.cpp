// SPDX-License-Identifier: MIT
#include "coordinator/storage/logfiles.h"

#include <QDir>
#include <QFileInfo>

#include <zlib.h>

namespace ci::storage {

using namespace Qt::StringLiterals;

namespace {

quint32 extendCrc(quint32 crc, QByteArrayView bytes)
{
    return static_cast<quint32>(::crc32_z(crc, reinterpret_cast<const Bytef *>(bytes.data()),
                                          static_cast<z_size_t>(bytes.size())));
}

/// False: there is no log.
Result<bool> syncLog(const std::shared_ptr<FileDescriptor> &open, const QString &path)
{
    Result<FileDescriptor> file {FileDescriptor()};
    if (!open) {
        file = FileDescriptor::openForReading(path);
    }
    if (!file) {
        const bool isMissing = file.error().kind == ErrorKind::NotFound;
        return isMissing ? Result(false) : Result<bool>(file.error());
    }
    const Result<void> synced = open ? open->sync() : file->sync();
    return synced ? Result(true) : Result<bool>(synced.error());
}

} // namespace

QString logPath(const QString &directory, JobId job)
{
    return u"%1/%2/%3.log"_s.arg(directory).arg(job.value() / 1000).arg(job.value());
}

Result<std::unique_ptr<LogFiles>> LogFiles::create(const QString &directory,
                                                   const StorageLimits &limits,
                                                   Workers &workers)
{
    if (!QDir().mkpath(directory)) {
        return ioError(u"cannot make the folder "_s + directory);
    }
    return std::unique_ptr<LogFiles>(new LogFiles(directory, limits, workers));
}

LogFiles::LogFiles(const QString &directory, const StorageLimits &limits, Workers &workers)
    : m_directory(directory)
    , m_limits(limits)
    , m_workers(workers)
    , m_names(std::make_shared<LastingNames>(workers))
{
}

LogFiles::~LogFiles() = default;

Result<LogFiles::OpenLog *> LogFiles::open(JobId job)
{
    if (const auto found = m_open.find(job); found != m_open.end()) {
        m_uses.splice(m_uses.end(), m_uses, found->second.use);
        return &found->second;
    }
    Result<FileDescriptor> file = FileDescriptor::openForWriting(logPath(m_directory, job));
    if (!file) {
        return file.error();
    }
    const Result<qint64> size = file->size();
    if (!size) {
        return size.error();
    }
    closeOldest();
    OpenLog log;
    log.file = std::make_shared<FileDescriptor>(std::move(*file));
    log.size = *size;
    log.crc = *size == 0 ? std::optional<quint32>(0) : std::nullopt;
    log.use = m_uses.insert(m_uses.end(), job);
    return &m_open.insert_or_assign(job, std::move(log)).first->second;
}

void LogFiles::closeOldest()
{
    while (m_open.size() >= static_cast<size_t>(m_limits.maxOpenLogs)) {
        close(m_uses.front());
    }
}

void LogFiles::close(JobId job)
{
    if (const auto found = m_open.find(job); found != m_open.end()) {
        m_uses.erase(found->second.use);
        m_open.erase(found);
    }
}

Result<qint64> LogFiles::size(JobId job)
{
    if (const auto found = m_open.find(job); found != m_open.end()) {
        return found->second.size;
    }
    const QFileInfo file(logPath(m_directory, job));
    return file.exists() ? file.size() : 0;
}

Result<qint64> LogFiles::append(JobId job, qint64 offset, QByteArrayView bytes)
{
    const Result<OpenLog *> opened = open(job);
    if (!opened) {
        return opened.error();
    }
    OpenLog &log = **opened;
    if (offset > log.size) {
        return conflict(u"the log has only %1 bytes"_s.arg(log.size));
    }
    const qint64 known = std::min<qint64>(log.size - offset, bytes.size());
    const QByteArrayView fresh = bytes.sliced(known);
    if (log.size + fresh.size() > m_limits.maxTraceBytes) {
        return tooLarge(u"the log has more than %1 bytes"_s.arg(m_limits.maxTraceBytes));
    }
    if (const Result<void> written = log.file->writeAt(log.size, fresh); !written) {
        // A full disk may have taken a part.
        (void)log.file->truncate(log.size);
        return written.error();
    }
    log.size += fresh.size();
    if (log.crc) {
        log.crc = extendCrc(*log.crc, fresh);
    }
    return log.size;
}

Result<void> LogFiles::truncate(JobId job)
{
    const Result<OpenLog *> opened = open(job);
    if (!opened) {
        return opened.error();
    }
    if (const Result<void> done = (*opened)->file->truncate(0); !done) {
        return done;
    }
    (*opened)->size = 0;
    (*opened)->crc = 0;
    return {};
}

Result<void> LogFiles::remove(JobId job)
{
    close(job);
    return removeFile(logPath(m_directory, job));
}

void LogFiles::removeAll(const std::vector<JobId> &jobs)
{
    for (const JobId job : jobs) {
        close(job);
    }
    m_workers.run<bool>(
        [directory = m_directory, jobs] {
            for (const JobId job : jobs) {
                (void)removeFile(logPath(directory, job));
            }
            return true;
        },
        [](bool) { });
}

void LogFiles::sync(JobId job, std::function<void(Result<void>)> done)
{
    std::shared_ptr<FileDescriptor> file;
    if (const auto found = m_open.find(job); found != m_open.end()) {
        file = found->second.file;
        close(job);
    }
    const QString path = logPath(m_directory, job);
    m_workers.run<Result<bool>>(
        [file, path] { return syncLog(file, path); },
        [names = m_names, path, done = std::move(done)](const Result<bool> &synced) {
            if (synced && *synced) {
                names->sync(path, done);
            } else {
                done(synced ? Result<void>() : Result<void>(synced.error()));
            }
        });
}

std::optional<quint32> LogFiles::checksum(JobId job) const
{
    const auto found = m_open.find(job);
    return found != m_open.end() ? found->second.crc : std::nullopt;
}

Result<quint32> checksumOfLog(const QString &path)
{
    const Result<FileDescriptor> file = FileDescriptor::openForReading(path);
    if (!file) {
        const bool isMissing = file.error().kind == ErrorKind::NotFound;
        return isMissing ? Result<quint32>(0U) : Result<quint32>(file.error());
    }
    constexpr qint64 Piece = 1024 * 1024;
    quint32 crc = 0;
    for (qint64 offset = 0;; offset += Piece) {
        const Result<QByteArray> bytes = file->readAt(offset, Piece);
        if (!bytes) {
            return bytes.error();
        }
        crc = extendCrc(crc, *bytes);
        if (bytes->size() < Piece) {
            return crc;
        }
    }
}

} // namespace ci::storage
