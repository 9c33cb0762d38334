// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/storage/artifactfiles.h"
#include "coordinator/storage/lastingnames.h"
#include "coordinator/storage/logfiles.h"
#include "coordinator/storage/storagelimits.h"

#include <functional>
#include <memory>
#include <vector>

namespace ci::storage {

/// What an upload says about itself.
struct ArtifactFacts
{
    QByteArray type; ///< Empty: "archive".
    QByteArray format; ///< Empty: "zip".
    QString expireIn; ///< As the user wrote it; empty: the instance's default.
    QString fileName;
};

/// Artifacts as rows and files together. Engine thread.
class Artifacts
{
public:
    Artifacts(ArtifactFiles &files,
              LogFiles &logs,
              engine::CommandLoop &loop,
              Workers &workers,
              const Clock &clock,
              const StorageLimits &limits);

    /// Bytes that an upload of this type may have.
    qint64 maximumBytes(QByteArrayView type) const;

    /// Invalid: unknown type or format.
    static Result<ArtifactFacts> checked(ArtifactFacts facts);

    /// Makes `file` the artifact of `job`: synced on a worker, then row and name in one command,
    /// after which `done` is called with the row (the same for an identical upload of that type).
    /// Conflict: another one of that type is there. `stillAllowed` is asked again in that command.
    /// A dotenv report is read too: Invalid where it breaks the rules.
    void store(JobId job,
               const ArtifactFacts &facts,
               std::shared_ptr<ReceivedFile> file,
               std::function<Result<model::Job>(engine::Transaction &)> stillAllowed,
               std::function<void(Result<model::Artifact>)> done);

    /// Called within the transaction in which an artifact of `job` is stored.
    void setStoredHook(std::function<void(engine::Transaction &, const model::Job &)> hook)
    {
        m_storedHook = std::move(hook);
    }

    Result<void> keep(engine::Transaction &transaction, JobId job);
    /// All artifacts of a job; the files go after the commit.
    Result<void> removeAll(engine::Transaction &transaction, JobId job);
    /// The files of a project that goes, after the commit; the rows go with it.
    Result<void> removeFilesOf(engine::Transaction &transaction, ProjectId project);

    /// Removes artifacts and logs that have expired, a bounded number by each command.
    void sweep();
    /// At start: files that no row knows.
    void removeLeftovers();

private:
    struct Upload;

    Result<model::Artifact> insert(engine::Transaction &transaction, const Upload &upload);
    Result<model::Artifact> restored(const model::Artifact &artifact, const Upload &upload) const;
    engine::Outcome commit(engine::Transaction &transaction, const std::shared_ptr<Upload> &upload);
    Result<void> removeRows(engine::Transaction &transaction,
                            const std::vector<model::Artifact> &artifacts);
    Result<size_t> sweepLogs(engine::Transaction &transaction);
    void removeFileAfter(engine::Transaction &transaction, ArtifactId id);

    ArtifactFiles &m_files;
    LogFiles &m_logs;
    engine::CommandLoop &m_loop;
    Workers &m_workers;
    const Clock &m_clock;
    StorageLimits m_limits;
    std::shared_ptr<LastingNames> m_names;
    std::function<void(engine::Transaction &, const model::Job &)> m_storedHook;
};

} // namespace ci::storage
