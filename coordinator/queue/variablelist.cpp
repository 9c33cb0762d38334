// SPDX-License-Identifier: MIT
#include "coordinator/queue/variablelist.h"

#include <QRegularExpression>

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

// Nested references multiply: `A=$B$B`, `B=$C$C`, … A name or key needs no more than this.
constexpr qsizetype MaxExpanded = 64 * 1024;
// As in ciconfig/scope.cpp. The length alone bounds nothing where the innermost value is empty, and
// a chain of names would be as deep as a file can make it.
constexpr qsizetype MaxExpansionLevels = 20;
constexpr int MaxExpansionSteps = 2'000;

} // namespace

/// One expanded(): the names being expanded, and the work done so far.
struct VariableList::Expansion
{
    Unknown unknown = Unknown::Stays;
    QStringList open = {};
    int steps = 0;

    bool mayEnter(const QString &key)
    {
        return !open.contains(key) && open.size() < MaxExpansionLevels
            && ++steps < MaxExpansionSteps;
    }
};

void VariableList::add(const protocol::JobVariable &variable)
{
    m_index.insert(variable.key, m_variables.size());
    m_variables.append(variable);
}

const protocol::JobVariable *VariableList::find(const QString &key) const
{
    const auto found = m_index.constFind(key);
    return found != m_index.constEnd() ? &m_variables.at(*found) : nullptr;
}

QString VariableList::value(const QString &key) const
{
    const protocol::JobVariable *variable = find(key);
    return variable ? variable->value : QString();
}

QString VariableList::expanded(const QString &text) const
{
    Expansion expansion {Unknown::Stays};
    return expand(text, expansion);
}

QString VariableList::expandedWhole(const QString &text) const
{
    Expansion expansion {Unknown::Vanishes};
    return expand(text, expansion);
}

QString VariableList::expand(const QString &text, Expansion &expansion) const
{
    static const QRegularExpression reference(
        uR"(\$\$|\$([A-Za-z_][A-Za-z0-9_]*)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|%([A-Za-z_][A-Za-z0-9_]*)%)"_s);
    if (!text.contains(u'$') && !text.contains(u'%')) {
        return text;
    }
    QString result;
    qsizetype done = 0;
    auto matches = reference.globalMatch(text);
    while (matches.hasNext() && result.size() < MaxExpanded) {
        const QRegularExpressionMatch match = matches.next();
        result += QStringView(text).sliced(done, match.capturedStart() - done);
        done = match.capturedEnd();
        const QString key = match.captured(1) + match.captured(2) + match.captured(3);
        const protocol::JobVariable *variable = find(key);
        if (!variable || (!variable->raw && !expansion.mayEnter(key))) {
            // `$$` names nothing: it is an escaped `$`.
            const bool stays = expansion.unknown == Unknown::Stays || key.isEmpty();
            result += stays ? match.capturedView() : QStringView();
        } else if (variable->raw) {
            result += variable->value;
        } else {
            expansion.open.append(key);
            result += expand(variable->value, expansion);
            expansion.open.removeLast();
        }
    }
    result += QStringView(text).sliced(done);
    return result.left(MaxExpanded);
}

} // namespace ci::queue
