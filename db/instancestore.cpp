// SPDX-License-Identifier: MIT
#include "db/instancestore.h"

#include "db/reading.h"

#include <QJsonDocument>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InstanceValue = "SELECT value FROM instance WHERE key = :key";
constexpr const char *SetInstanceValue = R"(
    INSERT INTO instance (key, value) VALUES (:key, :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value)";

constexpr const char *RecordEvent = R"(
    INSERT INTO audit_events (created_ms, user_id, address, action, project_id, job_id, details)
    VALUES (:at, :user, :address, :action, :project, :job, :details))";
#define EVENT_COLUMNS                                                                             \
    "SELECT id, created_ms, user_id, address, action, project_id, job_id, details "               \
    "FROM audit_events "
constexpr const char *EventsOfProject
    = EVENT_COLUMNS "WHERE project_id = :project ORDER BY id DESC LIMIT :most";
constexpr const char *AllEvents = EVENT_COLUMNS "ORDER BY id DESC LIMIT :most";

AuditEvent readEvent(const Query &query)
{
    return {.id = query.integer(0),
            .at = query.time(1),
            .user = query.maybeId<UserId>(2),
            .address = query.text(3),
            .action = query.text(4),
            .project = query.maybeId<ProjectId>(5),
            .job = query.maybeId<JobId>(6),
            .details = QJsonDocument::fromJson(query.bytes(7)).object()};
}

} // namespace

Result<std::optional<QByteArray>> InstanceStore::value(QByteArrayView key)
{
    Query query(m_database, InstanceValue);
    return readOne<QByteArray>(query.bind(":key", key),
                               [](const Query &row) { return row.bytes(0); });
}

Result<void> InstanceStore::setValue(QByteArrayView key, const QByteArray &value)
{
    Query query(m_database, SetInstanceValue);
    return runAny(query.bind(":key", key).bindBlob(":value", value));
}

Result<void> InstanceStore::record(const AuditEvent &event)
{
    Query query(m_database, RecordEvent);
    query.bind(":at", event.at)
        .bind(":user", event.user)
        .bind(":address", event.address)
        .bind(":action", event.action)
        .bind(":project", event.project)
        .bind(":job", event.job)
        .bind(":details", QJsonDocument(event.details).toJson(QJsonDocument::Compact));
    return runAny(query);
}

Result<std::vector<AuditEvent>> InstanceStore::events(std::optional<ProjectId> project, int most)
{
    Query query(m_database, project ? EventsOfProject : AllEvents);
    if (project) {
        query.bind(":project", *project);
    }
    return readAll<AuditEvent>(query.bind(":most", most), readEvent);
}

} // namespace ci::db
