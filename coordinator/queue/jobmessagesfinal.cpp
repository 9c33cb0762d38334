// SPDX-License-Identifier: MIT
#include "coordinator/queue/jobmessages.h"
#include "coordinator/queue/logverdict.h"
#include "coordinator/storage/coverage.h"
#include "db/jobstore.h"

#include <QLoggingCategory>

#include <algorithm>

// The part of JobMessages that takes states, and results with all that precedes their storing.

namespace ci::queue {

Q_LOGGING_CATEGORY(lcResults, "ci.messages")

using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Outcome;
using engine::Transaction;
using model::FailureReason;
using model::JobState;
using protocol::UpdateState;

namespace {

// A runner that is refused forgets the job; what the database does not tell it may ask again.
UpdateReply refusalOf(const Error &error)
{
    return error.kind == ErrorKind::Forbidden ? UpdateReply::Refused : UpdateReply::NotNow;
}

} // namespace

/// The last word about a job, while its log is looked at.
struct JobMessages::FinalWord
{
    model::Job job;
    protocol::JobUpdate update;
    std::function<void(UpdateAnswer)> answer;
    QString coveragePattern;
    bool hasReadLog = false; ///< A worker has set the two below.
    std::optional<quint32> checksum;
    std::optional<double> coverage;
    bool isFinishing = false; ///< The finisher has been asked.
    std::optional<Result<JobFinisher::Finished>> finished; ///< And what it said.
};

void JobMessages::update(Transaction &transaction,
                         JobId job,
                         const protocol::JobUpdate &update,
                         std::function<void(UpdateAnswer)> answer)
{
    const auto reply = [&](UpdateReply meaning, JobWord word) {
        transaction.answer([answer, given = UpdateAnswer {meaning, word}] { answer(given); });
    };
    const Result<model::Job> known = jobWith(transaction, job, update.token);
    const Result<model::Job> running
        = known && update.state != UpdateState::Pending ? confirmed(transaction, *known) : known;
    if (!running) {
        const UpdateReply refusal = refusalOf(running.error());
        if (refusal == UpdateReply::NotNow) {
            transaction.reject();
        }
        reply(refusal, {});
        return;
    }
    if (update.state == UpdateState::Pending || update.state == UpdateState::Running) {
        const bool isOver = protocol::isFinished(running->state);
        reply(isOver ? UpdateReply::Refused : UpdateReply::Done, wordOf(*running));
        return;
    }
    auto word = std::make_shared<FinalWord>();
    word->job = *running;
    word->update = update;
    word->answer = std::move(answer);
    takeFinalWord(transaction, word);
}

void JobMessages::takeFinalWord(Transaction &transaction, const FinalWordPtr &word)
{
    const auto reply = [&](UpdateReply meaning, JobWord given) {
        transaction.answer(
            [word, answer = UpdateAnswer {meaning, given}] { word->answer(answer); });
    };
    if (!isWithRunner(word->job)) {
        reply(UpdateReply::Refused, wordOf(word->job));
        return;
    }
    const Result<model::JobSpec> spec
        = db::JobStore(transaction.database(), m_parts.box).spec(word->job.id);
    const Result<void> replaced = spec ? replaceLog(*word) : Result<void>(spec.error());
    if (!replaced && replaced.error().kind == ErrorKind::TooLarge) {
        const Result<TraceAnswer> failed = failOversized(transaction, word->job);
        reply(failed ? UpdateReply::Refused : UpdateReply::NotNow,
              failed ? failed->word : wordOf(word->job));
        return;
    }
    if (!replaced) {
        reply(UpdateReply::NotNow, wordOf(word->job));
        return;
    }
    word->coveragePattern = spec->coverage;
    const bool needsChecksum
        = word->update.checksum && !m_parts.logs.checksum(word->job.id);
    if (!word->hasReadLog && (needsChecksum || !word->coveragePattern.isEmpty())) {
        readLogFirst(word);
        return;
    }
    const Result<std::optional<UpdateReply>> verdict = checkLog(transaction, *word);
    if (!verdict) {
        reply(UpdateReply::NotNow, wordOf(word->job));
    } else if (*verdict) {
        reply(**verdict, wordOf(word->job));
    } else {
        finishFirst(transaction, word);
    }
}

void JobMessages::finishFirst(Transaction &transaction, const FinalWordPtr &word)
{
    const bool isSuccess = word->update.state == UpdateState::Success
        && word->job.state == JobState::Running;
    if (word->isFinishing || !isSuccess || !m_finisher) {
        storeResult(transaction, word);
        return;
    }
    word->isFinishing = true;
    const auto done = [this, word](const Result<JobFinisher::Finished> &finished) {
        word->finished = finished;
        takeAgain(word);
    };
    if (!m_finisher->finish(transaction, word->job, done)) {
        storeResult(transaction, word);
    }
}

// Its lines end the log, so that whoever asks why finds it there.
Result<void> JobMessages::writeLast(Transaction &transaction, const FinalWord &word)
{
    if (!word.finished) {
        return {};
    }
    QByteArray text = *word.finished
        ? (*word.finished)->log
        : "ERROR: " + word.finished->error().detail.toUtf8() + '\n';
    const Result<qint64> size = m_parts.logs.size(word.job.id);
    // The job is over: what its full log has no room for is left out.
    const qint64 room = m_parts.logs.limits().maxTraceBytes - (size ? *size : 0);
    text.truncate(std::max<qint64>(room, 0));
    const Result<qint64> grown
        = size ? m_parts.logs.append(word.job.id, *size, text) : size;
    if (!grown) {
        return grown.error();
    }
    transaction.afterCommit([this, id = word.job.id, bytes = *grown] {
        Q_EMIT m_parts.news.traceGrew(id, bytes);
    });
    return {};
}

// Runners up to 11.10 send the whole log with the last word where PATCHes got lost.
Result<void> JobMessages::replaceLog(const FinalWord &word)
{
    if (!word.update.trace || word.hasReadLog) {
        return {};
    }
    if (word.update.trace->size() > m_parts.logs.limits().maxTraceBytes) {
        return tooLarge(u"the log is too large"_s); // And what is held stays.
    }
    if (const Result<void> dropped = m_parts.logs.truncate(word.job.id); !dropped) {
        return dropped;
    }
    const Result<qint64> stored = m_parts.logs.append(word.job.id, 0, *word.update.trace);
    return stored ? Result<void>() : Result<void>(stored.error());
}

void JobMessages::readLogFirst(const FinalWordPtr &word)
{
    struct Reading
    {
        std::optional<quint32> checksum;
        std::optional<double> coverage;
    };
    const QString path = storage::logPath(m_parts.logs.directory(), word->job.id);
    m_parts.workers.run<Reading>(
        [path, pattern = word->coveragePattern] {
            Reading reading;
            if (const Result<quint32> crc = storage::checksumOfLog(path)) {
                reading.checksum = *crc;
            }
            if (!pattern.isEmpty()) {
                reading.coverage = storage::findCoverageInFile(path, pattern);
            }
            return reading;
        },
        [this, word](const Reading &reading) {
            word->hasReadLog = true;
            word->checksum = reading.checksum;
            word->coverage = reading.coverage;
            takeAgain(word);
        });
}

void JobMessages::takeAgain(const FinalWordPtr &word)
{
    m_parts.loop.post({[this, word](Transaction &transaction) {
                           // It may have been canceled meanwhile, or reported twice.
                           const Result<model::Job> job
                               = jobWith(transaction, word->job.id, word->update.token);
                           if (!job) {
                               const UpdateReply reply = refusalOf(job.error());
                               transaction.answer(
                                   [word, reply] { word->answer({reply, {}}); });
                               return Outcome::Keep;
                           }
                           word->job = *job;
                           takeFinalWord(transaction, word);
                           return Outcome::Keep;
                       },
                       [word](const Error &) { word->answer({UpdateReply::NotNow, {}}); }});
}

// nullopt: the log is as good as it gets, take the result.
Result<std::optional<UpdateReply>> JobMessages::checkLog(Transaction &transaction,
                                                         const FinalWord &word)
{
    const Result<qint64> size = m_parts.logs.size(word.job.id);
    if (!size) {
        return size.error();
    }
    const std::optional<std::chrono::seconds> kept = m_parts.logs.limits().traceExpiry;
    const std::optional<Timestamp> expiry
        = kept ? std::optional(m_parts.clock.now() + *kept) : std::nullopt;
    const LogClaim claim {.held = *size,
                          .heldChecksum = word.hasReadLog ? word.checksum
                                                          : m_parts.logs.checksum(word.job.id),
                          .size = word.update.size,
                          .checksum = word.update.checksum,
                          .expiresAt = expiry};
    const Result<LogVerdict> verdict = judgeLog(transaction, word.job, claim);
    if (!verdict) {
        return verdict.error();
    }
    if (*verdict == LogVerdict::Take) {
        return std::optional<UpdateReply>();
    }
    if (const Result<void> dropped = dropLog(transaction, word); !dropped) {
        return dropped.error();
    }
    return std::optional(UpdateReply::LogInvalid);
}

Result<void> JobMessages::dropLog(Transaction &transaction, const FinalWord &word)
{
    // A PATCH at 0 would else be taken for a repeated one.
    const Result<void> dropped = m_parts.logs.truncate(word.job.id);
    if (dropped) {
        transaction.afterCommit(
            [this, id = word.job.id] { Q_EMIT m_parts.news.traceReset(id); });
    }
    return dropped;
}

Result<void> JobMessages::storeFinished(Transaction &transaction, const FinalWord &word)
{
    const auto &store = (*word.finished)->store;
    return store ? store(transaction) : Result<void>();
}

void JobMessages::storeResult(Transaction &transaction, const FinalWordPtr &word)
{
    if (word->finished && *word->finished) {
        // What is stored with the success may still be refused: then the job fails.
        if (const Result<void> stored = storeFinished(transaction, *word); !stored) {
            word->finished = Result<JobFinisher::Finished>(stored.error());
            transaction.reject();
            transaction.answer([this, word] { takeAgain(word); });
            return;
        }
    }
    const Result<void> written = writeLast(transaction, *word);
    const bool isSuccess = word->update.state == UpdateState::Success
        && (!word->finished || *word->finished);
    model::Job job = word->job;
    job.coverage = word->coverage;
    engine::JobChange change {.event = isSuccess ? JobEvent::Succeed : JobEvent::Fail};
    change.exitCode = word->update.exitCode;
    if (!isSuccess) {
        change.failureReason = word->finished ? FailureReason::ScriptFailure
                                              : word->update.failureReason;
    }
    const Result<model::Job> moved = written ? m_parts.flow.move(transaction, job, change)
                                             : Result<model::Job>(written.error());
    if (!moved) {
        transaction.reject();
        qCWarning(lcResults).noquote() << "result not stored job=" << job.id.value()
                                        << "cause=" << moved.error().detail;
        transaction.answer([word] { word->answer({UpdateReply::NotNow, {}}); });
        return;
    }
    answerWhenSynced(transaction, word, *moved);
}

void JobMessages::answerWhenSynced(Transaction &transaction,
                                   const FinalWordPtr &word,
                                   const model::Job &job)
{
    // The commit and the log's sync go on side by side; whichever is last gives the answer.
    struct Join
    {
        int open = 2;
        UpdateAnswer answer;
    };
    auto join = std::make_shared<Join>();
    join->answer = {UpdateReply::Done, wordOf(job)};
    const auto arrive = [join, word] {
        if (--join->open == 0) {
            word->answer(join->answer);
        }
    };
    transaction.afterCommit(arrive);
    m_parts.logs.sync(job.id, [join, arrive, id = job.id](const Result<void> &synced) {
        if (!synced) {
            qCWarning(lcResults).noquote() << "log not synced job=" << id.value()
                                            << "cause=" << synced.error().detail;
            join->answer.reply = UpdateReply::NotNow;
        }
        arrive();
    });
}

} // namespace ci::queue
