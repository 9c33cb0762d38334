// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/regex.h"

#include "coordinator/ciconfig/limits.h"

#include <re2/re2.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

// Bytes for program and automaton of one pattern; RE2 refuses or slows down beyond, and never grows.
constexpr qint64 RegexMemory = 1 << 20;

RegexCache::RegexCache() = default;
RegexCache::~RegexCache() = default;

struct RegexParts
{
    QStringView pattern;
    QStringView flags;
};

static std::optional<RegexParts> splitLiteral(const QString &literal)
{
    const qsizetype end = literal.lastIndexOf(u'/');
    if (end < 1 || literal.front() != u'/') {
        return std::nullopt;
    }
    const QStringView flags = QStringView(literal).sliced(end + 1);
    const bool known = std::all_of(flags.begin(), flags.end(), [](QChar c) {
        return "ismU"_L1.contains(c);
    });
    return known ? std::optional(RegexParts {QStringView(literal).sliced(1, end - 1), flags})
                 : std::nullopt;
}

bool RegexCache::isLiteral(const QString &literal) { return splitLiteral(literal).has_value(); }

const re2::RE2 *RegexCache::compiled(const QString &pattern)
{
    if (pattern.size() > limits::MaxRegexLength) {
        return nullptr;
    }
    auto found = m_patterns.constFind(pattern);
    if (found == m_patterns.constEnd()) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(RegexMemory);
        const QByteArray bytes = pattern.toUtf8();
        if (m_instructions > limits::MaxRegexInstructions) {
            return nullptr;
        }
        found = m_patterns.insert(pattern,
                                  std::make_shared<const re2::RE2>(
                                      re2::StringPiece(bytes.constData(), size_t(bytes.size())), options));
        m_instructions += std::max((*found)->ProgramSize(), 0);
    }
    return (*found)->ok() ? found->get() : nullptr;
}

const re2::RE2 *RegexCache::compiledLiteral(const QString &literal)
{
    const auto parts = splitLiteral(literal);
    if (!parts) {
        return nullptr;
    }
    const QString pattern = parts->pattern.toString();
    return compiled(parts->flags.isEmpty() ? pattern : u"(?%1)%2"_s.arg(parts->flags.toString(), pattern));
}

static bool findsIn(const re2::RE2 &regex, const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    return re2::RE2::PartialMatch(re2::StringPiece(bytes.constData(), size_t(bytes.size())), regex);
}

bool RegexCache::isValid(const QString &literal) { return compiledLiteral(literal) != nullptr; }

std::optional<bool> RegexCache::matches(const QString &literal, const QString &text)
{
    const re2::RE2 *regex = compiledLiteral(literal);
    return regex ? std::optional(findsIn(*regex, text)) : std::nullopt;
}

std::optional<bool> RegexCache::matchesPattern(const QString &pattern, const QString &text)
{
    const re2::RE2 *regex = compiled(pattern);
    return regex ? std::optional(findsIn(*regex, text)) : std::nullopt;
}

} // namespace ci::ciconfig
