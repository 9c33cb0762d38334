// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/cachekeys.h"

#include <QCryptographicHash>

namespace ci::pipelines {

using namespace Qt::StringLiterals;

namespace {

using Look = std::optional<QByteArray> (CommitFiles::*)(const QString &) const;

QString hashOf(const QStringList &paths, const CommitFiles &files, Look look)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    bool hasAny = false;
    for (const QString &path : paths) {
        if (const std::optional<QByteArray> id = (files.*look)(path)) {
            hash.addData(path.toUtf8() + '\0' + *id + '\0');
            hasAny = true;
        }
    }
    return hasAny ? QString::fromLatin1(hash.result().toHex()) : u"default"_s;
}

} // namespace

void resolveCacheKeys(model::PipelinePlan &plan, const CommitFiles &files)
{
    for (model::JobPlan &job : plan.jobs) {
        for (model::CacheSpec &cache : job.spec.caches) {
            if (cache.keyFiles.isEmpty()) {
                continue;
            }
            const QString hash = hashOf(
                cache.keyFiles, files, cache.keyByCommits ? &CommitFiles::lastChange : &CommitFiles::contentId);
            cache.key
                = cache.keyPrefix.isEmpty() ? hash : cache.keyPrefix + u'-' + hash;
            cache.keyFiles.clear();
            cache.keyByCommits = false;
        }
    }
}

} // namespace ci::pipelines
