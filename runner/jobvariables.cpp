// SPDX-License-Identifier: MIT
#include "runner/jobvariables.h"

#include "runner/variabletext.h"
#include "runner/workspace.h"

namespace ci::runner {

namespace {

// A chain of references longer than this is a mistake, and a doubling one would fill the memory.
constexpr int MaxDepth = 20;
constexpr qsizetype MaxResolvedBytes = 1 << 20;

constexpr int Unseen = 0;
constexpr int BeingResolved = 1;
constexpr int Resolved = 2;

struct DurationUnit
{
    char letter;
    qint64 seconds;
};

constexpr DurationUnit DurationUnits[] {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};

QByteArray fileName(QByteArray variable)
{
    variable.replace('/', '_');
    // Our own files have these names, and no variable's holds a '='.
    const bool isOurs = variable == ScriptFileName || variable == AfterScriptFileName;
    return isOurs ? variable + '=' : variable;
}

qint64 unitSeconds(QByteArrayView word)
{
    if (word.isEmpty()) {
        return 1;
    }
    for (const DurationUnit &unit : DurationUnits) {
        if (word.front() == unit.letter) {
            return unit.seconds;
        }
    }
    return 0;
}

} // namespace

void JobVariables::set(const protocol::JobVariable &variable)
{
    const QByteArray name = variable.key.toUtf8();
    if (name.isEmpty() || name.contains('=') || name.contains('\0')) {
        return;
    }
    QByteArray text = variable.value.toUtf8();
    Variable made {name, {}, variable.raw, variable.file, variable.masked, {}};
    if (variable.file) {
        made.content = text;
    } else {
        made.value = text.replace('\0', "");
    }
    if (const auto found = m_index.constFind(name); found != m_index.constEnd()) {
        m_variables[*found] = std::move(made);
    } else {
        m_index.insert(name, m_variables.size());
        m_variables.push_back(std::move(made));
    }
}

void JobVariables::set(const QByteArray &name, const QByteArray &value)
{
    protocol::JobVariable variable;
    variable.key = QString::fromUtf8(name);
    variable.value = QString::fromUtf8(value);
    variable.raw = true;
    set(variable);
}

void JobVariables::resolve(const QByteArray &fileDirectory)
{
    std::vector<int> marks(m_variables.size(), Unseen);
    for (size_t i = 0; i < m_variables.size(); ++i) {
        Variable &variable = m_variables[i];
        if (variable.isFile) {
            variable.value = fileDirectory + '/' + fileName(variable.name);
            marks[i] = Resolved;
        }
    }
    for (size_t i = 0; i < m_variables.size(); ++i) {
        resolved(i, marks, 0);
    }
    for (Variable &variable : m_variables) {
        if (variable.isFile && !variable.isRaw) {
            variable.content = expand(variable.content);
        }
    }
}

QByteArray JobVariables::resolved(size_t index, std::vector<int> &marks, int depth)
{
    Variable &variable = m_variables[index];
    if (variable.isRaw || marks[index] != Unseen || depth > MaxDepth) {
        return variable.value; // Also a cycle: the text as it stands.
    }
    marks[index] = BeingResolved;
    const QByteArray text = expandVariables(variable.value, [&](const QByteArray &name) {
        const auto found = m_index.constFind(name);
        return found == m_index.constEnd() ? QByteArray() : resolved(*found, marks, depth + 1);
    });
    marks[index] = Resolved;
    if (text.size() <= MaxResolvedBytes) {
        m_variables[index].value = text;
    }
    return m_variables[index].value;
}

const JobVariables::Variable *JobVariables::find(const QByteArray &name) const
{
    const auto found = m_index.constFind(name);
    return found == m_index.constEnd() ? nullptr : &m_variables[*found];
}

std::optional<QByteArray> JobVariables::value(const QByteArray &name) const
{
    const Variable *variable = find(name);
    return variable ? std::optional(variable->value) : std::nullopt;
}

QByteArray JobVariables::value(const QByteArray &name, const QByteArray &fallback) const
{
    return value(name).value_or(fallback);
}

bool JobVariables::flag(const QByteArray &name, bool fallback) const
{
    const QByteArray text = value(name, {}).toLower();
    if (text == "true" || text == "1") {
        return true;
    }
    return text == "false" || text == "0" ? false : fallback;
}

int JobVariables::number(const QByteArray &name, int fallback) const
{
    constexpr int Largest = 1'000'000;
    bool isNumber = false;
    const int number = value(name, {}).trimmed().toInt(&isNumber);
    return isNumber && number >= 0 && number <= Largest ? number : fallback;
}

std::optional<qint64> JobVariables::seconds(const QByteArray &name) const
{
    QByteArray text = value(name, {}).toLower().replace(' ', "");
    qint64 total = 0;
    while (!text.isEmpty()) {
        qsizetype digits = 0;
        while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
            ++digits;
        }
        qsizetype end = digits;
        while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') {
            ++end;
        }
        const qint64 unit = unitSeconds(QByteArrayView(text).sliced(digits, end - digits));
        if (digits == 0 || digits > 9 || unit == 0) {
            return std::nullopt;
        }
        total += text.first(digits).toLongLong() * unit;
        text.remove(0, end);
    }
    return total > 0 ? std::optional(total) : std::nullopt;
}

QByteArray JobVariables::expand(const QByteArray &text) const
{
    return expandVariables(text, [this](const QByteArray &name) { return value(name, {}); });
}

} // namespace ci::runner
