// SPDX-License-Identifier: MIT
#include "coordinator/queue/slug.h"

#include <QCryptographicHash>
#include <QStringList>

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MaxSlug = 63; // A DNS label.
constexpr qsizetype MaxEnvironmentSlug = 24;
constexpr qsizetype HashLength = 6;

bool isSlugCharacter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9');
}

QString dashed(const QString &text)
{
    QString slug = text.toLower();
    for (QChar &c : slug) {
        c = isSlugCharacter(c) ? c : QChar(u'-');
    }
    return slug;
}

QString withoutOuterDashes(QString slug)
{
    while (slug.endsWith(u'-')) {
        slug.chop(1);
    }
    while (slug.startsWith(u'-')) {
        slug.remove(0, 1);
    }
    return slug;
}

} // namespace

QString slugOf(const QString &text)
{
    return withoutOuterDashes(dashed(text).left(MaxSlug));
}

QString pathPrefixOf(const QString &text)
{
    QStringList parts;
    for (const QString &part : text.split(u'/', Qt::SkipEmptyParts)) {
        if (const QString slug = slugOf(part); !slug.isEmpty()) {
            parts.append(slug);
        }
    }
    return parts.join(u'/');
}

QString environmentSlugOf(const QString &name)
{
    QString slug = dashed(name);
    while (slug.contains("--"_L1)) {
        slug.replace("--"_L1, "-"_L1);
    }
    if (slug.isEmpty() || slug.front() < u'a' || slug.front() > u'z') {
        slug.prepend("env-"_L1);
    }
    if (slug == name && slug.size() <= MaxEnvironmentSlug && !slug.endsWith(u'-')) {
        return slug;
    }
    const QByteArray digest
        = QCryptographicHash::hash(name.toUtf8(), QCryptographicHash::Sha256).toHex();
    const QString hash = QString::number(digest.left(15).toULongLong(nullptr, 16), 36);
    slug.truncate(MaxEnvironmentSlug - HashLength - 1);
    return withoutOuterDashes(slug) + u'-' + hash.right(HashLength);
}

} // namespace ci::queue
