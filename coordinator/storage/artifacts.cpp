// SPDX-License-Identifier: MIT
#include "coordinator/storage/artifacts.h"

#include "coordinator/storage/artifacttypes.h"
#include "coordinator/storage/dotenv.h"
#include "coordinator/storage/expiry.h"
#include "coordinator/storage/junit.h"
#include "db/artifactstore.h"
#include "db/testreportstore.h"

#include <QLoggingCategory>

namespace ci::storage {

Q_LOGGING_CATEGORY(lcStorage, "ci.storage")

using namespace Qt::StringLiterals;
using engine::Outcome;
using engine::Transaction;

namespace {

// Rows removed by one command of a sweep, so that it stays short.
constexpr int SweepBatch = 100;

/// What the coordinator itself takes from an artifact.
struct Contents
{
    std::vector<model::GivenVariable> dotenv;
    std::optional<model::TestReport> tests;
};

// On a worker.
Result<Contents> readContents(const ReceivedFile &file,
                              const QByteArray &type,
                              const StorageLimits &limits)
{
    if (const Result<void> synced = ArtifactFiles::sync(file); !synced) {
        return synced.error();
    }
    Contents contents;
    if (type == "dotenv") {
        Result<std::vector<model::GivenVariable>> read = readDotenv(file.path(), limits);
        if (!read) {
            return read.error();
        }
        contents.dotenv = std::move(*read);
    } else if (type == "junit") {
        contents.tests = readJunitFile(file.path());
        contents.tests->cases.clear(); // Only what is counted is stored.
    }
    return contents;
}

} // namespace

/// One upload on its way from the temporary file to the row.
struct Artifacts::Upload
{
    JobId job;
    ArtifactFacts facts;
    std::shared_ptr<ReceivedFile> file;
    std::vector<model::GivenVariable> dotenv;
    std::optional<model::TestReport> tests;
    std::function<Result<model::Job>(Transaction &)> stillAllowed;
    std::function<void(Result<model::Artifact>)> done;
};

Artifacts::Artifacts(ArtifactFiles &files,
                     LogFiles &logs,
                     engine::CommandLoop &loop,
                     Workers &workers,
                     const Clock &clock,
                     const StorageLimits &limits)
    : m_files(files)
    , m_logs(logs)
    , m_loop(loop)
    , m_workers(workers)
    , m_clock(clock)
    , m_limits(limits)
    , m_names(std::make_shared<LastingNames>(workers))
{
}

qint64 Artifacts::maximumBytes(QByteArrayView type) const
{
    return type.isEmpty() || type == "archive" ? m_limits.maxArtifactBytes
                                               : m_limits.maxReportBytes;
}

Result<ArtifactFacts> Artifacts::checked(ArtifactFacts facts)
{
    if (facts.type.isEmpty()) {
        facts.type = "archive"_ba;
    }
    const std::optional<model::ArtifactFormat> usual = formatOfType(facts.type);
    if (!usual) {
        return invalid(u"artifact_type does not have a valid value"_s);
    }
    if (facts.format.isEmpty()) {
        facts.format = formatWord(*usual).toByteArray();
    }
    if (!formatOfWord(facts.format)) {
        return invalid(u"artifact_format does not have a valid value"_s);
    }
    facts.fileName.truncate(255);
    return facts;
}

void Artifacts::store(JobId job,
                      const ArtifactFacts &facts,
                      std::shared_ptr<ReceivedFile> file,
                      std::function<Result<model::Job>(Transaction &)> stillAllowed,
                      std::function<void(Result<model::Artifact>)> done)
{
    auto upload = std::make_shared<Upload>();
    upload->job = job;
    upload->facts = facts;
    upload->file = std::move(file);
    upload->stillAllowed = std::move(stillAllowed);
    upload->done = std::move(done);

    m_workers.run<Result<Contents>>(
        [received = upload->file, type = facts.type, limits = m_limits] {
            return readContents(*received, type, limits);
        },
        [this, upload](const Result<Contents> &read) {
            if (!read) {
                upload->done(read.error());
                return;
            }
            upload->dotenv = read->dotenv;
            upload->tests = read->tests;
            m_loop.post({[this, upload](Transaction &transaction) {
                             return commit(transaction, upload);
                         },
                         [upload](const Error &error) { upload->done(error); }});
        });
}

Outcome Artifacts::commit(Transaction &transaction, const std::shared_ptr<Upload> &upload)
{
    Result<model::Artifact> artifact = insert(transaction, *upload);
    const bool isKept = artifact.isOk();
    transaction.answer([this, upload, artifact = std::move(artifact)] {
        if (!artifact) {
            upload->done(artifact.error());
            return;
        }
        // The name must last as well as the row does before anybody is told.
        m_names->sync(m_files.path(artifact->id), [upload, artifact](const Result<void> &synced) {
            upload->done(synced ? artifact : Result<model::Artifact>(synced.error()));
        });
    });
    return isKept ? Outcome::Keep : Outcome::Undo;
}

Result<model::Artifact> Artifacts::insert(Transaction &transaction, const Upload &upload)
{
    const Result<model::Job> job = upload.stillAllowed(transaction);
    if (!job) {
        return job.error();
    }
    db::ArtifactStore store(transaction.database());
    const Result<std::optional<model::Artifact>> before
        = store.find(upload.job, upload.facts.type);
    if (!before) {
        return before.error();
    }
    if (*before) {
        return (*before)->sha256 == upload.file->sha256()
            ? restored(**before, upload)
            : conflict(u"another artifact of this type has been uploaded"_s);
    }
    const Timestamp now = m_clock.now();
    Result<model::Artifact> artifact = store.insert(
        {.id = {},
         .job = upload.job,
         .project = job->project,
         .type = upload.facts.type,
         .format = formatOfWord(upload.facts.format).value_or(model::ArtifactFormat::Zip),
         .fileName = upload.facts.fileName,
         .sizeBytes = upload.file->sizeBytes(),
         .sha256 = upload.file->sha256(),
         .createdAt = now,
         .expiresAt = expiryTime(upload.facts.expireIn, now, m_limits.artifactExpiry)});
    if (!artifact) {
        return artifact;
    }
    if (const Result<void> stored = store.setDotenv(upload.job, upload.dotenv); !stored) {
        return stored.error();
    }
    if (upload.tests) {
        const Result<void> counted
            = db::TestReportStore(transaction.database()).set(upload.job, *upload.tests);
        if (!counted) {
            return counted.error();
        }
    }
    if (const Result<void> named = m_files.publish(*upload.file, artifact->id); !named) {
        return named.error();
    }
    transaction.onUndo([this, id = artifact->id] { (void)m_files.remove(id); });
    if (m_storedHook) {
        m_storedHook(transaction, *job);
    }
    return artifact;
}

// A power cut between the commit and the sync of the folder takes the file's name and leaves the row.
Result<model::Artifact> Artifacts::restored(const model::Artifact &artifact,
                                            const Upload &upload) const
{
    if (!m_files.has(artifact.id)) {
        if (const Result<void> named = m_files.publish(*upload.file, artifact.id); !named) {
            return named.error();
        }
    }
    return artifact;
}

Result<void> Artifacts::keep(Transaction &transaction, JobId job)
{
    return db::ArtifactStore(transaction.database()).keep(job);
}

Result<void> Artifacts::removeRows(Transaction &transaction,
                                   const std::vector<model::Artifact> &artifacts)
{
    db::ArtifactStore store(transaction.database());
    for (const model::Artifact &artifact : artifacts) {
        if (const Result<bool> removed = store.remove(artifact.id); !removed) {
            return removed.error();
        }
        removeFileAfter(transaction, artifact.id);
    }
    return {};
}

void Artifacts::removeFileAfter(Transaction &transaction, ArtifactId id)
{
    transaction.afterCommit([this, id] {
        m_workers.run<Result<void>>([path = m_files.path(id)] { return removeFile(path); },
                                    [id](const Result<void> &removed) {
                                        if (!removed) {
                                            qCWarning(lcStorage).noquote()
                                                << "artifact not removed artifact=" << id.value()
                                                << "cause=" << removed.error().detail;
                                        }
                                    });
    });
}

Result<void> Artifacts::removeAll(Transaction &transaction, JobId job)
{
    const Result<std::vector<model::Artifact>> artifacts
        = db::ArtifactStore(transaction.database()).ofJob(job);
    return artifacts ? removeRows(transaction, *artifacts) : Result<void>(artifacts.error());
}

Result<void> Artifacts::removeFilesOf(Transaction &transaction, ProjectId project)
{
    const Result<std::vector<model::Artifact>> artifacts
        = db::ArtifactStore(transaction.database()).ofProject(project);
    if (!artifacts) {
        return artifacts.error();
    }
    QStringList paths;
    for (const model::Artifact &artifact : *artifacts) {
        paths.append(m_files.path(artifact.id));
    }
    transaction.afterCommit([this, paths] {
        m_workers.run<bool>(
            [paths] {
                for (const QString &path : paths) {
                    (void)removeFile(path); // What stays is a leftover of the next start.
                }
                return true;
            },
            [](bool) { });
    });
    return {};
}

Result<size_t> Artifacts::sweepLogs(Transaction &transaction)
{
    db::ArtifactStore store(transaction.database());
    const Result<std::vector<JobId>> expired
        = store.expiredTraces(m_clock.now(), SweepBatch);
    if (!expired) {
        return expired.error();
    }
    for (const JobId job : *expired) {
        const Result<void> emptied = store.setTrace({.job = job, .sizeBytes = 0, .checksum = {},
                                                     .resets = 0, .isFlawed = false});
        if (!emptied) {
            return emptied.error();
        }
        transaction.afterCommit([this, job] { (void)m_logs.remove(job); });
    }
    return expired->size();
}

void Artifacts::sweep()
{
    m_loop.post([this](Transaction &transaction) {
        const Result<std::vector<model::Artifact>> expired
            = db::ArtifactStore(transaction.database()).expired(m_clock.now(), SweepBatch);
        const Result<size_t> logs = sweepLogs(transaction);
        if (!expired || !logs || !removeRows(transaction, *expired)) {
            return Outcome::Undo;
        }
        if (expired->size() == SweepBatch || *logs == SweepBatch) {
            transaction.afterCommit([this] { sweep(); });
        }
        return Outcome::Keep;
    });
}

void Artifacts::removeLeftovers()
{
    m_loop.post([this](Transaction &transaction) {
        const Result<std::vector<ArtifactId>> known
            = db::ArtifactStore(transaction.database()).allIds();
        if (!known || known->empty()) {
            return Outcome::Undo;
        }
        m_workers.run<bool>(
            [this, known = *known] {
                m_files.removeUnknown(known, known.back());
                return true;
            },
            [](bool) { });
        return Outcome::Keep;
    });
}

} // namespace ci::storage
