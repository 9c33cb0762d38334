// SPDX-License-Identifier: MIT
#include "runner/cachestage.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

Result<CachePlace> cachePlace(const JobContext &context, const QString &key)
{
    CachePlace place;
    place.key = context.variables.expand(key.toUtf8());
    if (place.key.isEmpty()) {
        place.key = "default";
    }
    QByteArray path;
    for (const QByteArray &part : place.key.split('/')) {
        if (part == "." || part == ".." || part.contains('\0')) {
            return invalid(u"the cache key "_s + QString::fromUtf8(place.key)
                           + u" leads out of the cache"_s);
        }
        if (!part.isEmpty()) {
            path += '/' + part;
        }
    }
    if (path.isEmpty()) {
        return invalid(u"the cache key is empty"_s);
    }
    place.archive = context.workspace.cacheDirectory + path + "/cache.zip";
    return place;
}

} // namespace ci::runner
