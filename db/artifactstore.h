// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/job.h"
#include "coordinator/model/pipelineplan.h"
#include "db/query.h"

#include <optional>
#include <vector>

namespace ci::db {

/// What the database knows of a log; its bytes are a file.
struct Trace
{
    JobId job;
    qint64 sizeBytes = 0; ///< May lag behind the file while the job runs: the file is the truth.
    QByteArray checksum; ///< "crc32:…" as the runner reported it.
    int resets = 0; ///< How often it was asked for anew (412).
    bool isFlawed = false; ///< Accepted although size or checksum do not fit.
    std::optional<Timestamp> expiresAt {}; ///< nullopt: kept.
};

/// Artifacts, logs and dotenv variables of jobs.
class ArtifactStore
{
public:
    explicit ArtifactStore(Database &database) : m_database(database) { }

    Result<model::Artifact> insert(model::Artifact artifact); ///< Conflict: that type is there.
    Result<std::vector<model::Artifact>> ofJob(JobId job);
    Result<std::optional<model::Artifact>> find(JobId job, QByteArrayView type);
    Result<std::vector<model::Artifact>> expired(Timestamp now, int most);
    Result<std::vector<model::Artifact>> ofProject(ProjectId project);
    /// Newest attempts of a pipeline that have left any artifact.
    Result<std::vector<JobId>> jobsWithArtifacts(PipelineId pipeline);
    Result<std::vector<ArtifactId>> allIds(); ///< To find files that no row knows.
    Result<void> keep(JobId job); ///< No expiry any more.
    Result<bool> remove(ArtifactId id);

    Result<std::optional<Trace>> trace(JobId job);
    Result<void> setTrace(const Trace &trace);
    Result<std::vector<JobId>> expiredTraces(Timestamp now, int most);

    Result<void> setDotenv(JobId job, const std::vector<model::GivenVariable> &variables);
    Result<std::vector<model::GivenVariable>> dotenv(JobId job);

private:
    Database &m_database;
};

} // namespace ci::db
