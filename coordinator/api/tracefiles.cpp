// SPDX-License-Identifier: MIT
#include "coordinator/api/tracefiles.h"

#include "common/protocol/states.h"
#include "db/jobstore.h"

namespace ci::api {

Result<live::TraceState> TraceFiles::state(JobId id)
{
    if (!m_database) {
        Result<std::unique_ptr<db::Database>> opened =
            db::Database::open(m_databasePath, db::Access::ReadOnly);
        if (!opened) {
            return opened.error();
        }
        m_database = std::move(*opened);
    }
    const Result<std::optional<model::Job>> job = db::JobStore(*m_database, m_box).find(id);
    if (!job || !*job) {
        return job ? notFound(QStringLiteral("no such job")) : job.error();
    }
    // Asked before the size: what a job's end added is then in the file.
    live::TraceState state;
    state.complete = protocol::isFinished((*job)->state);
    const Result<qint64> size = m_reader.size(id);
    if (!size) {
        return size.error();
    }
    state.size = *size;
    return state;
}

Result<QByteArray> TraceFiles::read(JobId job, qint64 offset, qint64 maximum)
{
    return m_reader.read(job, offset, maximum);
}

} // namespace ci::api
