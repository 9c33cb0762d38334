// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jobupdate.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/queue/jobfinisher.h"
#include "coordinator/queue/jobflow.h"
#include "coordinator/queue/leases.h"
#include "coordinator/queue/queuesettings.h"
#include "coordinator/queue/runnerregistry.h"
#include "coordinator/storage/logfiles.h"
#include "coordinator/storage/workers.h"

#include <functional>

namespace ci::queue {

/// What every answer to a job's runner carries.
struct JobWord
{
    std::optional<model::JobState> state; ///< Job-Status; absent where the token is not the job's.
    std::chrono::seconds traceInterval {0}; ///< X-GitLab-Trace-Update-Interval; 0: do not send it.
};

/// PATCH /jobs/:id/trace.
struct TracePiece
{
    JobId job;
    Secret token;
    qint64 start = 0; ///< From Content-Range; the length is the body's.
    QByteArray bytes;
};

enum class TraceReply : quint8 {
    Accepted, ///< 202 with Range: 0-SIZE
    Beyond, ///< 416 with Range: 0-SIZE: bytes before `start` are missing.
    Refused, ///< 403: not this job's token, not running, or the log is too large.
    NotNow, ///< 503: the disk is full.
};

struct TraceAnswer
{
    TraceReply reply = TraceReply::Refused;
    qint64 size = 0; ///< Bytes held.
    JobWord word;
};

enum class UpdateReply : quint8 {
    Done, ///< 200
    LogInvalid, ///< 412: the log held is dropped; send it whole and repeat.
    Refused, ///< 403
    NotNow, ///< 503
};

struct UpdateAnswer
{
    UpdateReply reply = UpdateReply::Refused;
    JobWord word;
};

/// What runners say about their jobs. Each message is checked against the job's token and state.
/// An answer is called exactly once, on the engine thread, after the commit, and for a final word
/// also after the log is on the disk. Engine thread.
class JobMessages
{
public:
    struct Parts
    {
        const Clock &clock;
        const SecretBox &box;
        engine::News &news;
        engine::CommandLoop &loop;
        JobFlow &flow;
        Leases &leases;
        RunnerRegistry &registry;
        storage::LogFiles &logs;
        storage::Workers &workers;
        const QueueSettings &settings;
    };

    explicit JobMessages(const Parts &parts) : m_parts(parts) { }
    Q_DISABLE_COPY_MOVE(JobMessages)

    void setFinisher(JobFinisher &finisher) { m_finisher = &finisher; }

    void appendTrace(engine::Transaction &transaction,
                     const TracePiece &piece,
                     std::function<void(TraceAnswer)> answer);

    /// PUT /jobs/:id; `update.token` filled in from the header where the body has none.
    void update(engine::Transaction &transaction,
                JobId job,
                const protocol::JobUpdate &update,
                std::function<void(UpdateAnswer)> answer);

    /// Before the body of an artifact is read, and again when it is stored: the job, if it runs and
    /// the token is its own. Forbidden else.
    Result<model::Job> authorizeUpload(engine::Transaction &transaction,
                                       JobId job,
                                       const Secret &token);
    /// The job whose artifacts are wanted, if the token is of a running job that may read them (of
    /// the same project). Unauthenticated: not such a token. NotFound: no such job there.
    Result<model::Job> authorizeDownload(engine::Transaction &transaction,
                                         JobId wanted,
                                         const Secret &token);
    /// GET /job, and git: the job that runs with this token.
    Result<model::Job> jobOfToken(engine::Transaction &transaction, const Secret &token);

private:
    struct FinalWord;
    using FinalWordPtr = std::shared_ptr<FinalWord>;

    Result<model::Job> jobWith(engine::Transaction &transaction, JobId job, const Secret &token);
    /// Any word of its runner confirms a hand-out.
    Result<model::Job> confirmed(engine::Transaction &transaction, const model::Job &job);
    static bool isWithRunner(const model::Job &job);
    JobWord wordOf(const model::Job &job) const;

    Result<TraceAnswer> append(engine::Transaction &transaction, const TracePiece &piece);
    Result<TraceAnswer> failOversized(engine::Transaction &transaction, const model::Job &job);

    void takeFinalWord(engine::Transaction &transaction, const FinalWordPtr &word);
    void readLogFirst(const FinalWordPtr &word);
    Result<void> replaceLog(const FinalWord &word);
    Result<std::optional<UpdateReply>> checkLog(engine::Transaction &transaction,
                                                const FinalWord &word);
    Result<void> dropLog(engine::Transaction &transaction, const FinalWord &word);
    void finishFirst(engine::Transaction &transaction, const FinalWordPtr &word);
    void takeAgain(const FinalWordPtr &word);
    static Result<void> storeFinished(engine::Transaction &transaction, const FinalWord &word);
    Result<void> writeLast(engine::Transaction &transaction, const FinalWord &word);
    void storeResult(engine::Transaction &transaction, const FinalWordPtr &word);
    void answerWhenSynced(engine::Transaction &transaction,
                          const FinalWordPtr &word,
                          const model::Job &job);

    Parts m_parts;
    JobFinisher *m_finisher = nullptr;
};

} // namespace ci::queue
