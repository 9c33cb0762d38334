// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/givenvariables.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/pipelinelisting.h"
#include "coordinator/auth/access.h"
#include "db/pipelinestore.h"
#include "db/schedulestore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject scheduleJson(Call &call, const model::Schedule &schedule)
{
    EntityWriter writer(call.services(), call.database());
    return {
        {u"id"_s, schedule.id.value()},
        {u"description"_s, schedule.description},
        {u"ref"_s, schedule.ref},
        {u"cron"_s, schedule.cron},
        {u"cron_timezone"_s, schedule.timeZone},
        {u"active"_s, schedule.isActive},
        {u"next_run_at"_s, schedule.isActive ? timeOrNull(schedule.nextRunAt) : QJsonValue()},
        {u"created_at"_s, time(schedule.createdAt)},
        {u"updated_at"_s, time(schedule.updatedAt)},
        {u"owner"_s, writer.person(schedule.owner)},
        {u"last_error"_s,
         schedule.lastError.isEmpty() ? QJsonValue() : QJsonValue(schedule.lastError)},
    };
}

Result<void> may(Call &call, auth::Right right, const QString &ref)
{
    return auth::allowedOnRef(call.database(), call.identity(), right, call.project(), ref);
}

bool isOwn(Call &call, const model::Schedule &schedule)
{
    return schedule.owner && schedule.owner == call.identity().userId();
}

/// Only the owner: it runs in their name, so that what others put in would run with their rights.
Result<void> mayChange(Call &call, const model::Schedule &schedule)
{
    if (const Result<void> managing = may(call, auth::Right::ManageSchedules, schedule.ref); !managing) {
        return managing;
    }
    return isOwn(call, schedule)
        ? Result<void>()
        : forbidden(u"403 Forbidden: the schedule runs as its owner; take ownership to change it"_s);
}

/// One's own with the right to manage those, others' only as who manages all.
Result<void> mayDelete(Call &call, const model::Schedule &schedule)
{
    return may(call,
               isOwn(call, schedule) ? auth::Right::ManageSchedules
                                     : auth::Right::ManageAllSchedules,
               schedule.ref);
}

QJsonObject variableJson(const model::GivenVariable &variable)
{
    return {
        {u"key"_s, variable.key},
        {u"variable_type"_s, variable.isFile ? u"file"_s : u"env_var"_s},
        {u"value"_s, variable.value},
        {u"raw"_s, false},
    };
}

/// Variables may hold secrets: only for who may change them.
QJsonObject detailsJson(Call &call, const model::Schedule &schedule)
{
    QJsonObject object = scheduleJson(call, schedule);
    db::PipelineFilter filter;
    filter.schedule = schedule.id;
    const Result<db::Listing<model::Pipeline>> newest =
        db::PipelineStore(call.database(), call.services().box)
            .list(schedule.project, filter, {.page = 1, .perPage = 1});
    QJsonValue last;
    if (newest && !newest->items.empty()) {
        last = EntityWriter(call.services(), call.database()).pipeline(newest->items.front());
    }
    object.insert(u"last_pipeline"_s, last);
    if (mayChange(call, schedule)) {
        QJsonArray variables;
        for (const model::GivenVariable &variable : schedule.variables) {
            variables.append(variableJson(variable));
        }
        object.insert(u"variables"_s, variables);
        object.insert(u"inputs"_s, namedInputs(schedule.inputs));
    }
    return object;
}

Result<model::Schedule> scheduleNamed(Call &call)
{
    const Result<qint64> id = call.number("schedule_id");
    if (!id) {
        return id.error();
    }
    const Result<std::optional<model::Schedule>> found =
        db::ScheduleStore(call.database(), call.services().box).find(ScheduleId {*id});
    if (!found) {
        return found.error();
    }
    const bool isHere = *found && (*found)->project == call.project().id;
    return isHere ? Result(**found)
                  : Result<model::Schedule>(notFound(u"404 Pipeline Schedule Not Found"_s));
}

Result<model::Schedule> changeable(Call &call)
{
    Result<model::Schedule> schedule = scheduleNamed(call);
    if (!schedule) {
        return schedule;
    }
    const Result<void> allowed = mayChange(call, *schedule);
    return allowed ? schedule : Result<model::Schedule>(allowed.error());
}

Answer scheduleAnswer(Call &call, int status, const Result<model::Schedule> &schedule)
{
    return schedule ? Answer(jsonResponse(status, detailsJson(call, *schedule)))
                    : Answer(schedule.error());
}

/// What is given is changed.
void apply(Fields &fields, model::Schedule &schedule)
{
    schedule.description = fields.text("description").value_or(schedule.description);
    schedule.ref = fields.text("ref").value_or(schedule.ref);
    schedule.cron = fields.text("cron").value_or(schedule.cron);
    schedule.timeZone = fields.text("cron_timezone").value_or(schedule.timeZone);
    schedule.isActive = fields.flag("active").value_or(schedule.isActive);
    changeInputs(fields, "inputs", schedule.inputs);
}

std::vector<model::GivenVariable>::iterator variableNamed(model::Schedule &schedule,
                                                          const QString &key)
{
    return std::find_if(schedule.variables.begin(),
                        schedule.variables.end(),
                        [&](const model::GivenVariable &each) { return each.key == key; });
}

Error noVariable()
{
    return notFound(u"404 Pipeline Schedule Variable Not Found"_s);
}

/// Saves and shows one variable of it.
Answer variableAnswer(Call &call, int status, const model::Schedule &changed, const QString &key)
{
    Result<model::Schedule> stored =
        call.services().schedules.update(call.transaction(), changed);
    if (!stored) {
        return stored.error();
    }
    return jsonResponse(status, variableJson(*variableNamed(*stored, key)));
}

} // namespace

Answer listSchedules(Call &call)
{
    Result<std::vector<model::Schedule>> all =
        db::ScheduleStore(call.database(), call.services().box).ofProject(call.project().id);
    const QString scope = call.fields().text("scope").value_or(QString());
    if (all && !scope.isEmpty()) {
        std::erase_if(*all, [&](const model::Schedule &each) {
            return each.isActive != (scope == "active"_L1);
        });
    }
    return listing(call, all, [&call](const model::Schedule &each) {
        return scheduleJson(call, each);
    });
}

Answer createSchedule(Call &call)
{
    model::Schedule schedule;
    schedule.project = call.project().id;
    schedule.owner = call.identity().userId();
    schedule.timeZone = u"UTC"_s;
    for (const char *name : {"description", "ref", "cron"}) {
        (void)call.fields().required(name);
    }
    apply(call.fields(), schedule);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<model::Schedule> added =
        call.services().schedules.add(call.transaction(), schedule);
    const Result<void> allowed =
        added ? may(call, auth::Right::ManageSchedules, added->ref) : Result<void>();
    return allowed ? scheduleAnswer(call, 201, added) : Answer(allowed.error());
}

Answer showSchedule(Call &call)
{
    return scheduleAnswer(call, 200, scheduleNamed(call));
}

Answer changeSchedule(Call &call)
{
    Result<model::Schedule> schedule = changeable(call);
    if (!schedule) {
        return schedule.error();
    }
    apply(call.fields(), *schedule);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<model::Schedule> changed =
        call.services().schedules.update(call.transaction(), *schedule);
    // Also for the ref that it now is.
    const Result<void> allowed = changed ? mayChange(call, *changed) : Result<void>();
    return allowed ? scheduleAnswer(call, 200, changed) : Answer(allowed.error());
}

Answer deleteSchedule(Call &call)
{
    const Result<model::Schedule> schedule = scheduleNamed(call);
    if (!schedule) {
        return schedule.error();
    }
    if (const Result<void> allowed = mayDelete(call, *schedule); !allowed) {
        return allowed.error();
    }
    const Result<void> removed =
        call.services().schedules.remove(call.transaction(), schedule->id);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

Answer takeSchedule(Call &call)
{
    Result<model::Schedule> schedule = scheduleNamed(call);
    if (!schedule) {
        return schedule.error();
    }
    if (const Result<void> allowed = may(call, auth::Right::ManageAllSchedules, schedule->ref);
        !allowed) {
        return allowed.error();
    }
    schedule->owner = call.identity().userId();
    return scheduleAnswer(
        call, 201, call.services().schedules.update(call.transaction(), *schedule));
}

Answer playSchedule(Call &call)
{
    const Result<model::Schedule> schedule = scheduleNamed(call);
    if (!schedule) {
        return schedule.error();
    }
    if (const Result<void> allowed = may(call, auth::Right::RunPipeline, schedule->ref); !allowed) {
        return allowed.error();
    }
    call.services().schedules.play(
        *schedule,
        call.user().id,
        &call.services().context,
        [reply = call.reply()](const Result<model::Pipeline> &made) {
            if (made) {
                reply.send(jsonResponse(201, QJsonObject {{u"message"_s, u"201 Created"_s}}));
            } else {
                reply.send(made.error());
            }
        });
    return Later {};
}

Answer listSchedulePipelines(Call &call)
{
    const Result<model::Schedule> schedule = scheduleNamed(call);
    if (!schedule) {
        return schedule.error();
    }
    db::PipelineFilter filter;
    filter.schedule = schedule->id;
    return pipelineListing(call, filter);
}

Answer createScheduleVariable(Call &call)
{
    Result<model::Schedule> schedule = changeable(call);
    if (!schedule) {
        return schedule.error();
    }
    const model::GivenVariable variable = givenVariable(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    if (variableNamed(*schedule, variable.key) != schedule->variables.end()) {
        return invalid(u"key has already been taken"_s);
    }
    schedule->variables.push_back(variable);
    return variableAnswer(call, 201, *schedule, variable.key);
}

Answer showScheduleVariable(Call &call)
{
    Result<model::Schedule> schedule = changeable(call);
    if (!schedule) {
        return schedule.error();
    }
    const auto found = variableNamed(*schedule, call.value("key"));
    return found != schedule->variables.end() ? Answer(jsonResponse(200, variableJson(*found)))
                                              : Answer(noVariable());
}

Answer changeScheduleVariable(Call &call)
{
    Result<model::Schedule> schedule = changeable(call);
    if (!schedule) {
        return schedule.error();
    }
    const auto found = variableNamed(*schedule, call.value("key"));
    if (found == schedule->variables.end()) {
        return noVariable();
    }
    Fields &fields = call.fields();
    found->value = fields.text("value").value_or(found->value);
    if (const std::optional<QString> type = fields.text("variable_type")) {
        found->isFile = *type == "file"_L1;
    }
    if (fields.complaint()) {
        return *fields.complaint();
    }
    return variableAnswer(call, 200, *schedule, found->key);
}

Answer deleteScheduleVariable(Call &call)
{
    Result<model::Schedule> schedule = changeable(call);
    if (!schedule) {
        return schedule.error();
    }
    const auto found = variableNamed(*schedule, call.value("key"));
    if (found == schedule->variables.end()) {
        return noVariable();
    }
    const QJsonObject shown = variableJson(*found);
    schedule->variables.erase(found);
    const Result<model::Schedule> stored =
        call.services().schedules.update(call.transaction(), *schedule);
    return stored ? Answer(jsonResponse(202, shown)) : Answer(stored.error());
}

} // namespace ci::api
