// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/inputjson.h"
#include "coordinator/api/jsonresponse.h"
#include "coordinator/api/words.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonArray texts(const std::vector<ciconfig::Message> &messages)
{
    QJsonArray array;
    for (const ciconfig::Message &message : messages) {
        array.append(message.text);
    }
    return array;
}

void addMessages(QJsonArray &array,
                 const std::vector<ciconfig::Message> &messages,
                 const QString &severity)
{
    for (const ciconfig::Message &message : messages) {
        array.append(QJsonObject {
            {u"severity"_s, severity},
            {u"text"_s, message.text},
            {u"file"_s, message.file},
            {u"line"_s, message.line > 0 ? QJsonValue(message.line) : QJsonValue()},
            {u"column"_s, message.column > 0 ? QJsonValue(message.column) : QJsonValue()},
        });
    }
}

QJsonArray plannedJobs(const model::PipelinePlan &plan)
{
    QJsonArray array;
    for (const model::JobPlan &job : plan.jobs) {
        array.append(QJsonObject {
            {u"name"_s, job.name},
            {u"stage"_s, job.stage},
            {u"before_script"_s, QJsonArray::fromStringList(job.spec.beforeScript)},
            {u"script"_s, QJsonArray::fromStringList(job.spec.script)},
            {u"after_script"_s, QJsonArray::fromStringList(job.spec.afterScript)},
            {u"tag_list"_s, QJsonArray::fromStringList(job.tags)},
            {u"when"_s, QString::fromLatin1(word(job.when))},
            {u"allow_failure"_s, job.allowFailure.always},
        });
    }
    return array;
}

QJsonObject lintJson(const forge::LintResult &result)
{
    QJsonArray messages;
    addMessages(messages, result.errors, u"error"_s);
    addMessages(messages, result.warnings, u"warning"_s);
    return {
        {u"valid"_s, result.valid},
        {u"errors"_s, texts(result.errors)},
        {u"warnings"_s, texts(result.warnings)},
        {u"merged_yaml"_s, result.mergedYaml},
        {u"jobs"_s, result.plan ? QJsonValue(plannedJobs(*result.plan)) : QJsonValue(QJsonArray())},
        {u"messages"_s, messages},
    };
}

QJsonArray describedVariables(const std::vector<ciconfig::VariableField> &variables)
{
    QJsonArray array;
    for (const ciconfig::VariableField &variable : variables) {
        array.append(QJsonObject {
            {u"key"_s, variable.key},
            {u"value"_s, variable.value},
            {u"description"_s, variable.description},
            {u"options"_s, QJsonArray::fromStringList(variable.options)},
        });
    }
    return array;
}

QJsonObject formJson(const forge::LintResult &result)
{
    const ciconfig::RunForm form = result.form.value_or(ciconfig::RunForm());
    QJsonArray errors;
    addMessages(errors, form.errors, u"error"_s);
    return {
        {u"ref"_s, result.ref},
        {u"sha"_s, QString::fromLatin1(result.sha)},
        {u"inputs"_s, inputsJson(form.inputs)},
        {u"variables"_s, describedVariables(form.variables)},
        {u"errors"_s, errors},
    };
}

Answer startLint(Call &call,
                 forge::LintWish wish,
                 QJsonObject (*encode)(const forge::LintResult &result))
{
    Services &services = call.services();
    services.starter.lint(std::move(wish),
                          &services.context,
                          [reply = call.reply(), encode](const Result<forge::LintResult> &result) {
                              if (result) {
                                  reply.send(jsonResponse(200, encode(*result)));
                              } else {
                                  reply.send(result.error());
                              }
                          });
    return Later {};
}

Answer check(Call &call, forge::LintWish wish)
{
    // It may include files of any host: never for somebody unknown.
    if (!call.identity().user) {
        return Error {ErrorKind::Unauthenticated, u"401 Unauthorized"_s};
    }
    wish.project = call.project().id;
    wish.caller = call.identity();
    if (call.fields().flag("dry_run").value_or(false)) {
        wish.aim = forge::LintAim::Compile;
    }
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return startLint(call, std::move(wish), lintJson);
}

} // namespace

Answer showPipelineForm(Call &call)
{
    forge::LintWish wish;
    wish.project = call.project().id;
    wish.ref = call.fields().text("ref").value_or(QString());
    wish.aim = forge::LintAim::Form;
    wish.caller = call.identity();
    return startLint(call, std::move(wish), formJson);
}

Answer lint(Call &call)
{
    forge::LintWish wish;
    wish.content = call.fields().required("content").toUtf8();
    wish.ref = call.fields().text("ref").value_or(QString());
    return check(call, std::move(wish));
}

Answer lintOwnFile(Call &call)
{
    forge::LintWish wish;
    for (const char *name : {"content_ref", "sha", "ref"}) { // Its names over the years.
        wish.ref = call.fields().text(name).value_or(wish.ref);
    }
    return check(call, std::move(wish));
}

} // namespace ci::api
