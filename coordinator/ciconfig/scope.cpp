// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/scope.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

// Values nested in values; and text that doubles with each level stops growing here.
constexpr size_t MaxExpansionLevels = 20;
constexpr qsizetype MaxExpandedLength = 64 * 1024;
constexpr int MaxExpansionSteps = 2'000;

void VariableSet::set(const QString &key, const QString &value, bool raw)
{
    const auto found = m_index.constFind(key);
    if (found != m_index.constEnd()) {
        m_variables[size_t(*found)] = {key, value, raw};
        return;
    }
    m_index.insert(key, qsizetype(m_variables.size()));
    m_variables.push_back({key, value, raw});
}

void VariableSet::setAll(const VariableSet &other)
{
    for (const model::SpecVariable &variable : other.m_variables) {
        set(variable.key, variable.value, variable.raw);
    }
}

const model::SpecVariable *VariableSet::find(const QString &key) const
{
    const auto found = m_index.constFind(key);
    return found == m_index.constEnd() ? nullptr : &m_variables[size_t(*found)];
}

const model::SpecVariable *Scope::find(const QString &key) const
{
    for (const VariableSet *level : m_levels) {
        if (const model::SpecVariable *variable = level->find(key)) {
            return variable;
        }
    }
    return nullptr;
}

std::optional<QString> Scope::value(const QString &key) const
{
    const model::SpecVariable *variable = find(key);
    return variable ? std::optional(variable->value) : std::nullopt;
}

struct VariableReference
{
    qsizetype end = 0; ///< After the reference.
    QStringView name; ///< Empty: only characters.
};

static qsizetype nameEnd(QStringView text, qsizetype from)
{
    qsizetype end = from;
    while (end < text.size()) {
        const char16_t c = text[end].unicode();
        const bool letter = (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || c == u'_';
        if (!letter && !(end > from && c >= u'0' && c <= u'9')) {
            break;
        }
        ++end;
    }
    return end;
}

// What begins at a `$` or `%`. `$$` and `%%` are two characters that stay.
static VariableReference referenceAt(QStringView text, qsizetype at)
{
    const QChar sign = text[at];
    if (at + 1 < text.size() && text[at + 1] == sign) {
        return {at + 2, {}};
    }
    const bool braced = sign == u'$' && at + 1 < text.size() && text[at + 1] == u'{';
    const qsizetype start = at + (braced ? 2 : 1);
    const qsizetype end = nameEnd(text, start);
    const QChar closing = braced ? u'}' : sign == u'%' ? u'%' : QChar();
    if (end == start || (!closing.isNull() && (end >= text.size() || text[end] != closing))) {
        return {at + 1, {}};
    }
    return {end + (closing.isNull() ? 0 : 1), text.sliced(start, end - start)};
}

/// One expandKnown: the variables being expanded, and the work done so far.
struct Scope::Expansion
{
    std::vector<const model::SpecVariable *> open;
    int steps = 0;

    bool mayEnter(const model::SpecVariable *variable)
    {
        return std::find(open.begin(), open.end(), variable) == open.end() && open.size() < MaxExpansionLevels
            && ++steps < MaxExpansionSteps;
    }
};

// In its own value a variable is that of a lower level.
const model::SpecVariable *Scope::meant(const QString &name, const Expansion &expansion) const
{
    const model::SpecVariable *within = expansion.open.empty() ? nullptr : expansion.open.back();
    if (!within || within->key != name) {
        return find(name);
    }
    bool isBelow = false;
    for (const VariableSet *level : m_levels) {
        const model::SpecVariable *variable = level->find(name);
        if (variable && isBelow) {
            return variable;
        }
        isBelow = isBelow || variable == within;
    }
    return nullptr;
}

QString Scope::expandKnown(const QString &text) const
{
    Expansion expansion;
    return expand(text, expansion);
}

QString Scope::expand(const QString &text, Expansion &expansion) const
{
    if (!text.contains(u'$') && !text.contains(u'%')) {
        return text;
    }
    QString out;
    for (qsizetype i = 0; i < text.size();) {
        if (text[i] != u'$' && text[i] != u'%') {
            out += text[i++];
            continue;
        }
        const VariableReference reference = referenceAt(text, i);
        const QString name = reference.name.toString();
        const model::SpecVariable *variable = name.isEmpty() ? nullptr : meant(name, expansion);
        if (!variable || out.size() > MaxExpandedLength || !expansion.mayEnter(variable)) {
            out += QStringView(text).sliced(i, reference.end - i);
        } else if (variable->raw) {
            out += variable->value;
        } else {
            expansion.open.push_back(variable);
            out += expand(variable->value, expansion);
            expansion.open.pop_back();
        }
        i = reference.end;
    }
    return out;
}

QStringList referencedVariables(const QString &text)
{
    QStringList names;
    for (qsizetype i = 0; i < text.size();) {
        if (text[i] != u'$' && text[i] != u'%') {
            ++i;
            continue;
        }
        const VariableReference reference = referenceAt(text, i);
        if (!reference.name.isEmpty()) {
            names.append(reference.name.toString());
        }
        i = reference.end;
    }
    return names;
}

enum class Visit : quint8 { Open, Done };

QStringList Scope::references(const QString &key) const
{
    QStringList names;
    for (const VariableSet *level : m_levels) {
        const model::SpecVariable *variable = level->find(key);
        if (variable && !variable->raw) {
            names += referencedVariables(variable->value);
        }
    }
    return names;
}

namespace {

class CircleSearch final
{
public:
    CircleSearch(const Scope &scope, qint64 &steps) : m_scope(scope), m_steps(steps) { }

    QStringList from(const QString &key)
    {
        if (m_visits.contains(key)) {
            return m_visits.value(key) == Visit::Open ? m_path.sliced(m_path.indexOf(key)) : QStringList();
        }
        const QStringList names = m_path.size() > MaxCircle ? QStringList() : m_scope.references(key);
        m_steps += names.size();
        m_visits.insert(key, Visit::Open);
        m_path.append(key);
        for (const QString &name : names) {
            const QStringList circle = name == key ? QStringList() : from(name);
            if (!circle.isEmpty()) {
                return circle;
            }
        }
        m_path.removeLast();
        m_visits.insert(key, Visit::Done);
        return {};
    }

private:
    // The search calls itself: this bounds the stack.
    static constexpr qsizetype MaxCircle = 1000;

    const Scope &m_scope;
    qint64 &m_steps;
    QStringList m_path;
    QHash<QString, Visit> m_visits;
};

} // namespace

QStringList circularVariables(const VariableSet &variables, const Scope &scope, qint64 &steps)
{
    CircleSearch search(scope, steps);
    for (const model::SpecVariable &variable : variables.all()) {
        if (!variable.value.contains(u'$') && !variable.value.contains(u'%')) {
            continue;
        }
        if (const QStringList circle = search.from(variable.key); !circle.isEmpty()) {
            return circle;
        }
    }
    return {};
}

} // namespace ci::ciconfig
