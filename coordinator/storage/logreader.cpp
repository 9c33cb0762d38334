// SPDX-License-Identifier: MIT
#include "coordinator/storage/logreader.h"

#include "coordinator/storage/filesource.h"
#include "coordinator/storage/logfiles.h"

#include <QFileInfo>

namespace ci::storage {

Result<qint64> LogReader::size(JobId job) const
{
    const QFileInfo file(logPath(m_directory, job));
    return file.exists() ? file.size() : 0;
}

Result<QByteArray> LogReader::read(JobId job, qint64 offset, qint64 maximum) const
{
    const Result<FileDescriptor> file = FileDescriptor::openForReading(logPath(m_directory, job));
    if (!file) {
        const bool isMissing = file.error().kind == ErrorKind::NotFound;
        return isMissing ? Result<QByteArray>(QByteArray()) : Result<QByteArray>(file.error());
    }
    const Result<qint64> size = file->size();
    if (!size) {
        return size.error();
    }
    // The buffer is made before reading: never larger than what is there.
    return file->readAt(offset, std::clamp<qint64>(*size - offset, 0, maximum));
}

Result<std::unique_ptr<BodySource>> LogReader::open(JobId job, qint64 offset, qint64 length) const
{
    Result<FileDescriptor> file = FileDescriptor::openForReading(logPath(m_directory, job));
    if (!file) {
        return file.error();
    }
    return std::unique_ptr<BodySource>(
        std::make_unique<FileSource>(std::move(*file), offset, length));
}

} // namespace ci::storage
