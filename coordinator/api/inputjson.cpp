// SPDX-License-Identifier: MIT
#include "coordinator/api/inputjson.h"

#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace ci::api {

QJsonArray inputsJson(const std::vector<ciconfig::InputField> &inputs)
{
    QJsonArray array;
    for (const ciconfig::InputField &input : inputs) {
        array.append(QJsonObject {
            {u"name"_s, input.name},
            {u"type"_s, input.type},
            {u"required"_s, !input.fallback && input.rules.isEmpty()},
            {u"default"_s, input.fallback.value_or(QJsonValue())},
            {u"options"_s, input.options},
            {u"regex"_s, input.regex.isEmpty() ? QJsonValue() : QJsonValue(input.regex)},
            {u"description"_s, input.description},
            {u"rules"_s, input.rules},
        });
    }
    return array;
}

} // namespace ci::api
