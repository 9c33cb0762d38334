// SPDX-License-Identifier: MIT
#include "runner/glob.h"

#include <algorithm>

namespace ci::runner {

namespace {

// `{a,b}{a,b}…` doubles with each pair.
constexpr size_t MaxAlternatives = 1024;

bool isSpecial(char c) { return c == '*' || c == '?' || c == '[' || c == '{' || c == '\\'; }

struct Braces
{
    qsizetype open = -1;
    qsizetype close = -1;
    QList<qsizetype> commas;
};

// The first outer pair.
Braces findBraces(const QByteArray &pattern)
{
    Braces braces;
    int depth = 0;
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\') {
            ++i;
        } else if (c == '{' && depth++ == 0) {
            braces.open = i;
        } else if (c == ',' && depth == 1) {
            braces.commas.append(i);
        } else if (c == '}' && depth > 0 && --depth == 0) {
            braces.close = i;
            return braces;
        }
    }
    return {};
}

void expandBraces(const QByteArray &pattern, std::vector<QByteArray> &out)
{
    const Braces braces = findBraces(pattern);
    if (braces.close < 0 || out.size() >= MaxAlternatives) {
        out.push_back(pattern);
        return;
    }
    const QByteArray before = pattern.first(braces.open);
    const QByteArray after = pattern.sliced(braces.close + 1);
    qsizetype from = braces.open + 1;
    QList<qsizetype> ends = braces.commas;
    ends.append(braces.close);
    for (const qsizetype end : ends) {
        expandBraces(before + pattern.sliced(from, end - from) + after, out);
        from = end + 1;
    }
}

// `[…]` at `at`: where it ends, and whether `c` is in it. An unclosed one matches itself.
struct ClassMatch
{
    qsizetype next;
    bool matches;
};

ClassMatch matchClass(const QByteArray &part, qsizetype at, char c)
{
    qsizetype i = at + 1;
    const bool isNegated = i < part.size() && (part[i] == '!' || part[i] == '^');
    i += isNegated ? 1 : 0;
    bool found = false;
    for (const qsizetype first = i; i < part.size() && (part[i] != ']' || i == first);) {
        i += part[i] == '\\' && i + 1 < part.size() ? 1 : 0;
        const char low = part[i++];
        char high = low;
        if (i + 1 < part.size() && part[i] == '-' && part[i + 1] != ']') {
            high = part[i + 1];
            i += 2;
        }
        found = found || (c >= low && c <= high);
    }
    if (i >= part.size()) {
        return {at + 1, c == '['};
    }
    return {i + 1, found != isNegated};
}

// One character of the pattern other than '*' against `c`; the pattern's next position, or -1.
qsizetype matchOne(const QByteArray &part, qsizetype at, char c)
{
    switch (part[at]) {
    case '?':
        return at + 1;
    case '[': {
        const ClassMatch match = matchClass(part, at, c);
        return match.matches ? match.next : -1;
    }
    case '\\':
        if (at + 1 < part.size()) {
            return part[at + 1] == c ? at + 2 : -1;
        }
        return c == '\\' ? at + 1 : -1;
    default:
        return part[at] == c ? at + 1 : -1;
    }
}

// Goes back only to the last '*': linear in practice, quadratic at worst.
bool matchPart(const QByteArray &part, const QByteArray &text)
{
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype star = -1;
    qsizetype starText = 0;
    while (t < text.size()) {
        if (p < part.size() && part[p] == '*') {
            star = p++;
            starText = t;
            continue;
        }
        const qsizetype next = p < part.size() ? matchOne(part, p, text[t]) : -1;
        if (next >= 0) {
            p = next;
            ++t;
        } else if (star >= 0) {
            p = star + 1;
            t = ++starText;
        } else {
            return false;
        }
    }
    while (p < part.size() && part[p] == '*') {
        ++p;
    }
    return p == part.size();
}

// Parts against parts with `**`, again going back only to the last one.
bool matchParts(const QList<QByteArray> &pattern, const QList<QByteArray> &path)
{
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype star = -1;
    qsizetype starPath = 0;
    while (t < path.size()) {
        if (p < pattern.size() && pattern[p] == "**") {
            star = p++;
            starPath = t;
        } else if (p < pattern.size() && matchPart(pattern[p], path[t])) {
            ++p;
            ++t;
        } else if (star >= 0) {
            p = star + 1;
            t = ++starPath;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == "**") {
        ++p;
    }
    return p == pattern.size();
}

} // namespace

Glob::Glob(const QByteArray &pattern)
{
    std::vector<QByteArray> texts;
    expandBraces(pattern, texts);
    for (const QByteArray &text : texts) {
        m_alternatives.push_back(text.split('/'));
    }
}

bool Glob::matches(const QByteArray &path) const
{
    const QList<QByteArray> parts = path.split('/');
    return std::any_of(m_alternatives.begin(), m_alternatives.end(),
                       [&parts](const auto &pattern) { return matchParts(pattern, parts); });
}

QByteArray Glob::fixedPrefix() const
{
    if (m_alternatives.size() != 1) {
        return {};
    }
    QByteArray prefix;
    const QList<QByteArray> &parts = m_alternatives.front();
    for (qsizetype i = 0; i + 1 < parts.size(); ++i) {
        if (std::any_of(parts[i].begin(), parts[i].end(), isSpecial)) {
            break;
        }
        prefix += (i > 0 ? "/" : "") + parts[i];
    }
    return prefix;
}

bool Glob::isPlain() const
{
    const auto hasSpecial = [](const QByteArray &part) {
        return std::any_of(part.begin(), part.end(), isSpecial);
    };
    return m_alternatives.size() == 1
        && std::none_of(m_alternatives.front().begin(), m_alternatives.front().end(), hasSpecial);
}

} // namespace ci::runner
