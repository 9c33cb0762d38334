// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/yamltree.h"

#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/yamlscalar.h"

#include <yaml.h>

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

// The only file that meets libyaml. GitLab's reader stands on the same library, so what is syntax
// and what is not agrees by construction.

namespace ci::ciconfig {

namespace {

/// One event, freed with the object.
class Event final
{
public:
    Event() = default;
    ~Event() { yaml_event_delete(&m_event); }
    Q_DISABLE_COPY_MOVE(Event)

    yaml_event_t *out() { return &m_event; }
    const yaml_event_t &operator*() const { return m_event; }
    const yaml_event_t *operator->() const { return &m_event; }

private:
    yaml_event_t m_event {};
};

QString fromYaml(const yaml_char_t *text, size_t length)
{
    return QString::fromUtf8(reinterpret_cast<const char *>(text), qsizetype(length));
}

QString fromYaml(const yaml_char_t *text)
{
    return text ? QString::fromUtf8(reinterpret_cast<const char *>(text)) : QString();
}

enum class Origin : quint8 { Written, Merged };

/// The pairs of a map being read: the last of two equal keys wins, in the place of the first.
class PairList final
{
public:
    void put(MapEntry pair, Origin origin)
    {
        if (const std::optional<size_t> known = indexOf(pair.key)) {
            m_pairs[*known] = std::move(pair);
            m_origins[*known] = origin;
            return;
        }
        m_origins.push_back(origin);
        if (!m_index.isEmpty()) {
            m_index.insert(pair.key, m_pairs.size());
        }
        m_pairs.push_back(std::move(pair));
        if (m_pairs.size() == LinearSearchMax) {
            for (size_t i = 0; i < m_pairs.size(); ++i) {
                m_index.insert(m_pairs[i].key, i);
            }
        }
    }
    bool isWritten(const QString &key) const
    {
        const std::optional<size_t> known = indexOf(key);
        return known && m_origins[*known] == Origin::Written;
    }
    std::vector<MapEntry> take() { return std::move(m_pairs); }

private:
    // Most maps are small: no hash for them.
    static constexpr size_t LinearSearchMax = 12;

    std::optional<size_t> indexOf(const QString &key) const
    {
        if (!m_index.isEmpty()) {
            const auto found = m_index.constFind(key);
            return found == m_index.constEnd() ? std::nullopt : std::optional(*found);
        }
        for (size_t i = 0; i < m_pairs.size(); ++i) {
            if (m_pairs[i].key == key) {
                return i;
            }
        }
        return std::nullopt;
    }

    std::vector<MapEntry> m_pairs;
    std::vector<Origin> m_origins;
    QHash<QString, size_t> m_index;
};

class YamlReader final
{
public:
    YamlReader(const QByteArray &text, int file, Report &report)
        : m_text(text), m_file(file), m_report(report)
    {
        yaml_parser_initialize(&m_parser);
        yaml_parser_set_encoding(&m_parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&m_parser,
                                     reinterpret_cast<const unsigned char *>(m_text.constData()),
                                     size_t(m_text.size()));
    }
    ~YamlReader() { yaml_parser_delete(&m_parser); }
    Q_DISABLE_COPY_MOVE(YamlReader)

    std::vector<NodePtr> documents();

private:
    bool next(Event &event);
    NodePtr node(const Event &event, int depth);
    NodePtr scalar(const Event &event);
    NodePtr plain(const QString &text, Position position);
    NodePtr sequence(const Event &event, int depth);
    NodePtr mapping(const Event &event, int depth);
    NodePtr alias(const Event &event);
    bool readPair(const Event &keyEvent, int depth, PairList &pairs);
    bool addMerged(PairList &pairs, const NodePtr &value);
    NodePtr remember(const yaml_char_t *anchor, NodePtr node);
    NodePtr fail(Position position, const QString &text);
    bool count(const Node &node, Position position);
    Position at(const yaml_mark_t &mark) const
    {
        return {m_file, int(mark.line) + 1, int(mark.column) + 1};
    }
    Position atOffset(size_t offset) const;
    void reportSyntax();

    yaml_parser_t m_parser {};
    QByteArray m_text;
    int m_file;
    Report &m_report;
    quint64 m_nodes = 0;
    QHash<QString, NodePtr> m_anchors;
};

bool YamlReader::next(Event &event)
{
    if (yaml_parser_parse(&m_parser, event.out())) {
        return true;
    }
    reportSyntax();
    return false;
}

Position YamlReader::atOffset(size_t offset) const
{
    const QByteArrayView before = QByteArrayView(m_text).first(qsizetype(std::min<size_t>(offset, size_t(m_text.size()))));
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    return {m_file, int(before.count('\n')) + 1,
            int(QString::fromUtf8(before.sliced(lineStart)).size()) + 1};
}

void YamlReader::reportSyntax()
{
    const bool fromReader = m_parser.error == YAML_READER_ERROR;
    const Position position = fromReader ? atOffset(m_parser.problem_offset) : at(m_parser.problem_mark);
    QString text = u"(%1): %2"_s.arg(m_report.file(m_file),
                                     QString::fromUtf8(m_parser.problem ? m_parser.problem : "not readable"));
    if (m_parser.context) {
        text += u" "_s + QString::fromUtf8(m_parser.context);
    }
    text += u" at line %1 column %2"_s.arg(position.line).arg(position.column);
    m_report.error(position, text);
}

NodePtr YamlReader::fail(Position position, const QString &text)
{
    m_report.error(position, text);
    return nullptr;
}

bool YamlReader::count(const Node &node, Position position)
{
    m_nodes += node.isScalar() || node.isReference() ? node.cost() : 1;
    if (m_nodes > limits::MaxNodes || node.cost() > limits::MaxNodes) {
        fail(position, u"The parsed YAML is too big"_s);
        return false;
    }
    return true;
}

NodePtr YamlReader::remember(const yaml_char_t *anchor, NodePtr node)
{
    if (node && !count(*node, node->position())) {
        return nullptr;
    }
    if (node && anchor) {
        m_anchors.insert(fromYaml(anchor), node);
    }
    return node;
}

NodePtr YamlReader::node(const Event &event, int depth)
{
    if (depth > limits::MaxYamlDepth) {
        return fail(at(event->start_mark), u"The parsed YAML is too deep"_s);
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return remember(event->data.scalar.anchor, scalar(event));
    case YAML_SEQUENCE_START_EVENT:
        return remember(event->data.sequence_start.anchor, sequence(event, depth));
    case YAML_MAPPING_START_EVENT:
        return remember(event->data.mapping_start.anchor, mapping(event, depth));
    case YAML_ALIAS_EVENT:
        return alias(event);
    default:
        return fail(at(event->start_mark), u"Invalid configuration format"_s);
    }
}

NodePtr YamlReader::alias(const Event &event)
{
    const QString name = fromYaml(event->data.alias.anchor);
    const NodePtr target = m_anchors.value(name);
    if (!target) {
        return fail(at(event->start_mark), u"Unknown alias: %1"_s.arg(name));
    }
    return target;
}

// Of YAML itself; what they say of the text is seen from the text.
static bool isCoreTag(const QString &tag)
{
    constexpr QLatin1StringView tags[] {YAML_NULL_TAG ""_L1, YAML_BOOL_TAG ""_L1, YAML_INT_TAG ""_L1,
                                        YAML_FLOAT_TAG ""_L1, YAML_TIMESTAMP_TAG ""_L1};
    return std::find(std::begin(tags), std::end(tags), tag) != std::end(tags);
}

NodePtr YamlReader::plain(const QString &text, Position position)
{
    // Psych makes dates and times of them, and GitLab's reader refuses these.
    if (const QString refused = refusedClass(text); !refused.isEmpty()) {
        return fail(position, u"Tried to load unspecified class: %1 (put %2 into quotes)"_s.arg(refused, text));
    }
    return plainScalar(text, position);
}

NodePtr YamlReader::scalar(const Event &event)
{
    const auto &data = event->data.scalar;
    const Position position = at(event->start_mark);
    const QString text = fromYaml(data.value, data.length);
    const QString tag = fromYaml(data.tag);
    const bool isText = tag == "!"_L1 || tag == QLatin1StringView(YAML_STR_TAG)
        || tag == "tag:yaml.org,2002:binary"_L1;
    if (tag.isEmpty()) {
        return data.style == YAML_PLAIN_SCALAR_STYLE ? plain(text, position) : Node::string(text, position);
    }
    if (isText) {
        return Node::string(text, position);
    }
    if (isCoreTag(tag)) {
        return plainScalar(text, position);
    }
    if (tag == "!reference"_L1) {
        return fail(position, u"!reference %1 is not valid"_s.arg(text));
    }
    return fail(position, u"Unknown YAML tag: %1"_s.arg(tag));
}

NodePtr YamlReader::sequence(const Event &event, int depth)
{
    const Position position = at(event->start_mark);
    const QString tag = fromYaml(event->data.sequence_start.tag);
    const bool isReference = tag == "!reference"_L1;
    if (!tag.isEmpty() && !isReference && tag != QLatin1StringView(YAML_SEQ_TAG)) {
        return fail(position, u"Unknown YAML tag: %1"_s.arg(tag));
    }
    std::vector<NodePtr> items;
    while (true) {
        Event item;
        if (!next(item)) {
            return nullptr;
        }
        if (item->type == YAML_SEQUENCE_END_EVENT) {
            break;
        }
        NodePtr value = node(item, depth + 1);
        if (!value) {
            return nullptr;
        }
        items.push_back(std::move(value));
    }
    return isReference ? Node::reference(std::move(items), position)
                       : Node::list(std::move(items), position);
}

bool YamlReader::addMerged(PairList &pairs, const NodePtr &value)
{
    if (value->isMap()) {
        m_nodes += value->entries().size();
        for (const MapEntry &entry : value->entries()) {
            pairs.put(entry, Origin::Merged);
        }
        return m_nodes <= limits::MaxNodes;
    }
    if (!value->isList()) {
        return false;
    }
    // The first of the list wins, so it comes last.
    for (auto item = value->items().rbegin(); item != value->items().rend(); ++item) {
        if (!(*item)->isMap() || !addMerged(pairs, *item)) {
            return false;
        }
    }
    return true;
}

bool YamlReader::readPair(const Event &keyEvent, int depth, PairList &pairs)
{
    const Position position = at(keyEvent->start_mark);
    const NodePtr key = node(keyEvent, depth);
    Event valueEvent;
    if (!key || !next(valueEvent)) {
        return false;
    }
    const NodePtr value = node(valueEvent, depth);
    if (!value) {
        return false;
    }
    if (!key->isScalar()) {
        return fail(position, u"Invalid configuration format: a key is not a string"_s) != nullptr;
    }
    if (key->text() == "<<"_L1) {
        // As in Psych the merge happens where it stands: what is above it loses, what is below wins.
        if (addMerged(pairs, value)) {
            return true;
        }
        return fail(position, m_nodes > limits::MaxNodes
                                  ? u"The parsed YAML is too big"_s
                                  : u"A merge key needs a hash or an array of hashes"_s) != nullptr;
    }
    if (pairs.isWritten(key->text())) {
        m_report.warning(position, u"%1: duplicate key, the last one is used"_s.arg(key->text()));
    }
    pairs.put({key->text(), position, value}, Origin::Written);
    return true;
}

NodePtr YamlReader::mapping(const Event &event, int depth)
{
    const Position position = at(event->start_mark);
    const QString tag = fromYaml(event->data.mapping_start.tag);
    if (!tag.isEmpty() && tag != QLatin1StringView(YAML_MAP_TAG)) {
        return fail(position, u"Unknown YAML tag: %1"_s.arg(tag));
    }
    PairList pairs;
    while (true) {
        Event keyEvent;
        if (!next(keyEvent)) {
            return nullptr;
        }
        if (keyEvent->type == YAML_MAPPING_END_EVENT) {
            break;
        }
        if (!readPair(keyEvent, depth + 1, pairs)) {
            return nullptr;
        }
    }
    return Node::map(pairs.take(), position);
}

std::vector<NodePtr> YamlReader::documents()
{
    std::vector<NodePtr> found;
    while (true) {
        Event event;
        if (!next(event)) {
            return {};
        }
        if (event->type == YAML_STREAM_END_EVENT) {
            return found;
        }
        if (event->type == YAML_STREAM_START_EVENT || event->type == YAML_DOCUMENT_START_EVENT
            || event->type == YAML_DOCUMENT_END_EVENT) {
            m_anchors.clear();
            continue;
        }
        NodePtr root = node(event, 1);
        if (!root) {
            return {};
        }
        if (!root->isNull()) {
            found.push_back(std::move(root));
        }
    }
}

} // namespace

std::vector<NodePtr> parseYaml(const QByteArray &text, int file, Report &report)
{
    if (text.size() > limits::MaxFileBytes) {
        report.error({file, 1, 1}, u"The parsed YAML is too big"_s);
        return {};
    }
    const QByteArray body = text.startsWith("\xEF\xBB\xBF") ? text.sliced(3) : text;
    return YamlReader(body, file, report).documents();
}

} // namespace ci::ciconfig
