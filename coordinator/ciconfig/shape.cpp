// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/shape.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

static unsigned typeOf(const Node &node)
{
    switch (node.kind()) {
    case Kind::String:
        return Text;
    case Kind::Integer:
        return Integer;
    case Kind::Float:
        return Float;
    case Kind::Bool:
        return Boolean;
    case Kind::List:
        return List;
    case Kind::Map:
        return Map;
    case Kind::Null:
    case Kind::Reference:
        break;
    }
    return 0;
}

void ShapeChecker::fail(const Node &node, const Place &place, const QString &message)
{
    if (!place.parent || message.startsWith("config "_L1)) {
        m_report.error(node.position(), place.path() + u' ' + message);
        return;
    }
    QString attribute = place.key;
    attribute.replace(u'_', u' ');
    m_report.error(node.position(), place.parent->path() + u' ' + attribute + u' ' + message);
}

void ShapeChecker::check(const Node &node, const Shape &shape, const Place &place)
{
    if (node.isNull()) {
        return;
    }
    const bool wordKnown = shape.words.empty() || !node.isString()
        || std::find(shape.words.begin(), shape.words.end(), node.text()) != shape.words.end();
    const size_t count = node.items().size();
    const bool fits = !node.isList()
        || ((shape.most < 0 || count <= size_t(shape.most)) && count >= size_t(shape.least));
    if (!(typeOf(node) & shape.accepts) || !wordKnown || !fits) {
        fail(node, place, shape.wrong);
        return;
    }
    if (node.isMap() && !shape.fields.empty()) {
        checkFields(node, shape.fields, place);
    } else if (node.isMap() && shape.each) {
        for (const MapEntry &entry : node.entries()) {
            check(*entry.value, *shape.each, {&place, entry.key});
        }
    }
    if (node.isList() && shape.each) {
        for (const NodePtr &item : node.items()) {
            // A null item is no item: nothing else could be meant by it.
            item->isNull() ? fail(*item, place, shape.wrong) : check(*item, *shape.each, place);
        }
    }
    if (shape.extra) {
        shape.extra(*this, node, place);
    }
}

void ShapeChecker::checkFields(const Node &map, std::span<const Field> fields, const Place &place)
{
    for (const MapEntry &entry : map.entries()) {
        const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field &candidate) {
            return entry.key == candidate.key;
        });
        if (field == fields.end()) {
            m_report.error(entry.position,
                           u"%1 config contains unknown keys: %2"_s.arg(place.path(), entry.key));
        } else {
            check(*entry.value, *field->shape, {&place, entry.key});
        }
    }
    for (const Field &field : fields) {
        if (field.presence == Presence::Required && !map.given(field.key)) {
            fail(map, {&place, field.key}, u"can't be blank"_s);
        }
    }
}

} // namespace ci::ciconfig
