// SPDX-License-Identifier: MIT
#include "runner/cachestage.h"

#include <QCryptographicHash>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr qsizetype MaxNameBytes = 255; // Of a file; ext4 and most others.

// One name for each key: were its slashes left, "b/x" of g/a would be "x" of g/a/b.
QByteArray folderName(QByteArray key)
{
    key.replace('%', "%25").replace('/', "%2F");
    if (key.size() <= MaxNameBytes) {
        return key;
    }
    const QByteArray hash = QCryptographicHash::hash(key, QCryptographicHash::Sha256).toHex();
    return key.first(MaxNameBytes - hash.size() - 1) + '-' + hash;
}

} // namespace

Result<CachePlace> cachePlace(const JobContext &context, const QString &key)
{
    CachePlace place;
    place.key = context.variables.expand(key.toUtf8());
    if (place.key.isEmpty()) {
        place.key = "default";
    }
    if (place.key == "." || place.key == ".." || place.key.contains('\0')) {
        return invalid(u"the cache key "_s + QString::fromUtf8(place.key) + u" cannot name a folder"_s);
    }
    place.archive = context.workspace.cacheDirectory + '/' + folderName(place.key) + "/cache.zip";
    return place;
}

} // namespace ci::runner
