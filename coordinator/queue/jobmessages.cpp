// SPDX-License-Identifier: MIT
#include "coordinator/queue/jobmessages.h"

#include "db/jobstore.h"

#include <QLoggingCategory>

namespace ci::queue {

Q_LOGGING_CATEGORY(lcMessages, "ci.messages")

using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Transaction;
using model::FailureReason;
using model::JobState;

bool JobMessages::isWithRunner(const model::Job &job)
{
    return job.state == JobState::Running || job.state == JobState::Canceling;
}

JobWord JobMessages::wordOf(const model::Job &job) const
{
    const bool isWatched = m_parts.leases.watchersOf(job.id) > 0;
    return {job.state,
            isWatched ? m_parts.settings.watchedInterval : m_parts.settings.unwatchedInterval};
}

Result<model::Job> JobMessages::jobWith(Transaction &transaction, JobId job, const Secret &token)
{
    const Result<std::optional<model::Job>> found
        = db::JobStore(transaction.database(), m_parts.box)
              .findByToken(tokenHash(token.reveal()));
    if (!found) {
        return found.error();
    }
    if (token.isEmpty() || !*found || (*found)->id != job) {
        return forbidden(u"the token is not this job's"_s);
    }
    m_parts.leases.heard(job);
    if ((*found)->runner && !protocol::isFinished((*found)->state)) {
        m_parts.registry.noteWord(*(*found)->runner);
    }
    return **found;
}

Result<model::Job> JobMessages::confirmed(Transaction &transaction, const model::Job &job)
{
    if (job.state != JobState::Pending) {
        return job;
    }
    return m_parts.flow.move(transaction, job, {.event = JobEvent::Confirm});
}

void JobMessages::appendTrace(Transaction &transaction,
                              const TracePiece &piece,
                              std::function<void(TraceAnswer)> answer)
{
    const Result<TraceAnswer> result = append(transaction, piece);
    TraceAnswer given;
    if (result) {
        given = *result;
    } else if (result.error().kind != ErrorKind::Forbidden) {
        transaction.reject();
        given.reply = TraceReply::NotNow;
        qCWarning(lcMessages).noquote() << "log not stored job=" << piece.job.value()
                                        << "cause=" << result.error().detail;
    }
    transaction.answer([given, answer = std::move(answer)] { answer(given); });
}

Result<TraceAnswer> JobMessages::append(Transaction &transaction, const TracePiece &piece)
{
    const Result<model::Job> known = jobWith(transaction, piece.job, piece.token);
    if (!known) {
        return known.error();
    }
    const Result<model::Job> job = confirmed(transaction, *known);
    if (!job) {
        return job.error();
    }
    TraceAnswer answer {.reply = TraceReply::Refused, .size = 0, .word = wordOf(*job)};
    if (!isWithRunner(*job)) {
        return answer;
    }
    const Result<qint64> size = m_parts.logs.append(piece.job, piece.start, piece.bytes);
    if (size) {
        answer.reply = TraceReply::Accepted;
        answer.size = *size;
        transaction.afterCommit([this, id = piece.job, bytes = *size] {
            Q_EMIT m_parts.news.traceGrew(id, bytes);
        });
        return answer;
    }
    if (size.error().kind == ErrorKind::TooLarge) {
        return failOversized(transaction, *job);
    }
    if (size.error().kind != ErrorKind::Conflict) {
        return size.error();
    }
    const Result<qint64> held = m_parts.logs.size(piece.job);
    if (!held) {
        return held.error();
    }
    answer.reply = TraceReply::Beyond;
    answer.size = *held;
    return answer;
}

Result<TraceAnswer> JobMessages::failOversized(Transaction &transaction, const model::Job &job)
{
    const Result<model::Job> failed
        = m_parts.flow.move(transaction, job,
                            {.event = JobEvent::Fail,
                             .failureReason = FailureReason::TraceSizeExceeded});
    if (!failed) {
        return failed.error();
    }
    return TraceAnswer {.reply = TraceReply::Refused, .size = 0, .word = wordOf(*failed)};
}

} // namespace ci::queue
