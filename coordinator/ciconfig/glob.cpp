// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/glob.h"

#include "coordinator/ciconfig/limits.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

struct Brace
{
    qsizetype open = -1;
    qsizetype close = -1;
    std::vector<qsizetype> commas;
};

// The first `{` with its partner and the commas of its own level.
static Brace firstBrace(const QString &pattern)
{
    Brace brace;
    int level = 0;
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        const QChar c = pattern[i];
        if (c == u'\\') {
            ++i;
        } else if (c == u'{') {
            if (level++ == 0) {
                brace.open = i;
            }
        } else if (c == u',' && level == 1) {
            brace.commas.push_back(i);
        } else if (c == u'}' && level > 0 && --level == 0) {
            brace.close = i;
            return brace;
        }
    }
    return {};
}

static bool expandBraces(const QString &pattern, QStringList &out)
{
    QStringList waiting {pattern};
    while (!waiting.isEmpty()) {
        const QString next = waiting.takeLast();
        const Brace brace = firstBrace(next);
        if (brace.close < 0) {
            out.append(next);
        } else {
            qsizetype start = brace.open + 1;
            std::vector<qsizetype> ends = brace.commas;
            ends.push_back(brace.close);
            for (const qsizetype end : ends) {
                waiting.append(next.left(brace.open) + next.mid(start, end - start)
                               + next.mid(brace.close + 1));
                start = end + 1;
            }
        }
        if (out.size() + waiting.size() > limits::MaxBraceAlternatives) {
            return false;
        }
    }
    return true;
}

// `i` stands after '['. On return it stands after ']', or nothing matches if there is none.
static bool classMatches(QStringView pattern, qsizetype &i, QChar c)
{
    const bool negated = i < pattern.size() && (pattern[i] == u'!' || pattern[i] == u'^');
    i += negated ? 1 : 0;
    bool found = false;
    bool first = true;
    const auto character = [&] {
        i += pattern[i] == u'\\' && i + 1 < pattern.size() ? 1 : 0;
        return pattern[i++];
    };
    while (i < pattern.size() && (first || pattern[i] != u']')) {
        first = false;
        const QChar low = character();
        QChar high = low;
        if (i + 1 < pattern.size() && pattern[i] == u'-' && pattern[i + 1] != u']') {
            ++i;
            high = character();
        }
        found = found || (low <= c && c <= high);
    }
    if (i >= pattern.size()) {
        return false;
    }
    ++i;
    return found != negated;
}

// One character of the pattern against one of the text; `i` moves past the pattern's.
static bool atomMatches(QStringView pattern, qsizetype &i, QChar c)
{
    const QChar p = pattern[i++];
    if (p == u'?') {
        return true;
    }
    if (p == u'[') {
        return classMatches(pattern, i, c);
    }
    if (p == u'\\' && i < pattern.size()) {
        return pattern[i++] == c;
    }
    return p == c;
}

// Only the last star is ever tried again: earlier ones cannot do better.
static bool segmentMatches(QStringView pattern, QStringView text)
{
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype starPattern = -1;
    qsizetype starText = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == u'*') {
            starPattern = ++p;
            starText = t;
            continue;
        }
        if (p < pattern.size() && atomMatches(pattern, p, text[t])) {
            ++t;
            continue;
        }
        if (starPattern < 0) {
            return false;
        }
        p = starPattern;
        t = ++starText;
    }
    while (p < pattern.size() && pattern[p] == u'*') {
        ++p;
    }
    return p == pattern.size();
}

static bool segmentsMatch(const QStringList &pattern, const QList<QStringView> &path)
{
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype starPattern = -1;
    qsizetype starPath = 0;
    while (t < path.size()) {
        const bool isDirectories = p + 1 < pattern.size() && pattern[p] == "**"_L1;
        if (isDirectories) {
            starPattern = ++p;
            starPath = t;
            continue;
        }
        if (p < pattern.size() && segmentMatches(pattern[p], path[t])) {
            ++p;
            ++t;
            continue;
        }
        if (starPattern < 0) {
            return false;
        }
        p = starPattern;
        t = ++starPath;
    }
    return p == pattern.size();
}

Glob::Glob(const QString &pattern) : m_pattern(pattern)
{
    m_isLiteral = std::none_of(pattern.begin(), pattern.end(), [](QChar c) {
        return "*?[{\\"_L1.contains(c);
    });
    QStringList alternatives;
    if (expandBraces(pattern, alternatives)) {
        for (const QString &alternative : std::as_const(alternatives)) {
            m_alternatives.push_back(alternative.split(u'/'));
        }
    }
}

bool Glob::matches(const QString &path) const
{
    if (m_isLiteral) {
        return path == m_pattern;
    }
    const auto segments = QStringView(path).split(u'/');
    return std::any_of(m_alternatives.begin(), m_alternatives.end(), [&](const QStringList &alternative) {
        return segmentsMatch(alternative, segments);
    });
}

bool includePatternMatches(QStringView pattern, QStringView path)
{
    // The two kinds of star need both to be tried again: a table of what is reachable, row by row.
    std::vector<bool> reachable(size_t(path.size()) + 1, false);
    reachable[0] = true;
    for (qsizetype p = 0; p < pattern.size(); ++p) {
        const bool star = pattern[p] == u'*';
        const bool deep = star && p + 1 < pattern.size() && pattern[p + 1] == u'*';
        std::vector<bool> next(reachable.size(), false);
        for (size_t t = 0; t < reachable.size(); ++t) {
            const bool before = t > 0;
            const QChar c = before ? path[qsizetype(t) - 1] : QChar();
            next[t] = star ? reachable[t] || (before && next[t - 1] && (deep || c != u'/'))
                           : before && reachable[t - 1] && c == pattern[p];
        }
        // `**/` may also stand for no directory at all.
        if (deep && p + 2 < pattern.size() && pattern[p + 2] == u'/') {
            for (size_t t = 0; t < reachable.size(); ++t) {
                next[t] = reachable[t] || (next[t] && t > 0 && path[qsizetype(t) - 1] == u'/');
            }
            ++p;
        }
        p += deep ? 1 : 0;
        reachable = std::move(next);
    }
    return reachable.back();
}

} // namespace ci::ciconfig
