// SPDX-License-Identifier: MIT
#include "coordinator/app/ciplanjson.h"

#include <QJsonArray>

#include <array>

using namespace Qt::StringLiterals;

namespace ci::app {

using namespace model;

static QString whenWord(When when)
{
    switch (when) {
    case When::OnSuccess:
        return u"on_success"_s;
    case When::OnFailure:
        return u"on_failure"_s;
    case When::Always:
        return u"always"_s;
    case When::Manual:
        return u"manual"_s;
    case When::Delayed:
        return u"delayed"_s;
    case When::Never:
        return u"never"_s;
    }
    return {};
}

static QJsonValue orNull(const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); }

static QJsonValue secondsOrNull(const std::optional<seconds> &duration)
{
    return duration ? QJsonValue(qint64(duration->count())) : QJsonValue();
}

static QJsonArray integers(const std::vector<int> &numbers)
{
    QJsonArray array;
    for (const int number : numbers) {
        array.append(number);
    }
    return array;
}

static QJsonArray needsJson(const JobPlan &job)
{
    QJsonArray array;
    for (const NeedSpec &need : job.needs.value_or(std::vector<NeedSpec>())) {
        array.append(QJsonObject {
            {u"job"_s, need.job}, {u"artifacts"_s, need.artifacts}, {u"optional"_s, need.optional}});
    }
    return array;
}

static QJsonArray serviceNames(const JobSpec &spec)
{
    QJsonArray array;
    for (const ServiceSpec &service : spec.services) {
        array.append(service.image.name);
    }
    return array;
}

static QJsonObject variablesJson(const JobSpec &spec)
{
    QJsonObject object;
    for (const SpecVariable &variable : spec.variables) {
        object.insert(variable.key, variable.value);
    }
    return object;
}

static QJsonValue environmentJson(const JobSpec &spec)
{
    if (!spec.environment) {
        return {};
    }
    const QString &action = spec.environment->action;
    return QJsonObject {{u"name"_s, spec.environment->name},
                        {u"action"_s, action.isEmpty() ? u"start"_s : action}};
}

static QJsonObject jobJson(const JobPlan &job)
{
    const JobSpec &spec = job.spec;
    const QJsonValue allowFailure = job.allowFailure.exitCodes.empty()
        ? QJsonValue(job.allowFailure.always)
        : QJsonValue(QJsonObject {{u"exit_codes"_s, integers(job.allowFailure.exitCodes)}});
    return {
        {u"name"_s, job.name},
        {u"stage"_s, job.stage},
        {u"when"_s, whenWord(job.when)},
        {u"start_in"_s, secondsOrNull(job.startIn)},
        {u"allow_failure"_s, allowFailure},
        {u"needs_defined"_s, job.needs.has_value()},
        {u"needs"_s, needsJson(job)},
        {u"dependencies"_s, spec.dependencies ? QJsonValue(QJsonArray::fromStringList(*spec.dependencies)) : QJsonValue()},
        {u"variables"_s, variablesJson(spec)},
        {u"before_script"_s, QJsonArray::fromStringList(spec.beforeScript)},
        {u"script"_s, QJsonArray::fromStringList(spec.script)},
        {u"after_script"_s, QJsonArray::fromStringList(spec.afterScript)},
        {u"tags"_s, QJsonArray::fromStringList(job.tags)},
        {u"image"_s, spec.image ? orNull(spec.image->name) : QJsonValue()},
        {u"services"_s, serviceNames(spec)},
        {u"retry"_s, QJsonObject {{u"max"_s, job.retry.max.value_or(0)},
                                  {u"when"_s, QJsonArray::fromStringList(job.retry.when)},
                                  {u"exit_codes"_s, integers(job.retry.exitCodes)}}},
        {u"timeout"_s, secondsOrNull(job.timeout)},
        {u"interruptible"_s, job.interruptible},
        {u"resource_group"_s, orNull(job.resourceGroup)},
        {u"environment"_s, environmentJson(spec)},
        {u"trigger"_s, job.trigger.has_value()},
    };
}

QJsonObject planJson(const PipelinePlan &plan)
{
    QJsonArray jobs;
    for (const JobPlan &job : plan.jobs) {
        jobs.append(jobJson(job));
    }
    QJsonValue reason;
    if (plan.notCreated) {
        reason = *plan.notCreated == NotCreated::Empty ? u"empty"_s : u"workflow"_s;
    }
    return {{u"created"_s, !plan.notCreated},
            {u"reason"_s, reason},
            {u"name"_s, orNull(plan.name)},
            {u"stages"_s, QJsonArray::fromStringList(plan.stages)},
            {u"jobs"_s, jobs}};
}

} // namespace ci::app
