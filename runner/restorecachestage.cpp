// SPDX-License-Identifier: MIT
#include "runner/archivereader.h"
#include "runner/cachestage.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

bool isKnownPolicy(const QByteArray &policy)
{
    return policy.isEmpty() || policy == "pull-push" || policy == "pull" || policy == "push";
}

// The archive is ours to read, the project is the job's user's to write.
Result<void> extractCache(const QByteArray &archive,
                          const QByteArray &root,
                          const JobUser *user,
                          const CancelFlag &cancel)
{
    const int file = ::open(archive.constData(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return systemError(u"cannot read the cache"_s, errno);
    }
    const ActAs acting(user);
    const Result<void> extracted = extractArchive(file, root, {}, cancel);
    ::close(file);
    return extracted;
}

} // namespace

RestoreCacheStage::RestoreCacheStage(JobContext &context)
    : Stage(context), m_cancel(makeCancelFlag())
{
}

RestoreCacheStage::~RestoreCacheStage() { m_cancel->store(true); }

void RestoreCacheStage::start() { nextCache(); }

void RestoreCacheStage::stop(std::chrono::milliseconds) { m_cancel->store(true); }

std::optional<CachePlace> RestoreCacheStage::findArchive(const protocol::JobCache &cache)
{
    QStringList keys {cache.key};
    keys.append(cache.fallbackKeys);
    if (const auto fallback = m_context.variables.value("CACHE_FALLBACK_KEY")) {
        keys.append(QString::fromUtf8(*fallback));
    }
    for (const QString &key : keys) {
        const Result<CachePlace> place = cachePlace(m_context, key);
        if (!place) {
            m_context.log->warning(place.error().detail.toUtf8());
            continue;
        }
        m_context.log->info("Checking cache for " + place->key + "...");
        if (::access(place->archive.constData(), R_OK) == 0) {
            return *place;
        }
        m_context.log->plain("There is no cache of this key yet");
    }
    return std::nullopt;
}

void RestoreCacheStage::nextCache()
{
    const QList<protocol::JobCache> &caches = m_context.payload.cache;
    std::optional<CachePlace> place;
    while (!place && m_next < caches.size() && !m_cancel->load()) {
        const protocol::JobCache &cache = caches[m_next++];
        const QByteArray policy = m_context.variables.expand(cache.policy.toUtf8());
        if (!isKnownPolicy(policy)) {
            return Q_EMIT ended({StageEnd::Kind::SystemFailure, 0, "unknown cache policy " + policy});
        }
        if (policy != "push") {
            place = findArchive(cache);
        }
    }
    if (!place) {
        return Q_EMIT ended(m_cancel->load() ? StageEnd {StageEnd::Kind::Failed, 1, {}} : StageEnd {});
    }
    const auto work = [archive = place->archive, root = m_context.workspace.projectDirectory,
                       user = m_context.user, changes = m_context.changesUser, cancel = m_cancel] {
        return extractCache(archive, root, changes ? &user : nullptr, cancel);
    };
    runOnWorker(m_context.workers, this, work, [this](const Result<void> &extracted) {
        if (extracted) {
            m_context.log->info("Successfully extracted cache");
        } else {
            m_context.log->warning(extracted.error().detail.toUtf8());
            m_context.log->info("Failed to extract cache");
        }
        nextCache();
    });
}

} // namespace ci::runner
