// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "coordinator/storage/filedescriptor.h"
#include "coordinator/storage/sha256.h"

#include <QString>

#include <memory>

namespace ci::storage {

/// What came in: a file beside its final place that nobody knows yet. Removed when the last owner
/// goes without having published it.
class ReceivedFile
{
public:
    ReceivedFile(QString path, qint64 sizeBytes, QByteArray sha256)
        : m_path(std::move(path)), m_sizeBytes(sizeBytes), m_sha256(std::move(sha256)) { }
    Q_DISABLE_COPY_MOVE(ReceivedFile)
    ~ReceivedFile();

    const QString &path() const { return m_path; }
    qint64 sizeBytes() const { return m_sizeBytes; }
    const QByteArray &sha256() const { return m_sha256; } ///< Hex.
    void release() { m_path.clear(); } ///< It has been moved: nothing is left to remove.

private:
    QString m_path;
    qint64 m_sizeBytes;
    QByteArray m_sha256;
};

/// Takes a body of any length into a temporary file, hashing as it goes. Used on the I/O thread
/// that reads the socket; it writes to the page cache only. finish() makes received() ready.
class ArtifactUpload final : public BodySink
{
public:
    /// TooLarge from write() once more than `maximum` bytes have come.
    ArtifactUpload(QString temporaryPath, qint64 maximum);
    ~ArtifactUpload() override; ///< Unfinished: the file is removed.

    Result<void> write(QByteArrayView bytes) override;
    Result<void> finish() override;

    /// Set after finish().
    std::shared_ptr<ReceivedFile> received() const { return m_received; }

private:
    Result<void> open();

    QString m_path;
    qint64 m_maximum;
    qint64 m_size = 0;
    qint64 m_handedToDisk = 0;
    FileDescriptor m_file;
    Sha256 m_hash;
    std::shared_ptr<ReceivedFile> m_received;
};

} // namespace ci::storage
