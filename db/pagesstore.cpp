// SPDX-License-Identifier: MIT
#include "db/pagesstore.h"

#include "db/reading.h"

namespace ci::db {

namespace {

constexpr const char *InsertPages = R"(
    INSERT INTO pages_deployments (project_id, job_id, path_prefix, root, size_bytes, created_ms,
        expires_ms)
    VALUES (:project, :job, :prefix, :root, :size, :created, :expires))";
constexpr const char *DeletePages = "DELETE FROM pages_deployments WHERE id = :id";
#define PAGES_COLUMNS                                                                             \
    "SELECT id, project_id, job_id, path_prefix, root, size_bytes, created_ms, expires_ms "       \
    "FROM pages_deployments "
constexpr const char *PagesOfProject
    = PAGES_COLUMNS "WHERE project_id = :project ORDER BY path_prefix";
constexpr const char *ExpiredPages = PAGES_COLUMNS
    "WHERE expires_ms IS NOT NULL AND expires_ms <= :now ORDER BY expires_ms LIMIT :most";
constexpr const char *AllPagesIds = "SELECT id FROM pages_deployments ORDER BY id";

model::PagesDeployment readPagesRow(const Query &row)
{
    return {.id = row.id<PagesId>(0),
            .project = row.id<ProjectId>(1),
            .job = row.maybeId<JobId>(2),
            .pathPrefix = row.text(3),
            .root = row.text(4),
            .sizeBytes = row.integer(5),
            .createdAt = row.time(6),
            .expiresAt = row.maybeTime(7)};
}

} // namespace

Result<model::PagesDeployment> PagesStore::insert(model::PagesDeployment deployment)
{
    Query query(m_database, InsertPages);
    query.bind(":project", deployment.project)
        .bind(":job", deployment.job)
        .bind(":prefix", deployment.pathPrefix)
        .bind(":root", deployment.root)
        .bind(":size", deployment.sizeBytes)
        .bind(":created", deployment.createdAt)
        .bind(":expires", deployment.expiresAt);
    if (const Result<int> done = query.run(); !done) {
        return done.error();
    }
    deployment.id = PagesId {m_database.lastInsertId()};
    return deployment;
}

Result<bool> PagesStore::remove(PagesId id)
{
    Query query(m_database, DeletePages);
    return changesAny(query.bind(":id", id));
}

Result<std::vector<model::PagesDeployment>> PagesStore::ofProject(ProjectId project)
{
    Query query(m_database, PagesOfProject);
    return readAll<model::PagesDeployment>(query.bind(":project", project), readPagesRow);
}

Result<std::vector<model::PagesDeployment>> PagesStore::expired(Timestamp now, int most)
{
    Query query(m_database, ExpiredPages);
    return readAll<model::PagesDeployment>(query.bind(":now", now).bind(":most", most),
                                           readPagesRow);
}

Result<std::vector<PagesId>> PagesStore::allIds()
{
    Query query(m_database, AllPagesIds);
    return readAll<PagesId>(query, [](const Query &row) { return row.id<PagesId>(0); });
}

} // namespace ci::db
