// SPDX-License-Identifier: MIT
#include "coordinator/storage/artifactfiles.h"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>

#include <unordered_set>

namespace ci::storage {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1StringView UploadFolder {"/tmp"};

} // namespace

Result<std::unique_ptr<ArtifactFiles>> ArtifactFiles::create(const QString &directory)
{
    QDir(directory + UploadFolder).removeRecursively();
    if (!QDir().mkpath(directory + UploadFolder)) {
        return ioError(u"cannot make the folder "_s + directory);
    }
    return std::unique_ptr<ArtifactFiles>(new ArtifactFiles(directory));
}

std::unique_ptr<ArtifactUpload> ArtifactFiles::newUpload(qint64 maximumBytes)
{
    const qint64 number = m_nextUpload.fetch_add(1);
    return std::make_unique<ArtifactUpload>(
        m_directory + UploadFolder + u'/' + QString::number(number), maximumBytes);
}

QString ArtifactFiles::path(ArtifactId id) const
{
    return u"%1/%2/%3"_s.arg(m_directory).arg(id.value() / 1000).arg(id.value());
}

bool ArtifactFiles::has(ArtifactId id) const
{
    return QFileInfo::exists(path(id));
}

Result<std::unique_ptr<BodySource>> ArtifactFiles::open(ArtifactId id) const
{
    Result<FileDescriptor> file = FileDescriptor::openForReading(path(id));
    if (!file) {
        return file.error();
    }
    const Result<qint64> size = file->size();
    if (!size) {
        return size.error();
    }
    return std::unique_ptr<BodySource>(std::make_unique<FileSource>(std::move(*file), 0, *size));
}

Result<std::unique_ptr<BodySource>> ArtifactFiles::open(ArtifactId id,
                                                        qint64 offset,
                                                        qint64 length) const
{
    Result<FileDescriptor> file = FileDescriptor::openForReading(path(id));
    if (!file) {
        return file.error();
    }
    return std::unique_ptr<BodySource>(
        std::make_unique<FileSource>(std::move(*file), offset, length));
}

Result<void> ArtifactFiles::sync(const ReceivedFile &file)
{
    const Result<FileDescriptor> open = FileDescriptor::openForReading(file.path());
    return open ? open->sync() : Result<void>(open.error());
}

Result<void> ArtifactFiles::publish(ReceivedFile &file, ArtifactId id) const
{
    const Result<void> renamed = renameFile(file.path(), path(id));
    if (renamed) {
        file.release();
    }
    return renamed;
}

Result<void> ArtifactFiles::remove(ArtifactId id) const
{
    return removeFile(path(id));
}

void ArtifactFiles::removeUnknown(const std::vector<ArtifactId> &known, ArtifactId newest) const
{
    const std::unordered_set<ArtifactId> ids(known.begin(), known.end());
    QDirIterator files(m_directory, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        bool isNumber = false;
        const ArtifactId id {files.fileName().toLongLong(&isNumber)};
        const bool isUpload = path.startsWith(m_directory + UploadFolder + u'/');
        if (isNumber && !isUpload && id <= newest && !ids.contains(id)) {
            (void)removeFile(path);
        }
    }
}

} // namespace ci::storage
