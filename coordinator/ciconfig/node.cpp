// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/node.h"

#include "coordinator/ciconfig/limits.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

// Below this a linear search of a map is as fast as a hash.
constexpr size_t IndexedMapSize = 12;

std::shared_ptr<Node> Node::make(Kind kind, Position position)
{
    return std::shared_ptr<Node>(new Node(kind, position));
}

NodePtr Node::null(Position position) { return make(Kind::Null, position); }

NodePtr Node::boolean(bool value, Position position)
{
    auto node = make(Kind::Bool, position);
    node->m_integer = value ? 1 : 0;
    node->m_text = value ? u"true"_s : u"false"_s;
    return node;
}

NodePtr Node::integer(qint64 value, Position position)
{
    auto node = make(Kind::Integer, position);
    node->m_integer = value;
    node->m_text = QString::number(value);
    return node;
}

// As Ruby writes a float: variables and names get this text.
static QString decimalText(double value)
{
    if (!std::isfinite(value)) {
        return std::isnan(value) ? u"NaN"_s : value < 0 ? u"-Infinity"_s : u"Infinity"_s;
    }
    const double size = std::abs(value);
    const bool isPlain = size == 0 || (size >= 1e-4 && size < 1e16);
    QString text = QString::number(value, isPlain ? 'f' : 'e', QLocale::FloatingPointShortest);
    if (!text.contains(u'.')) {
        const qsizetype exponent = text.indexOf(u'e');
        text.insert(exponent < 0 ? text.size() : exponent, u".0"_s);
    }
    return text;
}

NodePtr Node::decimal(double value, Position position)
{
    auto node = make(Kind::Float, position);
    node->m_text = decimalText(value);
    return node;
}

NodePtr Node::string(QString text, Position position)
{
    auto node = make(Kind::String, position);
    node->addTextCost(text.size());
    node->m_text = std::move(text);
    return node;
}

NodePtr Node::list(std::vector<NodePtr> items, Position position)
{
    auto node = make(Kind::List, position);
    for (const NodePtr &item : items) {
        node->addCost(*item);
    }
    node->m_items = std::move(items);
    return node;
}

NodePtr Node::reference(std::vector<NodePtr> items, Position position)
{
    auto node = make(Kind::Reference, position);
    for (const NodePtr &item : items) {
        node->addCost(*item);
    }
    node->m_items = std::move(items);
    return node;
}

NodePtr Node::map(std::vector<MapEntry> entries, Position position)
{
    auto node = make(Kind::Map, position);
    if (entries.size() > IndexedMapSize) {
        node->m_index = std::make_unique<QHash<QString, qsizetype>>();
        node->m_index->reserve(qsizetype(entries.size()));
    }
    for (size_t i = 0; i < entries.size(); ++i) {
        node->addCost(*entries[i].value);
        node->addTextCost(entries[i].key.size());
        if (node->m_index) {
            node->m_index->insert(entries[i].key, qsizetype(i));
        }
    }
    node->m_entries = std::move(entries);
    return node;
}

void Node::addCost(const Node &child)
{
    const quint64 sum = quint64(m_cost) + child.m_cost;
    m_cost = quint32(std::min<quint64>(sum, std::numeric_limits<quint32>::max()));
    const int deeper = std::min<int>(child.m_depth + 1, std::numeric_limits<quint16>::max());
    m_depth = quint16(std::max<int>(m_depth, deeper));
}

void Node::addTextCost(qsizetype characters)
{
    const quint64 sum = quint64(m_cost) + quint64(characters / limits::CharactersPerNode);
    m_cost = quint32(std::min<quint64>(sum, std::numeric_limits<quint32>::max()));
}

const MapEntry *Node::findEntry(const QString &key) const
{
    if (m_index) {
        const auto found = m_index->constFind(key);
        return found == m_index->constEnd() ? nullptr : &m_entries[size_t(*found)];
    }
    for (const MapEntry &entry : m_entries) {
        if (entry.key == key) {
            return &entry;
        }
    }
    return nullptr;
}

const Node *Node::find(const QString &key) const
{
    const MapEntry *entry = findEntry(key);
    return entry ? entry->value.get() : nullptr;
}

NodePtr Node::get(const QString &key) const
{
    const MapEntry *entry = findEntry(key);
    return entry ? entry->value : nullptr;
}

const Node *Node::given(const QString &key) const
{
    const Node *value = find(key);
    return value && !value->isNull() ? value : nullptr;
}

NodePtr deepMerge(const NodePtr &base, const NodePtr &over)
{
    if (!base || !base->isMap() || !over->isMap()) {
        return over;
    }
    std::vector<MapEntry> merged;
    merged.reserve(base->entries().size() + over->entries().size());
    for (const MapEntry &entry : base->entries()) {
        const MapEntry *winner = over->findEntry(entry.key);
        merged.push_back(winner
                             ? MapEntry {entry.key, winner->position, deepMerge(entry.value, winner->value)}
                             : entry);
    }
    for (const MapEntry &entry : over->entries()) {
        if (!base->findEntry(entry.key)) {
            merged.push_back(entry);
        }
    }
    return Node::map(std::move(merged), over->position());
}

NodePtr without(const NodePtr &map, const QString &key)
{
    if (!map->findEntry(key)) {
        return map;
    }
    std::vector<MapEntry> kept;
    kept.reserve(map->entries().size());
    for (const MapEntry &entry : map->entries()) {
        if (entry.key != key) {
            kept.push_back(entry);
        }
    }
    return Node::map(std::move(kept), map->position());
}

static bool appendFlattened(const Node &list, int levels, std::vector<NodePtr> &out)
{
    for (const NodePtr &item : list.items()) {
        if (!item->isList()) {
            out.push_back(item);
        } else if (levels <= 1 || !appendFlattened(*item, levels - 1, out)) {
            return false;
        }
    }
    return true;
}

NodePtr flattened(const NodePtr &list)
{
    if (!list->isList()) {
        return list;
    }
    const auto &items = list->items();
    if (std::none_of(items.begin(), items.end(), [](const NodePtr &n) { return n->isList(); })) {
        return list;
    }
    std::vector<NodePtr> flat;
    if (!appendFlattened(*list, limits::MaxListLevels, flat)) {
        return nullptr;
    }
    return Node::list(std::move(flat), list->position());
}

static QString quotedJson(const QString &text)
{
    const QByteArray array = QJsonDocument(QJsonArray {text}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(array.sliced(1, array.size() - 2));
}

static void appendJson(const Node &node, QString &out)
{
    if (node.isMap()) {
        out += u'{';
        bool first = true;
        for (const MapEntry &entry : node.entries()) {
            if (!first) {
                out += u',';
            }
            first = false;
            out += quotedJson(entry.key) + u':';
            appendJson(*entry.value, out);
        }
        out += u'}';
    } else if (node.isList() || node.isReference()) {
        out += u'[';
        bool first = true;
        for (const NodePtr &item : node.items()) {
            if (!first) {
                out += u',';
            }
            first = false;
            appendJson(*item, out);
        }
        out += u']';
    } else if (node.isNull()) {
        out += "null"_L1;
    } else {
        out += node.isString() ? quotedJson(node.text()) : node.text();
    }
}

QString toJson(const Node &node)
{
    QString out;
    appendJson(node, out);
    return out;
}

} // namespace ci::ciconfig
