// SPDX-License-Identifier: MIT
#include "db/releasestore.h"

#include "db/reading.h"

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertRelease = R"(
    INSERT INTO releases (project_id, tag, name, description, sha, user_id, created_ms, released_ms)
    VALUES (:project, :tag, :name, :description, :sha, :user, :created, :released))";
constexpr const char *InsertReleaseLink = R"(
    INSERT INTO release_links (release_id, name, url, filepath, type)
    VALUES (:release, :name, :url, :filepath, :type))";
constexpr const char *UpdateRelease = R"(
    UPDATE releases SET name = :name, description = :description, released_ms = :released
    WHERE id = :id)";
constexpr const char *DeleteRelease = "DELETE FROM releases WHERE id = :id";
#define RELEASE_COLUMNS                                                                           \
    "SELECT id, project_id, tag, name, description, sha, user_id, created_ms, released_ms "       \
    "FROM releases "
constexpr const char *FindRelease = RELEASE_COLUMNS "WHERE project_id = :project AND tag = :tag";
constexpr const char *ListReleases = RELEASE_COLUMNS
    "WHERE project_id = :project ORDER BY released_ms DESC, id DESC LIMIT :limit OFFSET :offset";
constexpr const char *CountReleases = "SELECT count(*) FROM releases WHERE project_id = :project";
constexpr const char *ReleaseLinks = R"(
    SELECT id, name, url, filepath, type FROM release_links WHERE release_id = :release
    ORDER BY id)";

model::Release readRelease(const Query &row)
{
    return {.id = row.id<ReleaseId>(0),
            .project = row.id<ProjectId>(1),
            .tag = row.text(2),
            .name = row.text(3),
            .description = row.text(4),
            .sha = row.bytes(5),
            .user = row.maybeId<UserId>(6),
            .createdAt = row.time(7),
            .releasedAt = row.time(8),
            .links = {}};
}

} // namespace

Result<model::Release> ReleaseStore::insert(model::Release release)
{
    Query query(m_database, InsertRelease);
    query.bind(":project", release.project)
        .bind(":tag", release.tag)
        .bind(":name", release.name)
        .bind(":description", release.description)
        .bind(":sha", release.sha)
        .bind(":user", release.user)
        .bind(":created", release.createdAt)
        .bind(":released", release.releasedAt);
    if (const Result<int> done = query.run(); !done) {
        return done.error().kind == ErrorKind::Conflict
            ? conflict(u"Release already exists"_s)
            : done.error();
    }
    release.id = ReleaseId {m_database.lastInsertId()};
    for (model::ReleaseLink &link : release.links) {
        Query insert(m_database, InsertReleaseLink);
        insert.bind(":release", release.id)
            .bind(":name", link.name)
            .bind(":url", link.url)
            .bind(":filepath", link.filepath)
            .bind(":type", link.type);
        if (const Result<int> done = insert.run(); !done) {
            return done.error().kind == ErrorKind::Conflict
                ? invalid(u"assets: names and addresses of links must be unique, and the type one "
                          "of other, runbook, image, package"_s)
                : done.error();
        }
        link.id = m_database.lastInsertId();
    }
    return release;
}

Result<void> ReleaseStore::update(const model::Release &release)
{
    Query query(m_database, UpdateRelease);
    query.bind(":name", release.name)
        .bind(":description", release.description)
        .bind(":released", release.releasedAt)
        .bind(":id", release.id);
    return runOne(query, u"release"_s);
}

Result<bool> ReleaseStore::remove(ReleaseId id)
{
    Query query(m_database, DeleteRelease);
    return changesAny(query.bind(":id", id));
}

Result<void> ReleaseStore::addLinks(model::Release &release)
{
    Query query(m_database, ReleaseLinks);
    Result<std::vector<model::ReleaseLink>> links
        = readAll<model::ReleaseLink>(query.bind(":release", release.id), [](const Query &row) {
              return model::ReleaseLink {row.integer(0), row.text(1), row.text(2), row.text(3),
                                         row.text(4)};
          });
    if (!links) {
        return links.error();
    }
    release.links = std::move(*links);
    return {};
}

Result<std::optional<model::Release>> ReleaseStore::find(ProjectId project, const QString &tag)
{
    std::optional<model::Release> release;
    {
        Query query(m_database, FindRelease);
        Result<std::optional<model::Release>> found = readOne<model::Release>(
            query.bind(":project", project).bind(":tag", tag), readRelease);
        if (!found) {
            return found;
        }
        release = std::move(*found);
    }
    if (release) {
        if (const Result<void> added = addLinks(*release); !added) {
            return added.error();
        }
    }
    return release;
}

Result<Listing<model::Release>> ReleaseStore::list(ProjectId project, Page page)
{
    Query query(m_database, ListReleases);
    query.bind(":project", project).bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountReleases);
    Result<Listing<model::Release>> found
        = readListing<model::Release>(query, total.bind(":project", project), readRelease);
    if (!found) {
        return found;
    }
    for (model::Release &release : found->items) {
        if (const Result<void> added = addLinks(release); !added) {
            return added.error();
        }
    }
    return found;
}

} // namespace ci::db
