// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/jsonnode.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QVariant>

namespace ci::ciconfig {

static NodePtr numberNode(const QJsonValue &value, Position position)
{
    return value.toVariant().typeId() == QMetaType::LongLong
        ? Node::integer(value.toInteger(), position)
        : Node::decimal(value.toDouble(), position);
}

static NodePtr listNode(const QJsonArray &array, Position position)
{
    std::vector<NodePtr> items;
    for (const QJsonValue &item : array) {
        items.push_back(fromJson(item, position));
    }
    return Node::list(std::move(items), position);
}

static NodePtr mapNode(const QJsonObject &object, Position position)
{
    std::vector<MapEntry> entries;
    for (auto entry = object.begin(); entry != object.end(); ++entry) {
        entries.push_back({entry.key(), position, fromJson(entry.value(), position)});
    }
    return Node::map(std::move(entries), position);
}

NodePtr fromJson(const QJsonValue &value, Position position)
{
    switch (value.type()) {
    case QJsonValue::Bool:
        return Node::boolean(value.toBool(), position);
    case QJsonValue::Double:
        return numberNode(value, position);
    case QJsonValue::String:
        return Node::string(value.toString(), position);
    case QJsonValue::Array:
        return listNode(value.toArray(), position);
    case QJsonValue::Object:
        return mapNode(value.toObject(), position);
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        break;
    }
    return Node::null(position);
}

QJsonValue toJsonValue(const Node &node)
{
    return jsonSpelled(toJson(node)).value_or(QJsonValue());
}

std::optional<QJsonValue> jsonSpelled(const QString &text)
{
    // A document is an object or a list: this makes any value one.
    const QJsonArray wrapped = QJsonDocument::fromJson('[' + text.toUtf8() + ']').array();
    return wrapped.size() == 1 ? std::optional<QJsonValue>(wrapped.first()) : std::nullopt;
}

} // namespace ci::ciconfig
