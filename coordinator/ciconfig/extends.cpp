// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/extends.h"

#include "coordinator/ciconfig/limits.h"

#include <QSet>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

// Nodes gone over for all merges together: one entry may name thousands of large parents.
constexpr quint64 MaxExtendsWork = 2 * limits::MaxNodes;

struct Resolved
{
    NodePtr node;
    int levels = 0; ///< The longest way up to an entry without `extends`.
};

class ExtendsResolver final
{
public:
    ExtendsResolver(const NodePtr &root, Unknown unknown, Report &report)
        : m_root(root), m_unknown(unknown), m_report(report)
    {
    }

    NodePtr run()
    {
        std::vector<MapEntry> entries = m_root->entries();
        quint64 cost = 0;
        for (MapEntry &entry : entries) {
            entry.value = resolve(entry.key, entry.value).node;
            cost += entry.value->cost();
            if (cost > limits::MaxNodes) {
                m_report.error(entry.position, u"The parsed YAML is too big"_s);
                break;
            }
        }
        return Node::map(std::move(entries), m_root->position());
    }

private:
    Resolved resolve(const QString &name, const NodePtr &node)
    {
        const Node *parents = node->isMap() ? node->find(u"extends"_s) : nullptr;
        if (!parents) {
            return {node, 0};
        }
        if (const auto known = m_done.constFind(name); known != m_done.constEnd()) {
            return *known;
        }
        // The chain is cut here, too, so that a very long one cannot exhaust the stack.
        if (m_open.contains(name) || m_open.size() > limits::MaxExtendsLevels) {
            m_report.error(parents->position(),
                           m_open.contains(name)
                               ? u"%1: circular dependency detected in `extends`"_s.arg(name)
                               : u"%1: nesting too deep in `extends`"_s.arg(name));
            return {without(node, u"extends"_s), 0};
        }
        m_open.insert(name);
        const Resolved resolved = merged(name, node, *parents);
        m_open.remove(name);
        if (resolved.levels > limits::MaxExtendsLevels) {
            m_report.error(parents->position(), u"%1: nesting too deep in `extends`"_s.arg(name));
        }
        m_done.insert(name, resolved);
        return resolved;
    }

    Resolved merged(const QString &name, const NodePtr &node, const Node &parents)
    {
        Resolved result;
        for (const NodePtr &parent : parentNames(name, parents)) {
            const NodePtr base = m_root->get(parent->text());
            if (!base) {
                unknownParent(name, *parent);
                continue;
            }
            if (!base->isMap()) {
                m_report.error(parent->position(),
                               u"%1: invalid base hashes in `extends` (%2)"_s.arg(name, parent->text()));
                continue;
            }
            const Resolved above = resolve(parent->text(), base);
            m_work += above.node->cost();
            if (m_work > MaxExtendsWork) {
                m_report.error(parent->position(), u"The parsed YAML is too big"_s);
                break;
            }
            result.levels = std::max(result.levels, above.levels + 1);
            result.node = result.node ? deepMerge(result.node, above.node) : above.node;
        }
        const NodePtr own = without(node, u"extends"_s);
        result.node = result.node ? deepMerge(result.node, own) : own;
        return result;
    }

    std::vector<NodePtr> parentNames(const QString &name, const Node &parents)
    {
        std::vector<NodePtr> names;
        if (parents.isNull()) {
            return names;
        }
        if (parents.isString()) {
            return {Node::string(parents.text(), parents.position())};
        }
        bool valid = parents.isList();
        for (const NodePtr &item : parents.items()) {
            valid = valid && item->isString();
        }
        if (!valid) {
            m_report.error(parents.position(),
                           u"%1: extends should be an array of strings or a string"_s.arg(name));
            return names;
        }
        return parents.items();
    }

    void unknownParent(const QString &name, const Node &parent)
    {
        const QString text = u"%1: unknown keys in `extends` (%2)"_s.arg(name, parent.text());
        if (m_unknown == Unknown::Warning) {
            m_report.warning(parent.position(), text);
        } else {
            m_report.error(parent.position(), text);
        }
    }

    const NodePtr &m_root;
    Unknown m_unknown;
    Report &m_report;
    QHash<QString, Resolved> m_done;
    QSet<QString> m_open;
    quint64 m_work = 0;
};

} // namespace

NodePtr resolveExtends(const NodePtr &root, Unknown unknown, Report &report)
{
    return ExtendsResolver(root, unknown, report).run();
}

} // namespace ci::ciconfig
