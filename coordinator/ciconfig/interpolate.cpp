// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/interpolate.h"

#include "coordinator/ciconfig/limits.h"

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

constexpr qsizetype MaxFunctions = 3;
// A value may be put in many times: what is written for one file is bounded.
constexpr qsizetype MaxInterpolatedText = 1024 * 1024;

class Interpolator final
{
public:
    Interpolator(const InputValues &values, const Scope &scope, Report &report)
        : m_values(values), m_scope(scope), m_report(report)
    {
    }

    NodePtr apply(const NodePtr &node)
    {
        switch (node->kind()) {
        case Kind::String:
            return node->text().contains("$[["_L1) ? applyText(node) : node;
        case Kind::List:
            return Node::list(appliedItems(*node), node->position());
        case Kind::Reference:
            return Node::reference(appliedItems(*node), node->position());
        case Kind::Map:
            return applyMap(*node);
        case Kind::Null:
        case Kind::Bool:
        case Kind::Integer:
        case Kind::Float:
            break;
        }
        return node;
    }

private:
    std::vector<NodePtr> appliedItems(const Node &node)
    {
        std::vector<NodePtr> items;
        items.reserve(node.items().size());
        for (const NodePtr &item : node.items()) {
            items.push_back(apply(item));
        }
        return items;
    }

    NodePtr applyMap(const Node &node)
    {
        std::vector<MapEntry> entries;
        entries.reserve(node.entries().size());
        QHash<QString, size_t> seen;
        for (const MapEntry &entry : node.entries()) {
            const QString key = entry.key.contains("$[["_L1) ? replaced(entry.key, entry.position) : entry.key;
            const MapEntry applied {key, entry.position, apply(entry.value)};
            if (const auto known = seen.constFind(key); known != seen.constEnd()) {
                entries[*known] = applied;
                continue;
            }
            seen.insert(key, entries.size());
            entries.push_back(applied);
        }
        return Node::map(std::move(entries), node.position());
    }

    NodePtr applyText(const NodePtr &node)
    {
        const QString &text = node->text();
        const qsizetype end = text.indexOf("]]"_L1);
        if (text.startsWith("$[["_L1) && end == text.size() - 2) {
            const NodePtr value = blockValue(text.sliced(3, end - 3), node->position());
            return value ? value : node;
        }
        return Node::string(replaced(text, node->position()), node->position());
    }

    QString replaced(const QString &text, Position position)
    {
        QString out;
        qsizetype from = 0;
        while (true) {
            const qsizetype open = text.indexOf("$[["_L1, from);
            const qsizetype close = open < 0 ? -1 : text.indexOf("]]"_L1, open);
            if (close < 0) {
                out += QStringView(text).sliced(from);
                m_written += out.size();
                return out;
            }
            out += QStringView(text).sliced(from, open - from);
            const NodePtr value = blockValue(text.sliced(open + 3, close - open - 3), position);
            out += !value ? text.sliced(open, close + 2 - open)
                : value->isScalar() ? value->text()
                                    : toJson(*value);
            from = close + 2;
            if (m_written + out.size() > MaxInterpolatedText) {
                m_report.error(position, u"interpolated text is too long"_s);
                return QString();
            }
        }
    }

    NodePtr fail(Position position, const QString &text)
    {
        m_report.error(position, text);
        return nullptr;
    }

    NodePtr blockValue(const QString &block, Position position)
    {
        if (block.size() > limits::MaxInterpolationBlock) {
            return fail(position, u"interpolation block is too long"_s);
        }
        const QStringList parts = block.split(u'|');
        const QString name = parts.front().trimmed();
        if (name.startsWith("matrix."_L1)) {
            return nullptr;
        }
        const auto found = m_values.constFind(name);
        if (found == m_values.constEnd()) {
            return fail(position,
                        name.startsWith("inputs."_L1)
                            ? u"unknown input name provided: `%1`"_s.arg(name.sliced(7))
                            : u"unknown interpolation key: `%1`"_s.arg(name));
        }
        if (parts.size() - 1 > MaxFunctions) {
            return fail(position, u"too many functions in interpolation block"_s);
        }
        NodePtr value = *found;
        for (const QString &function : parts.sliced(1)) {
            value = call(function.trimmed(), value, position);
            if (!value) {
                return nullptr;
            }
        }
        return value;
    }

    NodePtr call(const QString &function, const NodePtr &value, Position position)
    {
        if (!value->isString()) {
            return fail(position, u"invalid input type for the function `%1`"_s.arg(function));
        }
        if (function == "expand_vars"_L1) {
            return Node::string(m_scope.expandKnown(value->text()), value->position());
        }
        if (function == "posix_escape"_L1) {
            return Node::string(posixEscaped(value->text()), value->position());
        }
        if (function.startsWith("truncate("_L1) && function.endsWith(u')')) {
            const QStringList arguments = function.sliced(9, function.size() - 10).split(u',');
            bool offsetOk = false;
            bool lengthOk = false;
            const int offset = arguments.value(0).trimmed().toInt(&offsetOk);
            const int length = arguments.value(1).trimmed().toInt(&lengthOk);
            if (arguments.size() == 2 && offsetOk && lengthOk && offset >= 0 && length >= 0) {
                return Node::string(value->text().mid(offset, length), value->position());
            }
        }
        return fail(position, u"no function matching `%1`"_s.arg(function));
    }

    static QString posixEscaped(const QString &text)
    {
        if (text.isEmpty()) {
            return u"''"_s;
        }
        QString out;
        for (const QChar c : text) {
            const bool plain = c.isLetterOrNumber() || "_-.,:+/@"_L1.contains(c);
            out += c == u'\n' ? u"'\n'"_s : plain ? QString(c) : u'\\' + QString(c);
        }
        return out;
    }

    const InputValues &m_values;
    const Scope &m_scope;
    Report &m_report;
    qsizetype m_written = 0;
};

} // namespace

NodePtr interpolate(const NodePtr &body, const InputValues &values, const Scope &scope, Report &report)
{
    NodePtr applied = Interpolator(values, scope, report).apply(body);
    if (applied->cost() > limits::MaxNodes) {
        report.error(body->position(), u"The parsed YAML is too big"_s);
        return Node::null(body->position());
    }
    if (applied->depth() > limits::MaxYamlDepth) {
        report.error(body->position(), u"The parsed YAML is too deep"_s);
        return Node::null(body->position());
    }
    return applied;
}

} // namespace ci::ciconfig
