// SPDX-License-Identifier: MIT
#include "db/artifactstore.h"

#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertArtifact = R"(
    INSERT INTO artifacts (job_id, project_id, type, format, file_name, size_bytes, sha256,
        created_ms, expires_ms)
    VALUES (:job, :project, :type, :format, :file_name, :size, :sha256, :created, :expires))";

// The columns that readArtifact() takes, in its order.
#define ARTIFACT_COLUMNS                                                                          \
    "SELECT id, job_id, project_id, type, format, file_name, size_bytes, sha256, created_ms, "    \
    "expires_ms FROM artifacts "
constexpr const char *ArtifactsOfJob = ARTIFACT_COLUMNS "WHERE job_id = :job ORDER BY id";
constexpr const char *FindArtifact = ARTIFACT_COLUMNS "WHERE job_id = :job AND type = :type";
constexpr const char *ExpiredArtifacts = ARTIFACT_COLUMNS R"(
    WHERE expires_ms IS NOT NULL AND expires_ms <= :now ORDER BY expires_ms LIMIT :most)";
constexpr const char *ArtifactsOfProject
    = ARTIFACT_COLUMNS "WHERE project_id = :project ORDER BY id";
constexpr const char *JobsWithArtifacts = R"(
    SELECT DISTINCT artifacts.job_id FROM jobs JOIN artifacts ON artifacts.job_id = jobs.id
    WHERE jobs.pipeline_id = :pipeline AND jobs.is_retried = 0)";
constexpr const char *AllArtifactIds = "SELECT id FROM artifacts ORDER BY id";
constexpr const char *KeepArtifacts
    = "UPDATE artifacts SET expires_ms = NULL WHERE job_id = :job";
constexpr const char *DeleteArtifact = "DELETE FROM artifacts WHERE id = :id";

constexpr const char *FindTrace
    = "SELECT job_id, size_bytes, checksum, resets, is_flawed, expires_ms FROM traces "
      "WHERE job_id = :job";
constexpr const char *SetTrace = R"(
    INSERT INTO traces (job_id, size_bytes, checksum, resets, is_flawed, expires_ms)
    VALUES (:job, :size, :checksum, :resets, :is_flawed, :expires)
    ON CONFLICT (job_id) DO UPDATE SET size_bytes = excluded.size_bytes,
        checksum = excluded.checksum, resets = excluded.resets, is_flawed = excluded.is_flawed,
        expires_ms = excluded.expires_ms)";
constexpr const char *ExpiredTraces = R"(
    SELECT job_id FROM traces
    WHERE expires_ms IS NOT NULL AND expires_ms <= :now ORDER BY expires_ms LIMIT :most)";

constexpr const char *SetDotenv = R"(
    INSERT INTO dotenv_variables (job_id, key, value) VALUES (:job, :key, :value)
    ON CONFLICT (job_id, key) DO UPDATE SET value = excluded.value)";
constexpr const char *DotenvOf
    = "SELECT key, value FROM dotenv_variables WHERE job_id = :job ORDER BY key";

constexpr std::array<QByteArrayView, 3> FormatWords {"zip", "gzip", "raw"};

model::ArtifactFormat formatOf(const QByteArray &word)
{
    return word == "zip" ? model::ArtifactFormat::Zip
        : word == "gzip" ? model::ArtifactFormat::Gzip
                         : model::ArtifactFormat::Raw;
}

model::Artifact readArtifact(const Query &query)
{
    return {.id = query.id<ArtifactId>(0),
            .job = query.id<JobId>(1),
            .project = query.id<ProjectId>(2),
            .type = query.bytes(3),
            .format = formatOf(query.bytes(4)),
            .fileName = query.text(5),
            .sizeBytes = query.integer(6),
            .sha256 = query.bytes(7),
            .createdAt = query.time(8),
            .expiresAt = query.maybeTime(9)};
}

} // namespace

Result<model::Artifact> ArtifactStore::insert(model::Artifact artifact)
{
    Query query(m_database, InsertArtifact);
    query.bind(":job", artifact.job)
        .bind(":project", artifact.project)
        .bind(":type", artifact.type)
        .bind(":format", FormatWords[static_cast<size_t>(artifact.format)])
        .bind(":file_name", artifact.fileName)
        .bind(":size", artifact.sizeBytes)
        .bind(":sha256", artifact.sha256)
        .bind(":created", artifact.createdAt)
        .bind(":expires", artifact.expiresAt);
    if (const Result<void> done = runAny(query); !done) {
        return done.error().kind == ErrorKind::Conflict
            ? conflict(u"the job has an artifact of type %1 already"_s.arg(
                QString::fromUtf8(artifact.type)))
            : done.error();
    }
    artifact.id = ArtifactId {m_database.lastInsertId()};
    return artifact;
}

Result<std::vector<model::Artifact>> ArtifactStore::ofJob(JobId job)
{
    Query query(m_database, ArtifactsOfJob);
    return readAll<model::Artifact>(query.bind(":job", job), readArtifact);
}

Result<std::optional<model::Artifact>> ArtifactStore::find(JobId job, QByteArrayView type)
{
    Query query(m_database, FindArtifact);
    return readOne<model::Artifact>(query.bind(":job", job).bind(":type", type), readArtifact);
}

Result<std::vector<model::Artifact>> ArtifactStore::expired(Timestamp now, int most)
{
    Query query(m_database, ExpiredArtifacts);
    return readAll<model::Artifact>(query.bind(":now", now).bind(":most", most), readArtifact);
}

Result<std::vector<model::Artifact>> ArtifactStore::ofProject(ProjectId project)
{
    Query query(m_database, ArtifactsOfProject);
    return readAll<model::Artifact>(query.bind(":project", project), readArtifact);
}

Result<std::vector<JobId>> ArtifactStore::jobsWithArtifacts(PipelineId pipeline)
{
    Query query(m_database, JobsWithArtifacts);
    return readAll<JobId>(query.bind(":pipeline", pipeline),
                          [](const Query &row) { return row.id<JobId>(0); });
}

Result<std::vector<ArtifactId>> ArtifactStore::allIds()
{
    Query query(m_database, AllArtifactIds);
    return readAll<ArtifactId>(query, [](const Query &row) { return row.id<ArtifactId>(0); });
}

Result<void> ArtifactStore::keep(JobId job)
{
    Query query(m_database, KeepArtifacts);
    return runAny(query.bind(":job", job));
}

Result<bool> ArtifactStore::remove(ArtifactId id)
{
    Query query(m_database, DeleteArtifact);
    return changesAny(query.bind(":id", id));
}

Result<std::optional<Trace>> ArtifactStore::trace(JobId job)
{
    Query query(m_database, FindTrace);
    return readOne<Trace>(query.bind(":job", job), [](const Query &row) {
        return Trace {.job = row.id<JobId>(0),
                      .sizeBytes = row.integer(1),
                      .checksum = row.bytes(2),
                      .resets = static_cast<int>(row.integer(3)),
                      .isFlawed = row.flag(4),
                      .expiresAt = row.maybeTime(5)};
    });
}

Result<void> ArtifactStore::setTrace(const Trace &trace)
{
    Query query(m_database, SetTrace);
    query.bind(":job", trace.job)
        .bind(":size", trace.sizeBytes)
        .bind(":checksum", trace.checksum)
        .bind(":resets", trace.resets)
        .bind(":is_flawed", trace.isFlawed)
        .bind(":expires", trace.expiresAt);
    return runAny(query);
}

Result<std::vector<JobId>> ArtifactStore::expiredTraces(Timestamp now, int most)
{
    Query query(m_database, ExpiredTraces);
    return readAll<JobId>(query.bind(":now", now).bind(":most", most),
                          [](const Query &row) { return row.id<JobId>(0); });
}

Result<void> ArtifactStore::setDotenv(JobId job,
                                      const std::vector<model::GivenVariable> &variables)
{
    for (const model::GivenVariable &variable : variables) {
        Query query(m_database, SetDotenv);
        query.bind(":job", job).bind(":key", variable.key).bind(":value", variable.value);
        if (const Result<void> done = runAny(query); !done) {
            return done;
        }
    }
    return {};
}

Result<std::vector<model::GivenVariable>> ArtifactStore::dotenv(JobId job)
{
    Query query(m_database, DotenvOf);
    return readAll<model::GivenVariable>(query.bind(":job", job), [](const Query &row) {
        return model::GivenVariable {row.text(0), row.text(1), false};
    });
}

} // namespace ci::db
