// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace ci::ciconfig {

/// A pattern of `changes` and `exists`, as Ruby's File.fnmatch with FNM_PATHNAME, FNM_DOTMATCH and
/// FNM_EXTGLOB has it: `*` and `?` stop at '/', `**/` is any number of directories, `[a-z]`,
/// `[!x]`, `\x`, `{a,b}`. Matching takes time linear in pattern times path, whatever the pattern.
class Glob final
{
public:
    /// A pattern with more than limits::MaxBraceAlternatives matches nothing.
    explicit Glob(const QString &pattern);

    bool matches(const QString &path) const;

    /// Without any special character: it can be compared.
    bool isLiteral() const { return m_isLiteral; }
    const QString &pattern() const { return m_pattern; }

private:
    QString m_pattern;
    bool m_isLiteral = false;
    std::vector<QStringList> m_alternatives; ///< Segments between '/'.
};

/// A pattern of `include: local`: `*` = anything but '/', `**` = anything.
bool includePatternMatches(QStringView pattern, QStringView path);

} // namespace ci::ciconfig
