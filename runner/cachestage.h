// SPDX-License-Identifier: MIT
#pragma once

#include "runner/stage.h"
#include "runner/worker.h"

namespace ci::runner {

/// The part of a cache that both of its stages need.
struct CachePlace
{
    QByteArray key; ///< Resolved, for the log.
    QByteArray archive; ///< cache/<coordinator>/<project>/<key as one name>/cache.zip
};

/// Invalid where the key is no name for a folder.
Result<CachePlace> cachePlace(const JobContext &context, const QString &key);

/// Brings back what an earlier job kept: the first of key and fallback keys that there is. A cache
/// that cannot be read is a warning, not a failure.
class RestoreCacheStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RestoreCacheStage)

public:
    explicit RestoreCacheStage(JobContext &context);
    ~RestoreCacheStage() override;

    void start() override;
    void stop(std::chrono::milliseconds grace) override;

private:
    void nextCache();
    std::optional<CachePlace> findArchive(const protocol::JobCache &cache);

    qsizetype m_next = 0;
    CancelFlag m_cancel;
};

/// Keeps the caches that apply, each written beside its place and renamed when it is whole.
class ArchiveCacheStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ArchiveCacheStage)

public:
    ArchiveCacheStage(JobContext &context, bool jobSucceeded);
    ~ArchiveCacheStage() override;

    void start() override;
    void stop(std::chrono::milliseconds grace) override;

private:
    void nextCache();
    void collect(const protocol::JobCache &cache, const QList<QByteArray> &untracked);

    qsizetype m_next = 0;
    bool m_jobSucceeded;
    CancelFlag m_cancel;
};

} // namespace ci::runner
