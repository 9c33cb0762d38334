// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/onlyexcept.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

/// One pipeline against the policies of its jobs.
class PolicyCheck final
{
public:
    PolicyCheck(const Context &context, const Scope &scope, Conditions &conditions)
        : m_context(context), m_scope(scope), m_conditions(conditions)
    {
    }

    bool isOnly(const Node *only)
    {
        const Node *refs = !only || only->isList() ? only : only->given(u"refs"_s);
        const bool refMatches = refs ? anyRef(*refs) : isBranch() || m_context.isTag;
        if (!only || only->isList() || !refMatches) {
            return refMatches;
        }
        const Node *variables = only->given(u"variables"_s);
        const Node *changes = only->given(u"changes"_s);
        // There is no cluster, so `kubernetes: active` never holds.
        return (!variables || anyVariable(*variables))
            && (!changes || m_conditions.changesMatch(*changes, m_scope)) && !only->given(u"kubernetes"_s);
    }

    bool isExcept(const Node *except)
    {
        if (!except) {
            return false;
        }
        if (except->isList()) {
            return anyRef(*except);
        }
        const Node *refs = except->given(u"refs"_s);
        const Node *variables = except->given(u"variables"_s);
        const Node *changes = except->given(u"changes"_s);
        return (refs && anyRef(*refs)) || (variables && anyVariable(*variables))
            || (changes && m_conditions.changesMatch(*changes, m_scope));
    }

private:
    bool isBranch() const { return !m_context.isTag && !m_context.isMergeRequest; }

    bool anyRef(const Node &refs)
    {
        const auto &items = refs.items();
        return std::any_of(items.begin(), items.end(), [this](const NodePtr &ref) { return refMatches(ref->text()); });
    }

    bool anyVariable(const Node &variables)
    {
        const auto &items = variables.items();
        return std::any_of(items.begin(), items.end(), [this](const NodePtr &condition) {
            return m_conditions.isTrue(condition->text(), m_scope);
        });
    }

    // "merge_request_event" is named "merge_requests", "push" "pushes", "schedule" "schedules".
    bool namesSource(const QString &keyword) const
    {
        QString source = m_context.source;
        if (source.endsWith("_event"_L1)) {
            source.chop(6);
        }
        const QString plural = source + (source.endsWith(u'h') ? u"es"_s : u"s"_s);
        return keyword == source || keyword == plural;
    }

    bool refMatches(const QString &item)
    {
        // Always at the first '@', as GitLab does: a pattern cannot hold one.
        const qsizetype at = item.indexOf(u'@');
        const QString ref = at < 0 ? item : item.first(at);
        const bool isElsewhere = at >= 0 && !m_context.projectPath.isEmpty()
            && item.sliced(at + 1) != m_context.projectPath;
        if (isElsewhere) {
            return false;
        }
        if ((ref == "tags"_L1 && m_context.isTag) || (ref == "branches"_L1 && isBranch()) || namesSource(ref)) {
            return true;
        }
        if (m_context.isMergeRequest) {
            return false;
        }
        return RegexCache::isLiteral(ref)
            ? m_conditions.regexes().matches(ref, m_context.ref).value_or(false)
            : ref == m_context.ref;
    }

    const Context &m_context;
    const Scope &m_scope;
    Conditions &m_conditions;
};

} // namespace

bool isInOnly(const Node *only, const Context &context, const Scope &scope, Conditions &conditions)
{
    return PolicyCheck(context, scope, conditions).isOnly(only);
}

bool isInExcept(const Node *except, const Context &context, const Scope &scope, Conditions &conditions)
{
    return PolicyCheck(context, scope, conditions).isExcept(except);
}

} // namespace ci::ciconfig
