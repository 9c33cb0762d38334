// SPDX-License-Identifier: MIT
#include "coordinator/queue/jobmessages.h"
#include "db/jobstore.h"

#include <algorithm>

// What a job's token lets its runner, and the job itself, do.

namespace ci::queue {

using namespace Qt::StringLiterals;
using engine::Transaction;

Result<model::Job> JobMessages::authorizeUpload(Transaction &transaction,
                                                JobId job,
                                                const Secret &token)
{
    const Result<model::Job> known = jobWith(transaction, job, token);
    if (known && known->state != model::JobState::Running
        && known->state != model::JobState::Canceling) {
        return forbidden(u"the job does not run"_s);
    }
    return known;
}

Result<model::Job> JobMessages::jobOfToken(Transaction &transaction, const Secret &token)
{
    const Result<std::optional<model::Job>> found
        = db::JobStore(transaction.database(), m_parts.box)
              .findByToken(tokenHash(token.reveal()));
    if (!found) {
        return found.error();
    }
    if (token.isEmpty() || !*found || protocol::isFinished((*found)->state)) {
        return Error {ErrorKind::Unauthenticated, u"no running job has this token"_s};
    }
    m_parts.leases.heard((*found)->id);
    return **found;
}

Result<model::Job> JobMessages::authorizeDownload(Transaction &transaction,
                                                  JobId wanted,
                                                  const Secret &token)
{
    const Result<model::Job> reader = jobOfToken(transaction, token);
    if (!reader) {
        return reader.error();
    }
    const Result<std::optional<model::Job>> job
        = db::JobStore(transaction.database(), m_parts.box).find(wanted);
    if (!job) {
        return job.error();
    }
    if (*job && (*job)->project == reader->project) {
        return **job;
    }
    // Of another project only what the reader was given (needs:project).
    const Result<model::JobSpec> spec
        = db::JobStore(transaction.database(), m_parts.box).spec(reader->id);
    const Result<std::vector<Dependency>> given = *job && spec
        ? m_parts.flow.dependencies(transaction, *reader, *spec)
        : std::vector<Dependency>();
    const bool isGiven = given
        && std::any_of(given->begin(), given->end(),
                       [&](const Dependency &each) { return each.job == wanted; });
    return isGiven ? Result<model::Job>(**job) : notFound(u"404 Not Found"_s);
}

} // namespace ci::queue
