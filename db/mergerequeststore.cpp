// SPDX-License-Identifier: MIT
#include "db/mergerequeststore.h"

#include "db/reading.h"

namespace ci::db {
namespace {

constexpr const char *FindRequest = R"(
    SELECT source_branch, target_branch, title, description, labels FROM merge_requests
    WHERE project_id = :project AND iid = :number)";
constexpr const char *SetRequest = R"(
    INSERT INTO merge_requests (project_id, iid, source_branch, target_branch, title, description,
        labels)
    VALUES (:project, :number, :source, :target, :title, :description, :labels)
    ON CONFLICT (project_id, iid) DO UPDATE SET source_branch = excluded.source_branch,
        target_branch = excluded.target_branch, title = excluded.title,
        description = excluded.description, labels = excluded.labels)";
constexpr const char *RemoveRequest
    = "DELETE FROM merge_requests WHERE project_id = :project AND iid = :number";
constexpr const char *OpenFrom = R"(
    SELECT iid FROM merge_requests WHERE project_id = :project AND source_branch = :branch
    ORDER BY iid LIMIT :most)";

} // namespace

Result<std::optional<model::MergeRequest>> MergeRequestStore::find(ProjectId project, qint64 number)
{
    Query query(m_database, FindRequest);
    query.bind(":project", project).bind(":number", number);
    return readOne<model::MergeRequest>(query, [](const Query &row) {
        model::MergeRequest request;
        request.sourceBranch = row.text(0);
        request.targetBranch = row.text(1);
        request.title = row.text(2);
        request.description = row.text(3);
        request.labels = row.list(4);
        return request;
    });
}

Result<void>
MergeRequestStore::set(ProjectId project, qint64 number, const model::MergeRequest &request)
{
    Query query(m_database, SetRequest);
    query.bind(":project", project)
        .bind(":number", number)
        .bind(":source", request.sourceBranch)
        .bind(":target", request.targetBranch)
        .bind(":title", request.title)
        .bind(":description", request.description)
        .bind(":labels", request.labels);
    return runAny(query);
}

Result<void> MergeRequestStore::remove(ProjectId project, qint64 number)
{
    Query query(m_database, RemoveRequest);
    return runAny(query.bind(":project", project).bind(":number", number));
}

Result<std::vector<qint64>>
MergeRequestStore::openFrom(ProjectId project, const QString &branch, int most)
{
    Query query(m_database, OpenFrom);
    query.bind(":project", project).bind(":branch", branch).bind(":most", most);
    return readAll<qint64>(query, [](const Query &row) { return row.integer(0); });
}

} // namespace ci::db
