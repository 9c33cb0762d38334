// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"

using namespace Qt::StringLiterals;

// Variables of a project, a group or the instance: whatever the route named owns them.

namespace ci::api {
namespace {

struct VariableOwner
{
    model::VariableScope scope = model::VariableScope::Instance;
    qint64 id = 0;
};

VariableOwner ownerIn(const Call &call)
{
    if (call.hasProject()) {
        return {model::VariableScope::Project, call.project().id.value()};
    }
    return call.hasGroup() ? VariableOwner {model::VariableScope::Group, call.group().id.value()}
                           : VariableOwner {};
}

QJsonObject variableJson(const model::Variable &variable)
{
    QJsonObject object {
        {u"key"_s, variable.key},
        {u"value"_s,
         variable.isHidden ? QJsonValue()
                           : QJsonValue(QString::fromUtf8(variable.value.reveal()))},
        {u"variable_type"_s, variable.isFile ? u"file"_s : u"env_var"_s},
        {u"protected"_s, variable.isProtected},
        {u"masked"_s, variable.isMasked},
        {u"hidden"_s, variable.isHidden},
        {u"raw"_s, variable.isRaw},
        {u"description"_s,
         variable.description.isEmpty() ? QJsonValue() : QJsonValue(variable.description)},
    };
    // The instance's are for every environment.
    if (variable.scope != model::VariableScope::Instance) {
        object.insert(u"environment_scope"_s, variable.environmentScope);
    }
    return object;
}

/// What is given is changed.
void apply(Fields &fields, model::Variable &variable)
{
    if (const std::optional<QString> value = fields.text("value")) {
        variable.value = Secret(value->toUtf8());
    }
    if (const std::optional<QString> type = fields.text("variable_type")) {
        if (type != u"file"_s && type != u"env_var"_s) {
            fields.refuse("variable_type", u"must be env_var or file"_s);
        }
        variable.isFile = type == u"file"_s;
    }
    variable.isProtected = fields.flag("protected").value_or(variable.isProtected);
    variable.isMasked = fields.flag("masked").value_or(variable.isMasked);
    variable.isRaw = fields.flag("raw").value_or(variable.isRaw);
    if (variable.scope != model::VariableScope::Instance) {
        variable.environmentScope =
            fields.text("environment_scope").value_or(variable.environmentScope);
    }
    variable.description = fields.text("description").value_or(variable.description);
}

/// GitLab's clients pick one of several with `filter[environment_scope]`.
forge::Variables::Name nameIn(Call &call)
{
    const QJsonValue scope =
        call.fields().values().value("filter"_L1).toObject().value("environment_scope"_L1);
    const VariableOwner owner = ownerIn(call);
    return {owner.scope,
            owner.id,
            call.value("key"),
            scope.isString() ? std::optional(scope.toString()) : std::nullopt};
}

Answer variableAnswer(const Result<model::Variable> &variable, int status)
{
    return variable ? Answer(jsonResponse(status, variableJson(*variable)))
                    : Answer(variable.error());
}

} // namespace

Answer listVariables(Call &call)
{
    const VariableOwner owner = ownerIn(call);
    return listing(call,
                   call.services().variables.list(call.database(), owner.scope, owner.id),
                   variableJson);
}

Answer createVariable(Call &call)
{
    const VariableOwner owner = ownerIn(call);
    model::Variable variable;
    variable.scope = owner.scope;
    variable.owner = owner.id;
    variable.key = call.fields().required("key");
    if (!call.fields().has("value")) {
        call.fields().refuse("value", u"is missing"_s);
    }
    apply(call.fields(), variable);
    // Only a new variable may be hidden, and a hidden one stays so.
    if (call.fields().flag("masked_and_hidden").value_or(false)) {
        variable.isMasked = variable.isHidden = true;
    }
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return variableAnswer(call.services().variables.add(call.transaction(), variable), 201);
}

Answer showVariable(Call &call)
{
    return variableAnswer(call.services().variables.find(call.database(), nameIn(call)), 200);
}

Answer changeVariable(Call &call)
{
    Result<model::Variable> variable =
        call.services().variables.find(call.database(), nameIn(call));
    if (!variable) {
        return variable.error();
    }
    apply(call.fields(), *variable);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return variableAnswer(call.services().variables.update(call.transaction(), *variable), 200);
}

Answer deleteVariable(Call &call)
{
    const Result<void> removed = call.services().variables.remove(call.transaction(), nameIn(call));
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

} // namespace ci::api
