// SPDX-License-Identifier: MIT
#include "runner/archivewriter.h"
#include "runner/cachestage.h"
#include "runner/fileselection.h"
#include "runner/untrackedfiles.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

using namespace Qt::StringLiterals;

namespace ci::runner {

using protocol::JobCache;
using protocol::RunWhen;

namespace {

constexpr std::chrono::hours HalfCacheAge {24}; // Since its last byte: no worker pauses for so long.

bool cacheApplies(const JobCache &cache, bool jobSucceeded)
{
    return cache.when == RunWhen::Always || (cache.when == RunWhen::OnSuccess) == jobSucceeded;
}

QList<QByteArray> cachePaths(const JobCache &cache, const JobVariables &variables)
{
    QList<QByteArray> list;
    for (const QString &path : cache.paths) {
        list.append(variables.expand(path.toUtf8()));
    }
    return list;
}

struct CacheJob
{
    SelectionRules rules;
    QByteArray archive;
    JobUser user;
    bool changesUser = false;
    CancelFlag cancel;
};

struct CacheResult
{
    FileSelection selection;
    Result<void> written;
};

bool writeWhole(int file, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t put = ::write(file, bytes.data(), static_cast<size_t>(bytes.size()));
        if (put < 0 && errno != EINTR) {
            return false;
        }
        bytes = bytes.sliced(put > 0 ? put : 0);
    }
    return true;
}

// Half caches of runners that were killed. A young one may be another slot's, which is at it.
void removeHalfCaches(const QByteArray &archive)
{
    namespace fs = std::filesystem;
    const fs::path path = archive.toStdString();
    const std::string half = path.filename().string() + '.';
    const auto old = fs::file_time_type::clock::now() - HalfCacheAge;
    std::error_code problem;
    fs::directory_iterator entry(path.parent_path(), problem);
    for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
        std::error_code ignored;
        if (entry->path().filename().string().starts_with(half) && entry->last_write_time(ignored) < old
            && !ignored) {
            fs::remove(entry->path(), ignored);
        }
    }
}

// The file is opened as ourselves, so that jobs cannot change caches; read is as the job's user.
CacheResult makeCache(const CacheJob &job)
{
    CacheResult result;
    const QByteArray directory = job.archive.first(job.archive.lastIndexOf('/'));
    if (result.written = makeDirectories(directory); !result.written) {
        return result;
    }
    removeHalfCaches(job.archive);
    QByteArray temporary = job.archive + ".XXXXXX";
    const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (file < 0) {
        result.written = systemError(u"cannot write the cache"_s, errno);
        return result;
    }
    {
        const ActAs acting(job.changesUser ? &job.user : nullptr);
        result.selection = selectFiles(job.rules, job.cancel);
        const ArchivePlan plan {job.rules.root, result.selection.files, 1, job.cancel};
        result.written = writeZip(
            plan, [file](QByteArrayView bytes) { return writeWhole(file, bytes); });
    }
    ::close(file);
    const bool keeps = result.written && !result.selection.files.empty();
    if (!keeps || ::rename(temporary.constData(), job.archive.constData()) != 0) {
        ::unlink(temporary.constData());
    }
    return result;
}

} // namespace

ArchiveCacheStage::ArchiveCacheStage(JobContext &context, bool jobSucceeded)
    : Stage(context), m_jobSucceeded(jobSucceeded), m_cancel(makeCancelFlag())
{
}

ArchiveCacheStage::~ArchiveCacheStage() { m_cancel->store(true); }

void ArchiveCacheStage::start() { nextCache(); }

void ArchiveCacheStage::stop(std::chrono::milliseconds) { m_cancel->store(true); }

void ArchiveCacheStage::nextCache()
{
    const QList<JobCache> &caches = m_context.payload.cache;
    while (m_next < caches.size() && !m_cancel->load()) {
        const JobCache &cache = caches[m_next++];
        const QByteArray policy = m_context.variables.expand(cache.policy.toUtf8());
        if (!cacheApplies(cache, m_jobSucceeded) || policy == "pull") {
            continue;
        }
        if (!cache.untracked) {
            return collect(cache, {});
        }
        return findUntracked(m_context, this, [this, cache](const QList<QByteArray> &files) {
            collect(cache, files);
        });
    }
    Q_EMIT ended({});
}

void ArchiveCacheStage::collect(const JobCache &cache, const QList<QByteArray> &untracked)
{
    const Result<CachePlace> place = cachePlace(m_context, cache.key);
    if (!place) {
        m_context.log->warning(place.error().detail.toUtf8());
        return nextCache();
    }
    m_context.log->info("Creating cache " + place->key + "...");
    const CacheJob job {{m_context.workspace.projectDirectory,
                         cachePaths(cache, m_context.variables), {}, untracked},
                        place->archive, m_context.user, m_context.changesUser, m_cancel};
    runOnWorker(m_context.workers, this, [job] { return makeCache(job); },
                [this](const CacheResult &result) {
                    for (const QByteArray &note : result.selection.notes) {
                        m_context.log->plain(note);
                    }
                    for (const QByteArray &warning : result.selection.warnings) {
                        m_context.log->warning(warning);
                    }
                    if (!result.written) {
                        m_context.log->warning(result.written.error().detail.toUtf8());
                        m_context.log->info("Failed to create cache");
                    } else if (result.selection.files.empty()) {
                        m_context.log->warning("No files to keep, the cache stays as it is");
                    } else {
                        m_context.log->info("Created cache");
                    }
                    nextCache();
                });
}

} // namespace ci::runner
