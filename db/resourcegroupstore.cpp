// SPDX-License-Identifier: MIT
#include "db/resourcegroupstore.h"

#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *EnsureResource = R"(
    INSERT INTO resource_groups (project_id, key, created_ms, updated_ms)
    VALUES (:project, :key, :now, :now) ON CONFLICT (project_id, key) DO NOTHING)";
#define RESOURCE_COLUMNS                                                                          \
    "SELECT id, project_id, key, process_mode, created_ms, updated_ms FROM resource_groups "
constexpr const char *ListResources = RESOURCE_COLUMNS "WHERE project_id = :project ORDER BY key";
constexpr const char *FindResource
    = RESOURCE_COLUMNS "WHERE project_id = :project AND key = :key";
constexpr const char *SetResourceMode
    = "UPDATE resource_groups SET process_mode = :mode, updated_ms = :now WHERE id = :id";

// Within one pipeline those that are ready come before those that are not.
#define UPCOMING(states, order)                                                                   \
    "SELECT id FROM jobs WHERE project_id = :project AND resource_group = :key "                  \
    "AND resource_group <> '' AND state IN ('created', 'scheduled', 'waiting_for_resource') "     \
    "AND state IN (" states ") ORDER BY " order " LIMIT :most"
#define READY "'waiting_for_resource'"
#define READY_OR_NOT "'waiting_for_resource', 'created', 'scheduled'"
#define READY_FIRST "CASE state WHEN 'waiting_for_resource' THEN 0 ELSE 1 END, ordinal, id"

constexpr std::array<const char *, 4> UpcomingByMode {
    UPCOMING(READY, "id"),
    UPCOMING(READY_OR_NOT, "pipeline_id, " READY_FIRST),
    UPCOMING(READY_OR_NOT, "pipeline_id DESC, " READY_FIRST),
    UPCOMING(READY, "pipeline_id DESC, ordinal, id"),
};
#undef UPCOMING
#undef READY
#undef READY_OR_NOT
#undef READY_FIRST
constexpr const char *ResourceHolder = R"(
    SELECT id FROM jobs WHERE project_id = :project AND resource_group = :key
      AND resource_group <> ''
      AND state IN ('pending', 'running', 'canceling', 'waiting_for_resource')
      AND state <> 'waiting_for_resource' ORDER BY id LIMIT 1)";

constexpr std::array<QByteArrayView, 4> ModeWords {"unordered", "oldest_first", "newest_first",
                                                   "newest_ready_first"};

model::ResourceGroup readResource(const Query &row)
{
    return {.id = row.integer(0),
            .project = row.id<ProjectId>(1),
            .key = row.text(2),
            .mode = processModeOf(row.bytes(3)).value_or(model::ProcessMode::Unordered),
            .createdAt = row.time(4),
            .updatedAt = row.time(5)};
}

} // namespace

QByteArrayView processModeWord(model::ProcessMode mode)
{
    return ModeWords[static_cast<size_t>(mode)];
}

std::optional<model::ProcessMode> processModeOf(QByteArrayView word)
{
    for (size_t i = 0; i < ModeWords.size(); ++i) {
        if (ModeWords[i] == word) {
            return static_cast<model::ProcessMode>(i);
        }
    }
    return std::nullopt;
}

Result<void> ResourceGroupStore::ensure(ProjectId project, const QString &key, Timestamp now)
{
    Query query(m_database, EnsureResource);
    return runAny(query.bind(":project", project).bind(":key", key).bind(":now", now));
}

Result<std::vector<model::ResourceGroup>> ResourceGroupStore::list(ProjectId project)
{
    Query query(m_database, ListResources);
    return readAll<model::ResourceGroup>(query.bind(":project", project), readResource);
}

Result<std::optional<model::ResourceGroup>> ResourceGroupStore::find(ProjectId project,
                                                                     const QString &key)
{
    Query query(m_database, FindResource);
    return readOne<model::ResourceGroup>(query.bind(":project", project).bind(":key", key),
                                         readResource);
}

Result<void> ResourceGroupStore::setMode(const model::ResourceGroup &group)
{
    Query query(m_database, SetResourceMode);
    query.bind(":mode", processModeWord(group.mode))
        .bind(":now", group.updatedAt)
        .bind(":id", group.id);
    return runOne(query, u"resource group"_s);
}

Result<std::vector<JobId>> ResourceGroupStore::upcoming(const model::ResourceGroup &group, int most)
{
    Query query(m_database, UpcomingByMode[static_cast<size_t>(group.mode)]);
    query.bind(":project", group.project).bind(":key", group.key).bind(":most", most);
    return readAll<JobId>(query, [](const Query &row) { return row.id<JobId>(0); });
}

Result<std::optional<JobId>> ResourceGroupStore::holder(const model::ResourceGroup &group)
{
    Query query(m_database, ResourceHolder);
    query.bind(":project", group.project).bind(":key", group.key);
    return readOne<JobId>(query, [](const Query &row) { return row.id<JobId>(0); });
}

} // namespace ci::db
