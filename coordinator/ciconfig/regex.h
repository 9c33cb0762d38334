// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QString>

#include <memory>
#include <optional>

namespace re2 {
class RE2;
}

namespace ci::ciconfig {

/// Users' regular expressions, compiled once. RE2: linear time whatever the pattern.
class RegexCache final
{
public:
    RegexCache();
    ~RegexCache();
    Q_DISABLE_COPY_MOVE(RegexCache)

    /// Whether `literal` has the form `/pattern/flags` with the flags i, s, m, U.
    static bool isLiteral(const QString &literal);

    /// Whether a literal is one that RE2 takes.
    bool isValid(const QString &literal);

    /// Whether a literal matches anywhere in the text; nullopt = the literal is not valid.
    std::optional<bool> matches(const QString &literal, const QString &text);

    /// The same for a pattern without slashes (`spec:inputs:regex`).
    std::optional<bool> matchesPattern(const QString &pattern, const QString &text);

private:
    const re2::RE2 *compiled(const QString &pattern);
    const re2::RE2 *compiledLiteral(const QString &literal);

    QHash<QString, std::shared_ptr<const re2::RE2>> m_patterns;
    qint64 m_instructions = 0; ///< Of all patterns together: limits::MaxRegexInstructions.
};

} // namespace ci::ciconfig
