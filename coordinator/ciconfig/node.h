// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QString>

#include <memory>
#include <vector>

namespace ci::ciconfig {

/// Where something stands. `file` is the number that Report gave the file; -1 = unknown.
struct Position
{
    int file = -1;
    int line = 0; ///< 1-based.
    int column = 0; ///< 1-based, in characters.

    bool operator==(const Position &) const = default;
};

/// `Reference` is a list with the tag `!reference` that is not resolved yet.
enum class Kind : quint8 { Null, Bool, Integer, Float, String, List, Map, Reference };

class Node;
/// Nodes never change, so trees share what they have in common: an alias, an inherited key or a
/// merge costs a pointer.
using NodePtr = std::shared_ptr<const Node>;

struct MapEntry
{
    QString key;
    Position position; ///< Of the key.
    NodePtr value; ///< Never empty; a missing value is a Null node.
};

/// One value of a configuration with the place it was written at.
class Node final
{
public:
    static NodePtr null(Position position);
    static NodePtr boolean(bool value, Position position);
    static NodePtr integer(qint64 value, Position position);
    static NodePtr decimal(double value, Position position);
    static NodePtr string(QString text, Position position);
    static NodePtr list(std::vector<NodePtr> items, Position position);
    static NodePtr reference(std::vector<NodePtr> items, Position position);
    /// Keys must differ.
    static NodePtr map(std::vector<MapEntry> entries, Position position);

    Kind kind() const { return m_kind; }
    const Position &position() const { return m_position; }
    bool isNull() const { return m_kind == Kind::Null; }
    bool isString() const { return m_kind == Kind::String; }
    bool isInteger() const { return m_kind == Kind::Integer; }
    bool isBool() const { return m_kind == Kind::Bool; }
    bool isList() const { return m_kind == Kind::List; }
    bool isMap() const { return m_kind == Kind::Map; }
    bool isReference() const { return m_kind == Kind::Reference; }
    bool isScalar() const { return m_kind < Kind::List; }
    bool isNumber() const { return m_kind == Kind::Integer || m_kind == Kind::Float; }

    /// A scalar as text ("true", "12", "1.5", "" for null); empty for the others.
    const QString &text() const { return m_text; }
    bool toBool() const { return m_kind == Kind::Bool && m_integer != 0; }
    qint64 toInteger() const { return m_integer; }

    const std::vector<NodePtr> &items() const { return m_items; }
    const std::vector<MapEntry> &entries() const { return m_entries; }

    /// The value of a key, also where it is null; nullptr where the key is missing.
    const Node *find(const QString &key) const;
    const MapEntry *findEntry(const QString &key) const;
    NodePtr get(const QString &key) const;

    /// The value of a key, nullptr where it is missing or null: "null counts as not given".
    const Node *given(const QString &key) const;

    /// Nodes below and with this one, shared ones counted each time; stops counting at the top of
    /// its type. Compare with limits::MaxNodes before walking a tree that was put together.
    quint32 cost() const { return m_cost; }
    int depth() const { return m_depth; }

private:
    Node(Kind kind, Position position) : m_kind(kind), m_position(position) { }
    static std::shared_ptr<Node> make(Kind kind, Position position);
    void addCost(const Node &child);
    void addTextCost(qsizetype characters);

    Kind m_kind;
    quint16 m_depth = 1;
    quint32 m_cost = 1;
    Position m_position;
    qint64 m_integer = 0;
    QString m_text;
    std::vector<NodePtr> m_items;
    std::vector<MapEntry> m_entries;
    std::unique_ptr<QHash<QString, qsizetype>> m_index; ///< Only for large maps.
};

/// `over` over `base`: maps key by key, everything else replaced. Keys keep the order of `base`.
NodePtr deepMerge(const NodePtr &base, const NodePtr &over);

/// The map without one key.
NodePtr without(const NodePtr &map, const QString &key);

/// Lists in lists opened, up to limits::MaxListLevels; a null pointer where they are deeper.
/// Anything but a list is returned as it is.
NodePtr flattened(const NodePtr &list);

/// The tree as JSON text without spaces.
QString toJson(const Node &node);

} // namespace ci::ciconfig
