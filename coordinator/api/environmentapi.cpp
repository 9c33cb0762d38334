// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jobview.h"
#include "coordinator/api/listing.h"
#include "coordinator/auth/access.h"
#include "coordinator/pipelines/environments.h"
#include "coordinator/queue/environmenttier.h"
#include "db/environmentstore.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

constexpr qsizetype MaxEnvironmentName = 255;

QJsonObject environmentBrief(const model::Environment &environment)
{
    return {
        {u"id"_s, environment.id.value()},
        {u"name"_s, environment.name},
        {u"slug"_s, environment.slug},
        {u"external_url"_s,
         environment.externalUrl.isEmpty() ? QJsonValue() : QJsonValue(environment.externalUrl)},
        {u"description"_s,
         environment.description.isEmpty() ? QJsonValue() : QJsonValue(environment.description)},
        {u"state"_s, wordOf(db::environmentStateWord(environment.state))},
        {u"tier"_s, environment.tier},
        {u"created_at"_s, time(environment.createdAt)},
        {u"updated_at"_s, time(environment.updatedAt)},
        {u"auto_stop_at"_s, timeOrNull(environment.autoStopAt)},
    };
}

QJsonObject deploymentJson(Call &call, const model::Deployment &deployment, bool withEnvironment)
{
    EntityWriter writer(call.services(), call.database());
    QJsonObject object {
        {u"id"_s, deployment.id.value()},
        {u"iid"_s, deployment.iid},
        {u"ref"_s, deployment.ref},
        {u"sha"_s, QString::fromLatin1(deployment.sha)},
        {u"status"_s, wordOf(db::deploymentStatusWord(deployment.status))},
        {u"created_at"_s, time(deployment.createdAt)},
        {u"updated_at"_s, time(deployment.updatedAt)},
        {u"finished_at"_s, timeOrNull(deployment.finishedAt)},
        {u"user"_s, writer.person(deployment.user)},
    };
    QJsonValue deployable;
    if (deployment.job) {
        const auto job =
            db::JobStore(call.database(), call.services().box).find(*deployment.job);
        deployable = job && *job ? QJsonValue(JobView(call).job(**job)) : QJsonValue();
    }
    object.insert(u"deployable"_s, deployable);
    if (withEnvironment) {
        const auto environment =
            db::EnvironmentStore(call.database()).find(deployment.environment);
        object.insert(u"environment"_s,
                      environment && *environment ? QJsonValue(environmentBrief(**environment))
                                                  : QJsonValue());
    }
    return object;
}

QJsonObject environmentJson(Call &call, const model::Environment &environment)
{
    QJsonObject object = environmentBrief(environment);
    const auto newest = db::EnvironmentStore(call.database()).newestSuccess(environment.id);
    object.insert(u"last_deployment"_s,
                  newest && *newest ? QJsonValue(deploymentJson(call, **newest, false))
                                    : QJsonValue());
    return object;
}

Result<model::Environment> environmentIn(Call &call)
{
    const Result<qint64> number = call.number("environment_id");
    if (!number) {
        return number.error();
    }
    const Result<std::optional<model::Environment>> found =
        db::EnvironmentStore(call.database()).find(EnvironmentId {*number});
    if (!found) {
        return found.error();
    }
    return *found && (*found)->project == call.project().id
        ? Result<model::Environment>(**found)
        : Result<model::Environment>(notFound(u"404 Environment Not Found"_s));
}

bool isEnvironmentName(const QString &name)
{
    return !name.isEmpty() && name.size() <= MaxEnvironmentName && !name.startsWith(u'/')
        && !name.endsWith(u'/') && std::all_of(name.begin(), name.end(), [](QChar c) {
               return c.isLetterOrNumber() || QStringView(u" -_/${}.").contains(c);
           });
}

void applyEnvironment(Fields &fields, model::Environment &environment)
{
    if (const std::optional<QString> url = fields.text("external_url")) {
        if (!url->isEmpty() && !pipelines::isEnvironmentUrl(*url)) {
            fields.refuse("external_url", u"must be an http or https address"_s);
        }
        environment.externalUrl = *url;
    }
    if (const std::optional<QString> tier = fields.text("tier")) {
        if (!queue::isTier(*tier)) {
            fields.refuse("tier",
                          u"must be production, staging, testing, development or other"_s);
        }
        environment.tier = *tier;
    }
    environment.description = fields.text("description").value_or(environment.description);
}

/// Whoever stops an environment starts its on_stop jobs: that needs the right to.
Result<void> mayStop(Call &call, const model::Environment &environment)
{
    const Result<std::vector<model::Job>> jobs =
        call.services().core.pipelines().environments().stopJobs(call.transaction(), environment);
    if (!jobs) {
        return jobs.error();
    }
    for (const model::Job &job : *jobs) {
        const auto pipeline =
            db::PipelineStore(call.database(), call.services().box).find(job.pipeline);
        if (!pipeline || !*pipeline) {
            continue;
        }
        const Result<void> allowed = auth::allowedOnJob(
            call.database(),
            call.identity(),
            auth::Right::PlayJob,
            call.project(),
            {(*pipeline)->ref, (*pipeline)->isTag, job.isRefProtected, job.user});
        if (!allowed) {
            return allowed;
        }
    }
    return {};
}

} // namespace

Answer listEnvironments(Call &call)
{
    Fields &fields = call.fields();
    const db::Page page = pageFrom(fields);
    db::EnvironmentFilter filter;
    filter.name = fields.text("name").value_or(QString());
    filter.search = fields.text("search").value_or(QString());
    if (const std::optional<QString> states = fields.text("states")) {
        filter.state = db::environmentStateOf(states->toLatin1());
        if (!filter.state) {
            fields.refuse("states", u"must be available, stopping or stopped"_s);
        }
    }
    return listing(call,
                   page,
                   db::EnvironmentStore(call.database()).list(call.project().id, filter, page),
                   [&call](const model::Environment &each) { return environmentJson(call, each); });
}

Answer createEnvironment(Call &call)
{
    model::Environment environment;
    environment.project = call.project().id;
    environment.name = call.fields().required("name");
    applyEnvironment(call.fields(), environment);
    if (!call.fields().complaint() && !isEnvironmentName(environment.name)) {
        call.fields().refuse("name",
                             u"can contain only letters, digits, spaces and -_/${}., and "
                             "neither begin nor end with /"_s);
    }
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<model::Environment> made =
        call.services().core.pipelines().environments().create(call.transaction(), environment);
    return made ? Answer(jsonResponse(201, environmentJson(call, *made))) : Answer(made.error());
}

Answer showEnvironment(Call &call)
{
    const Result<model::Environment> environment = environmentIn(call);
    return environment ? Answer(jsonResponse(200, environmentJson(call, *environment)))
                       : Answer(environment.error());
}

Answer changeEnvironment(Call &call)
{
    Result<model::Environment> environment = environmentIn(call);
    if (!environment) {
        return environment.error();
    }
    applyEnvironment(call.fields(), *environment);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<void> stored =
        call.services().core.pipelines().environments().store(call.transaction(), *environment);
    return stored ? Answer(jsonResponse(200, environmentJson(call, *environment)))
                  : Answer(stored.error());
}

Answer deleteEnvironment(Call &call)
{
    const Result<model::Environment> environment = environmentIn(call);
    if (!environment) {
        return environment.error();
    }
    if (environment->state != model::EnvironmentState::Stopped) {
        return forbidden(u"the environment must be stopped before it can be deleted"_s);
    }
    const Result<bool> removed = db::EnvironmentStore(call.database()).remove(environment->id);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

Answer stopEnvironment(Call &call)
{
    using StopKind = pipelines::Environments::StopKind;
    const Result<model::Environment> environment = environmentIn(call);
    const bool isForced = call.fields().flag("force").value_or(false);
    if (!environment || call.fields().complaint()) {
        return environment ? *call.fields().complaint() : environment.error();
    }
    const Result<void> allowed = isForced ? Result<void>() : mayStop(call, *environment);
    if (!allowed) {
        return allowed.error();
    }
    const Result<model::Environment> stopped =
        call.services().core.pipelines().environments().stop(
            call.transaction(),
            *environment,
            call.identity().userId(),
            isForced ? StopKind::MarkOnly : StopKind::ByJobs);
    return stopped ? Answer(jsonResponse(200, environmentJson(call, *stopped)))
                   : Answer(stopped.error());
}

Answer stopStaleEnvironments(Call &call)
{
    const QString text = call.fields().required("before");
    const QDateTime before = QDateTime::fromString(text, Qt::ISODate);
    if (!before.isValid() && !call.fields().complaint()) {
        call.fields().refuse("before", u"must be a date of ISO 8601"_s);
    }
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<std::vector<model::Environment>> stale =
        db::EnvironmentStore(call.database())
            .stale(call.project().id, fromMilliseconds(before.toMSecsSinceEpoch()));
    if (!stale) {
        return stale.error();
    }
    for (const model::Environment &each : *stale) {
        // Those whose on_stop jobs the caller may not start are left alone.
        if (!mayStop(call, each)) {
            continue;
        }
        const Result<model::Environment> stopped =
            call.services().core.pipelines().environments().stop(
                call.transaction(), each, call.identity().userId());
        if (!stopped) {
            return stopped.error();
        }
    }
    return jsonResponse(
        200,
        QJsonObject {
            {u"message"_s, u"Successfully requested stop for all stale environments"_s}});
}

Answer listDeployments(Call &call)
{
    Fields &fields = call.fields();
    const db::Page page = pageFrom(fields);
    db::DeploymentFilter filter;
    filter.environment = fields.text("environment").value_or(QString());
    filter.isAscending = fields.text("sort").value_or(u"asc"_s) != "desc"_L1;
    if (const std::optional<QString> status = fields.text("status")) {
        filter.status = db::deploymentStatusOf(status->toLatin1());
        if (!filter.status) {
            fields.refuse("status", u"must be running, success, failed or canceled"_s);
        }
    }
    return listing(call,
                   page,
                   db::EnvironmentStore(call.database())
                       .deployments(call.project().id, filter, page),
                   [&call](const model::Deployment &each) {
                       return deploymentJson(call, each, true);
                   });
}

Answer showDeployment(Call &call)
{
    const Result<qint64> number = call.number("deployment_id");
    if (!number) {
        return number.error();
    }
    const Result<std::optional<model::Deployment>> found =
        db::EnvironmentStore(call.database()).findDeployment(DeploymentId {*number});
    if (!found) {
        return found.error();
    }
    return *found && (*found)->project == call.project().id
        ? Answer(jsonResponse(200, deploymentJson(call, **found, true)))
        : Answer(notFound(u"404 Deployment Not Found"_s));
}

} // namespace ci::api
