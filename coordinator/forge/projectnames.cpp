// SPDX-License-Identifier: MIT
#include "coordinator/forge/projectnames.h"

#include "coordinator/auth/users.h"

#include <algorithm>
#include <array>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MaxPathPart = 255;
constexpr qsizetype MaxGroupPath = 512;
constexpr qsizetype MaxGroupDepth = 8;
constexpr qsizetype MaxRefName = 244; ///< With refs/heads/ and .lock it is still a file name.

/// What stands behind a project in its web address.
constexpr std::array ReservedParts {"-"_L1, "info"_L1, "repository"_L1, "tree"_L1, "blob"_L1,
                                    "raw"_L1, "new"_L1, "edit"_L1, "wikis"_L1, "badges"_L1};

bool isPathCharacter(QChar c)
{
    return c.unicode() < 128 && (c.isLetterOrNumber() || c == u'_' || c == u'-' || c == u'.');
}

bool isForbiddenInRef(QChar c)
{
    // git check-ref-format, rules 4 and 5; DEL and control characters.
    return c.unicode() < 0x20 || c.unicode() == 0x7f || "~^:?*[\\ "_L1.contains(c);
}

bool isRefPartOk(QStringView part)
{
    return !part.isEmpty() && !part.startsWith(u'.') && !part.endsWith(".lock"_L1);
}

} // namespace

Result<void> checkProjectPath(const QString &path)
{
    const bool isWellFormed = !path.isEmpty() && path.size() <= MaxPathPart
        && std::all_of(path.begin(), path.end(), isPathCharacter) && path.front() != u'-'
        && path.front() != u'.';
    if (!isWellFormed) {
        return invalid(u"path must have 1 to 255 letters, digits, '_', '-' or '.', "
                       "and start with a letter, digit or '_'"_s);
    }
    const QString lower = path.toLower();
    if (lower.endsWith('.'_L1) || lower.endsWith(".git"_L1) || lower.endsWith(".atom"_L1)) {
        return invalid(u"path must not end in '.', '.git' or '.atom'"_s);
    }
    if (std::find(ReservedParts.begin(), ReservedParts.end(), lower) != ReservedParts.end()) {
        return invalid(u"path %1 is a reserved name"_s.arg(path));
    }
    return {};
}

Result<void> checkGroupPath(const QString &path)
{
    const QStringList parts = path.split(u'/');
    if (path.size() > MaxGroupPath || parts.size() > MaxGroupDepth) {
        return invalid(u"the namespace is too long"_s);
    }
    if (const Result<void> first = auth::Users::checkUsername(parts.front()); !first) {
        return invalid(u"the namespace %1 is reserved or malformed"_s.arg(parts.front()));
    }
    for (const QString &part : parts) {
        if (const Result<void> checked = checkProjectPath(part); !checked) {
            return checked.error().within(u"namespace"_s);
        }
    }
    return {};
}

QString pathFromName(const QString &name)
{
    QString path;
    for (const QChar c : name.toLower()) {
        if (isPathCharacter(c)) {
            path += c;
        } else if (!path.isEmpty() && !path.endsWith(u'-')) {
            path += u'-';
        }
    }
    while (path.endsWith(u'-') || path.endsWith(u'.')) {
        path.chop(1);
    }
    return path.left(MaxPathPart);
}

Result<void> checkRefName(const QString &name)
{
    const QList<QStringView> parts = QStringView(name).split(u'/');
    const bool isOk = name.toUtf8().size() <= MaxRefName && !name.startsWith(u'-')
        && !name.endsWith(u'.') && name != "@"_L1 && name != "HEAD"_L1 && !name.contains(".."_L1)
        && !name.contains("@{"_L1) && std::none_of(name.begin(), name.end(), isForbiddenInRef)
        && std::all_of(parts.begin(), parts.end(), isRefPartOk);
    return isOk ? Result<void>() : Result<void>(invalid(u"%1 is not a valid name"_s.arg(name.left(80))));
}

Result<void> checkBranchPattern(const QString &pattern)
{
    QString name = pattern;
    return checkRefName(name.replace(u'*', u'x'));
}

} // namespace ci::forge
