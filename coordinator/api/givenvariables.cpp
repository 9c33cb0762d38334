// SPDX-License-Identifier: MIT
#include "coordinator/api/givenvariables.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QRegularExpression>

#include <vector>

using namespace Qt::StringLiterals;

namespace ci::api {

namespace {

// As many as anybody types; each becomes part of the job's environment.
constexpr size_t MaxVariables = 200;
constexpr qsizetype MaxValue = 64 * 1024;
// GitLab's own bound is 20; nobody types a hundred.
constexpr qsizetype MaxInputs = 100;

void check(Fields &fields, const model::GivenVariable &variable)
{
    static const QRegularExpression shape(u"\\A[A-Za-z_][A-Za-z0-9_]{0,254}\\z"_s);
    if (!fields.complaint() && !shape.match(variable.key).hasMatch()) {
        fields.refuse("key", u"must be letters, digits and '_', not starting with a digit"_s);
    }
    if (variable.value.size() > MaxValue) {
        fields.refuse("value", u"is longer than 64 KiB"_s);
    }
}

} // namespace

model::GivenVariable givenVariable(Fields &fields)
{
    model::GivenVariable variable;
    variable.key = fields.required("key");
    variable.value = fields.text("value").value_or(QString());
    variable.isFile = fields.text("variable_type") == u"file"_s;
    check(fields, variable);
    return variable;
}

std::vector<model::GivenVariable> givenVariablesField(Fields &fields, const char *name)
{
    std::vector<model::GivenVariable> variables;
    for (Fields &item : fields.objects(name)) {
        variables.push_back(givenVariable(item));
        fields.adopt(item);
        if (variables.size() > MaxVariables) {
            fields.refuse(name, u"has more than %1 entries"_s.arg(MaxVariables));
            return {};
        }
    }
    return variables;
}

QJsonArray namedInputs(const std::vector<model::GivenInput> &inputs)
{
    QJsonArray array;
    for (const model::GivenInput &input : inputs) {
        array.append(QJsonObject {{u"name"_s, input.name}, {u"value"_s, input.value}});
    }
    return array;
}

void changeInputs(Fields &fields, const char *name, std::vector<model::GivenInput> &inputs)
{
    const QJsonValue given = fields.values().value(QLatin1StringView(name));
    if (given.isUndefined() || !given.isArray()) {
        inputs = given.isObject() ? givenInputsField(fields, name) : inputs;
        if (!given.isObject() && !given.isUndefined() && !given.isNull()) {
            fields.refuse(name, u"must be a list of {name, value}"_s);
        }
        return;
    }
    for (const QJsonValue &each : given.toArray()) {
        const QJsonObject item = each.toObject();
        const QString key = item.value("name"_L1).toString();
        if (key.isEmpty()) {
            fields.refuse(name, u"must be a list of {name, value}"_s);
            return;
        }
        std::erase_if(inputs, [&key](const model::GivenInput &input) { return input.name == key; });
        const QJsonValue value = item.value("value"_L1);
        if (!item.value("destroy"_L1).toBool()) {
            inputs.push_back({key, value, value.isString()});
        }
    }
    if (inputs.size() > size_t(MaxInputs)) {
        fields.refuse(name, u"has more than %1 entries"_s.arg(MaxInputs));
    }
}

std::vector<model::GivenInput> givenInputsField(Fields &fields, const char *name)
{
    const QJsonValue given = fields.values().value(QLatin1StringView(name));
    std::vector<model::GivenInput> inputs;
    if (given.isUndefined() || given.isNull()) {
        return inputs;
    }
    const QJsonObject values = given.toObject();
    if (!given.isObject() || values.size() > MaxInputs) {
        fields.refuse(name, u"must be an object of at most %1 values by name"_s.arg(MaxInputs));
        return inputs;
    }
    for (auto input = values.begin(); input != values.end(); ++input) {
        inputs.push_back({input.key(), input.value(), input.value().isString()});
    }
    return inputs;
}

std::vector<model::GivenVariable> variablesByName(Fields &fields, const char *name)
{
    const QJsonValue given = fields.values().value(QLatin1StringView(name));
    std::vector<model::GivenVariable> variables;
    if (given.isUndefined() || given.isNull()) {
        return variables;
    }
    const QJsonObject values = given.toObject();
    if (!given.isObject() || values.size() > qsizetype(MaxVariables)) {
        fields.refuse(name, u"must be an object of at most %1 values by key"_s.arg(MaxVariables));
        return variables;
    }
    for (auto each = values.begin(); each != values.end(); ++each) {
        if (each.value().isObject() || each.value().isArray()) {
            fields.refuse(name, u"must be an object of texts by key"_s);
            return {};
        }
        variables.push_back({each.key(), each.value().toVariant().toString(), false});
        check(fields, variables.back());
    }
    return variables;
}

} // namespace ci::api
