// SPDX-License-Identifier: MIT
#include "db/triggerstore.h"

#include "db/reading.h"

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertTrigger = R"(
    INSERT INTO trigger_tokens (project_id, owner_id, description, token_hash, short_token,
        created_ms, updated_ms, last_used_ms)
    VALUES (:project, :owner, :description, :token_hash, :short_token, :created, :updated,
        :last_used))";
// The columns that readTrigger() takes, in its order.
#define TRIGGER_COLUMNS                                                                             \
    "SELECT id, project_id, owner_id, description, token_hash, short_token, created_ms, "         \
    "updated_ms, last_used_ms FROM trigger_tokens "
constexpr const char *FindTrigger = TRIGGER_COLUMNS "WHERE id = :id";
constexpr const char *FindTriggerByHash = TRIGGER_COLUMNS "WHERE token_hash = :token_hash";
constexpr const char *TriggersOfProject = TRIGGER_COLUMNS "WHERE project_id = :project ORDER BY id";
constexpr const char *UpdateTrigger = R"(
    UPDATE trigger_tokens SET owner_id = :owner, description = :description,
        updated_ms = :updated, last_used_ms = :last_used
    WHERE id = :id)";
constexpr const char *DeleteTrigger = "DELETE FROM trigger_tokens WHERE id = :id";

constexpr const char *HookOfProject = R"(
    SELECT project_id, owner_id, token_hash, created_ms FROM external_hooks
    WHERE project_id = :project)";
constexpr const char *SetHook = R"(
    INSERT INTO external_hooks (project_id, owner_id, token_hash, created_ms)
    VALUES (:project, :owner, :token_hash, :created)
    ON CONFLICT (project_id) DO UPDATE SET owner_id = excluded.owner_id,
        token_hash = excluded.token_hash, created_ms = excluded.created_ms)";
constexpr const char *DeleteHook = "DELETE FROM external_hooks WHERE project_id = :project";

model::TriggerToken readTrigger(const Query &row)
{
    return {.id = row.id<TriggerTokenId>(0),
            .project = row.id<ProjectId>(1),
            .owner = row.id<UserId>(2),
            .description = row.text(3),
            .tokenHash = row.bytes(4),
            .shortToken = row.text(5),
            .createdAt = row.time(6),
            .updatedAt = row.time(7),
            .lastUsedAt = row.maybeTime(8)};
}

Query &bindTrigger(Query &query, const model::TriggerToken &token)
{
    return query.bind(":owner", token.owner)
        .bind(":description", token.description)
        .bind(":updated", token.updatedAt)
        .bind(":last_used", token.lastUsedAt);
}

} // namespace

Result<model::TriggerToken> TriggerStore::insert(model::TriggerToken token)
{
    Query query(m_database, InsertTrigger);
    bindTrigger(query, token)
        .bind(":project", token.project)
        .bindBlob(":token_hash", token.tokenHash)
        .bind(":short_token", token.shortToken)
        .bind(":created", token.createdAt);
    if (const Result<void> done = runAny(query); !done) {
        return done.error();
    }
    token.id = TriggerTokenId {m_database.lastInsertId()};
    return token;
}

Result<std::optional<model::TriggerToken>> TriggerStore::find(TriggerTokenId id)
{
    Query query(m_database, FindTrigger);
    return readOne<model::TriggerToken>(query.bind(":id", id), readTrigger);
}

Result<std::optional<model::TriggerToken>> TriggerStore::findByHash(const QByteArray &hash)
{
    Query query(m_database, FindTriggerByHash);
    return readOne<model::TriggerToken>(query.bindBlob(":token_hash", hash), readTrigger);
}

Result<std::vector<model::TriggerToken>> TriggerStore::ofProject(ProjectId project)
{
    Query query(m_database, TriggersOfProject);
    return readAll<model::TriggerToken>(query.bind(":project", project), readTrigger);
}

Result<void> TriggerStore::update(const model::TriggerToken &token)
{
    Query query(m_database, UpdateTrigger);
    bindTrigger(query, token).bind(":id", token.id);
    return runOne(query, u"trigger token"_s);
}

Result<bool> TriggerStore::remove(TriggerTokenId id)
{
    Query query(m_database, DeleteTrigger);
    return changesAny(query.bind(":id", id));
}

Result<std::optional<model::ExternalHook>> TriggerStore::hookOf(ProjectId project)
{
    Query query(m_database, HookOfProject);
    return readOne<model::ExternalHook>(query.bind(":project", project), [](const Query &row) {
        return model::ExternalHook {
            row.id<ProjectId>(0), row.id<UserId>(1), row.bytes(2), row.time(3)};
    });
}

Result<void> TriggerStore::setHook(const model::ExternalHook &hook)
{
    Query query(m_database, SetHook);
    query.bind(":project", hook.project)
        .bind(":owner", hook.owner)
        .bindBlob(":token_hash", hook.tokenHash)
        .bind(":created", hook.createdAt);
    return runAny(query);
}

Result<bool> TriggerStore::removeHook(ProjectId project)
{
    Query query(m_database, DeleteHook);
    return changesAny(query.bind(":project", project));
}

} // namespace ci::db
