// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/runform.h"

#include "coordinator/ciconfig/jsonnode.h"

#include <QJsonObject>

#include <array>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {
namespace {

QString textOf(const Node &map, const QString &key)
{
    const Node *value = map.given(key);
    return value ? value->text() : QString();
}

QJsonArray listOf(const Node &map, const QString &key)
{
    const Node *value = map.given(key);
    return value ? toJsonValue(*value).toArray() : QJsonArray();
}

InputField fieldOf(const MapEntry &input)
{
    InputField field;
    field.name = input.key;
    field.type = u"string"_s;
    const Node &definition = *input.value;
    if (!definition.isMap()) {
        return field; // Null: a text that must be given.
    }
    if (const Node *type = definition.given(u"type"_s)) {
        field.type = type->text();
    }
    field.description = textOf(definition, u"description"_s);
    field.regex = textOf(definition, u"regex"_s);
    if (const Node *fallback = definition.given(u"default"_s)) {
        field.fallback = toJsonValue(*fallback);
    }
    field.options = listOf(definition, u"options"_s);
    field.rules = listOf(definition, u"rules"_s);
    return field;
}

QJsonValue placeholderOf(const InputField &input)
{
    struct Row
    {
        QLatin1StringView type;
        QJsonValue value;
    };
    const std::array rows {
        Row {"string"_L1, QJsonValue(u""_s)},
        Row {"number"_L1, QJsonValue(0)},
        Row {"boolean"_L1, QJsonValue(false)},
        Row {"array"_L1, QJsonValue(QJsonArray())},
    };
    if (!input.options.isEmpty()) {
        return input.options.first();
    }
    for (const Row &row : rows) {
        if (input.type == row.type) {
            return row.value;
        }
    }
    return {};
}

} // namespace

std::vector<InputField> inputFields(const Node &definitions)
{
    std::vector<InputField> fields;
    for (const MapEntry &input : definitions.entries()) {
        fields.push_back(fieldOf(input));
    }
    return fields;
}

std::vector<VariableField> variableFields(const Node &root)
{
    std::vector<VariableField> fields;
    const Node *variables = root.given(u"variables"_s);
    for (const MapEntry &entry : variables ? variables->entries() : std::vector<MapEntry>()) {
        const Node &definition = *entry.value;
        if (!definition.isMap() || !definition.given(u"description"_s)) {
            continue;
        }
        VariableField field {entry.key, textOf(definition, u"value"_s),
                             textOf(definition, u"description"_s), {}};
        if (const Node *options = definition.given(u"options"_s)) {
            for (const NodePtr &option : options->items()) {
                field.options.append(option->text());
            }
        }
        fields.push_back(field);
    }
    return fields;
}

std::vector<model::GivenInput> placeholders(const std::vector<InputField> &inputs)
{
    std::vector<model::GivenInput> given;
    for (const InputField &input : inputs) {
        if (!input.fallback && input.rules.isEmpty()) {
            given.push_back({input.name, placeholderOf(input), false});
        }
    }
    return given;
}

} // namespace ci::ciconfig
