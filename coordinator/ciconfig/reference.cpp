// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/reference.h"

#include "coordinator/ciconfig/limits.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

class ReferenceResolver final
{
public:
    ReferenceResolver(const NodePtr &root, Unknown unknown, Report &report)
        : m_root(root), m_unknown(unknown), m_report(report)
    {
    }

    NodePtr resolve(const NodePtr &node)
    {
        if (node->isReference()) {
            return follow(*node);
        }
        if (node->isScalar() || !holdsReference(*node)) {
            return node;
        }
        NodePtr resolved = node->isList() ? resolvedList(*node) : resolvedMap(*node);
        if (resolved->cost() > limits::MaxNodes && !m_tooBig) {
            m_tooBig = true;
            m_report.error(node->position(), u"The parsed YAML is too big"_s);
        }
        return m_tooBig ? Node::null(node->position()) : resolved;
    }

private:
    // Subtrees without a reference stay shared and are looked at only once.
    bool holdsReference(const Node &node)
    {
        if (node.isReference()) {
            return true;
        }
        if (node.isScalar()) {
            return false;
        }
        if (const auto known = m_holds.constFind(&node); known != m_holds.constEnd()) {
            return *known;
        }
        const bool found
            = std::any_of(node.items().begin(), node.items().end(),
                          [this](const NodePtr &item) { return holdsReference(*item); })
            || std::any_of(node.entries().begin(), node.entries().end(),
                           [this](const MapEntry &entry) { return holdsReference(*entry.value); });
        m_holds.insert(&node, found);
        return found;
    }

    NodePtr resolvedList(const Node &node)
    {
        std::vector<NodePtr> items;
        items.reserve(node.items().size());
        for (const NodePtr &item : node.items()) {
            items.push_back(resolve(item));
        }
        return Node::list(std::move(items), node.position());
    }

    NodePtr resolvedMap(const Node &node)
    {
        std::vector<MapEntry> entries = node.entries();
        for (MapEntry &entry : entries) {
            entry.value = resolve(entry.value);
        }
        return Node::map(std::move(entries), node.position());
    }

    NodePtr fail(const Node &reference, const QString &problem)
    {
        QStringList quoted;
        for (const NodePtr &item : reference.items()) {
            quoted.append(u"\"%1\""_s.arg(item->text()));
        }
        m_report.error(reference.position(), u"!reference [%1] %2"_s.arg(quoted.join(u", "_s), problem));
        return Node::null(reference.position());
    }

    NodePtr missing(const Node &reference)
    {
        if (m_unknown == Unknown::Warning) {
            m_report.warning(reference.position(), u"!reference could not be found"_s);
            return Node::null(reference.position());
        }
        return fail(reference, u"could not be found"_s);
    }

    NodePtr follow(const Node &reference)
    {
        const auto &path = reference.items();
        const bool valid = !path.empty()
            && std::all_of(path.begin(), path.end(), [](const NodePtr &n) { return n->isString(); });
        if (!valid) {
            return fail(reference, u"is not valid"_s);
        }
        QStringList names;
        for (const NodePtr &step : path) {
            names.append(step->text());
        }
        const QString key = names.join(QChar(u'\0'));
        if (const NodePtr known = m_done.value(key)) {
            return known;
        }
        if (m_open.contains(key)) {
            return fail(reference, u"is part of a circular chain"_s);
        }
        if (m_open.size() >= limits::MaxReferenceLevels) {
            return fail(reference, u"is nested too deep"_s);
        }
        m_open.append(key);
        const NodePtr target = lookUp(names);
        NodePtr resolved = target ? resolve(target) : nullptr;
        // GitLab takes null and false for nothing.
        if (!resolved || resolved->isNull() || (resolved->isBool() && !resolved->toBool())) {
            resolved = missing(reference);
        }
        m_open.removeLast();
        m_done.insert(key, resolved);
        return resolved;
    }

    // A path does not lead through another reference, only to one.
    NodePtr lookUp(const QStringList &names) const
    {
        NodePtr node = m_root;
        for (const QString &name : names) {
            node = node->isMap() ? node->get(name) : nullptr;
            if (!node) {
                return nullptr;
            }
        }
        return node;
    }

    const NodePtr &m_root;
    Unknown m_unknown;
    Report &m_report;
    bool m_tooBig = false;
    QHash<const Node *, bool> m_holds;
    QHash<QString, NodePtr> m_done;
    QStringList m_open;
};

} // namespace

NodePtr resolveReferences(const NodePtr &root, Unknown unknown, Report &report)
{
    return ReferenceResolver(root, unknown, report).resolve(root);
}

} // namespace ci::ciconfig
