// SPDX-License-Identifier: MIT
#include "db/schedulestore.h"

#include "coordinator/model/jobspecjson.h"
#include "db/reading.h"
#include "db/sealedvariables.h"

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertSchedule = R"(
    INSERT INTO pipeline_schedules (project_id, owner_id, description, ref, cron, time_zone,
        is_active, next_run_ms, last_error, sealed_variables, inputs, created_ms, updated_ms)
    VALUES (:project, :owner, :description, :ref, :cron, :zone, :is_active, :next_run, :last_error,
        :variables, :inputs, :created, :updated))";
// The columns that read() takes, in its order.
#define SCHEDULE_COLUMNS                                                                          \
    "SELECT id, project_id, owner_id, description, ref, cron, time_zone, is_active, next_run_ms, " \
    "last_error, sealed_variables, created_ms, updated_ms, inputs FROM pipeline_schedules "
constexpr const char *FindSchedule = SCHEDULE_COLUMNS "WHERE id = :id";
constexpr const char *SchedulesOfProject
    = SCHEDULE_COLUMNS "WHERE project_id = :project ORDER BY id";
constexpr const char *DueSchedules = SCHEDULE_COLUMNS R"(
    WHERE is_active = 1 AND next_run_ms IS NOT NULL AND next_run_ms <= :now
    ORDER BY next_run_ms, id LIMIT :most)";
constexpr const char *NextDue = R"(
    SELECT next_run_ms FROM pipeline_schedules
    WHERE is_active = 1 AND next_run_ms IS NOT NULL ORDER BY next_run_ms LIMIT 1)";
constexpr const char *UpdateSchedule = R"(
    UPDATE pipeline_schedules SET owner_id = :owner, description = :description, ref = :ref,
        cron = :cron, time_zone = :zone, is_active = :is_active, next_run_ms = :next_run,
        last_error = :last_error, sealed_variables = :variables, inputs = :inputs, updated_ms = :updated
    WHERE id = :id)";
constexpr const char *DeleteSchedule = "DELETE FROM pipeline_schedules WHERE id = :id";

} // namespace

model::Schedule ScheduleStore::read(const Query &row) const
{
    model::Schedule schedule {.id = row.id<ScheduleId>(0),
                              .project = row.id<ProjectId>(1),
                              .owner = row.maybeId<UserId>(2),
                              .description = row.text(3),
                              .ref = row.text(4),
                              .cron = row.text(5),
                              .timeZone = row.text(6),
                              .isActive = row.flag(7),
                              .nextRunAt = row.maybeTime(8),
                              .lastError = row.text(9),
                              .variables = {},
                              .inputs = {},
                              .createdAt = row.time(11),
                              .updatedAt = row.time(12)};
    if (!row.isNull(10)) {
        schedule.variables = openVariables(m_box, row.bytes(10));
    }
    if (Result<std::vector<model::GivenInput>> inputs = model::givenInputsFromJson(row.bytes(13))) {
        schedule.inputs = *std::move(inputs);
    }
    return schedule;
}

Query &ScheduleStore::bindAll(Query &query, const model::Schedule &schedule) const
{
    bindSealed(query, ":variables", m_box, schedule.variables);
    return query.bind(":owner", schedule.owner)
        .bind(":inputs", model::toJson(schedule.inputs))
        .bind(":description", schedule.description)
        .bind(":ref", schedule.ref)
        .bind(":cron", schedule.cron)
        .bind(":zone", schedule.timeZone)
        .bind(":is_active", schedule.isActive)
        .bind(":next_run", schedule.nextRunAt)
        .bind(":last_error", schedule.lastError)
        .bind(":updated", schedule.updatedAt);
}

Result<model::Schedule> ScheduleStore::insert(model::Schedule schedule)
{
    Query query(m_database, InsertSchedule);
    bindAll(query, schedule).bind(":project", schedule.project).bind(":created", schedule.createdAt);
    if (const Result<void> done = runAny(query); !done) {
        return done.error();
    }
    schedule.id = ScheduleId {m_database.lastInsertId()};
    return schedule;
}

Result<std::optional<model::Schedule>> ScheduleStore::find(ScheduleId id)
{
    Query query(m_database, FindSchedule);
    return readOne<model::Schedule>(query.bind(":id", id),
                                    [this](const Query &row) { return read(row); });
}

Result<std::vector<model::Schedule>> ScheduleStore::ofProject(ProjectId project)
{
    Query query(m_database, SchedulesOfProject);
    return readAll<model::Schedule>(query.bind(":project", project),
                                    [this](const Query &row) { return read(row); });
}

Result<std::vector<model::Schedule>> ScheduleStore::due(Timestamp now, int most)
{
    Query query(m_database, DueSchedules);
    return readAll<model::Schedule>(query.bind(":now", now).bind(":most", most),
                                    [this](const Query &row) { return read(row); });
}

Result<std::optional<Timestamp>> ScheduleStore::nextDue()
{
    Query query(m_database, NextDue);
    return readOne<Timestamp>(query, [](const Query &row) { return row.time(0); });
}

Result<void> ScheduleStore::update(const model::Schedule &schedule)
{
    Query query(m_database, UpdateSchedule);
    bindAll(query, schedule).bind(":id", schedule.id);
    return runOne(query, u"schedule"_s);
}

Result<bool> ScheduleStore::remove(ScheduleId id)
{
    Query query(m_database, DeleteSchedule);
    return changesAny(query.bind(":id", id));
}

} // namespace ci::db
