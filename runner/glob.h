// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>

#include <vector>

namespace ci::runner {

/// A pattern as artifacts and caches use it (GitLab Runner: doublestar): `*` and `?` within a part,
/// `**` any number of parts, `[a-z]`, `{a,b}`, a backslash before a special character.
class Glob final
{
public:
    explicit Glob(const QByteArray &pattern);

    /// Whether all of `path` ("a/b/c") fits.
    bool matches(const QByteArray &path) const;

    /// The leading parts without special characters; what may match lies below.
    QByteArray fixedPrefix() const;
    /// Nothing special in it: it names one path.
    bool isPlain() const;

private:
    std::vector<QList<QByteArray>> m_alternatives; ///< Each split into its parts.
};

} // namespace ci::runner
