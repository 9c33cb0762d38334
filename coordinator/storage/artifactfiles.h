// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"
#include "coordinator/model/job.h"
#include "coordinator/storage/artifactupload.h"
#include "coordinator/storage/filesource.h"
#include "coordinator/storage/workers.h"

#include <QString>

#include <atomic>
#include <memory>
#include <vector>

namespace ci::storage {

/// The files of artifacts, named by id: DIRECTORY/<id / 1000>/<id>, uploads under DIRECTORY/tmp.
/// Thread-safe.
class ArtifactFiles
{
public:
    /// Removes half files of an earlier run.
    static Result<std::unique_ptr<ArtifactFiles>> create(const QString &directory);

    std::unique_ptr<ArtifactUpload> newUpload(qint64 maximumBytes);

    QString path(ArtifactId id) const;
    bool has(ArtifactId id) const;
    Result<std::unique_ptr<BodySource>> open(ArtifactId id) const;
    Result<std::unique_ptr<BodySource>> open(ArtifactId id, qint64 offset, qint64 length) const;

    /// Blocking; for a worker: the bytes are on the disk. publish() comes after it.
    static Result<void> sync(const ReceivedFile &file);
    /// Gives the file its final name. A rename only: safe on the engine thread.
    Result<void> publish(ReceivedFile &file, ArtifactId id) const;
    Result<void> remove(ArtifactId id) const;

    /// Files up to `newest` that have no row: left by a crash between rename and commit. Later ones
    /// are of uploads since. Blocking; for a worker.
    void removeUnknown(const std::vector<ArtifactId> &known, ArtifactId newest) const;

private:
    explicit ArtifactFiles(QString directory) : m_directory(std::move(directory)) { }

    QString m_directory;
    std::atomic<qint64> m_nextUpload {1};
};

} // namespace ci::storage
