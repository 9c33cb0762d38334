// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jobpayload.h"
#include "common/protocol/jobrequest.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/queue/deadlines.h"
#include "coordinator/queue/jobflow.h"
#include "coordinator/queue/leases.h"
#include "coordinator/queue/payloadbuilder.h"
#include "coordinator/queue/pendingjobs.h"
#include "coordinator/queue/projectgroups.h"
#include "coordinator/queue/runnerregistry.h"
#include "coordinator/queue/waitingrequests.h"

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <variant>

namespace ci::queue {

/// POST /jobs/request.
struct JobAsk
{
    protocol::JobRequest request; ///< Its token filled in from the header where the body has none.
    QString address;
    /// Whether the client has hung up. Called on the engine thread just before a job is claimed.
    std::function<bool()> isGone;
};

struct HandedOut
{
    protocol::JobPayload payload; ///< 201, application/json.
};

struct NoJob
{
    QByteArray lastUpdate; ///< 204, X-GitLab-Last-Update.
};

struct RunnerUnknown
{ }; ///< 403: three of these put a stock runner to rest for an hour.

struct NotNow
{ }; ///< 503: the disk is full or we are shutting down.

using JobAnswer = std::variant<HandedOut, NoJob, RunnerUnknown, NotNow>;
using RequestId = quint64;

/// Numbers for /-/metrics.
struct DispatchCounts
{
    qint64 pending = 0;
    qint64 waiting = 0; ///< Held requests.
    qint64 handedOut = 0;
    std::chrono::milliseconds waited {0}; ///< Sum over handedOut, from ready to handed out.
};

/// Brings ready jobs and waiting requests together. A request is answered the moment a fitting job
/// is ready; the claim, the job's token and its payload are made in one transaction, and the
/// answer goes out after its commit. Engine thread.
class Dispatcher
{
public:
    struct Parts
    {
        const Clock &clock;
        const SecretBox &box;
        engine::News &news;
        engine::CommandLoop &loop;
        Deadlines &deadlines;
        RunnerRegistry &registry;
        Leases &leases;
        PayloadBuilder &payloads;
        JobFlow &flow;
        const QueueSettings &settings;
    };

    explicit Dispatcher(const Parts &parts);
    ~Dispatcher();
    Q_DISABLE_COPY_MOVE(Dispatcher)

    /// `answer` is called exactly once, on the engine thread, after a commit: now, when a job fits,
    /// when the time is over, or at shutdown.
    RequestId request(engine::Transaction &transaction,
                      const JobAsk &ask,
                      std::function<void(JobAnswer)> answer);
    /// The client has hung up; its answer is not called any more.
    void withdraw(RequestId id) { drop(id); }
    /// All held requests are answered NoJob, and later ones NotNow.
    void shutDown();

    /// A job is pending: index it, and hand it out if a request waits for it.
    void offer(engine::Transaction &transaction, const model::Job &job);
    /// It is not pending any more, or is with a runner.
    void retract(engine::Transaction &transaction, JobId job);

    /// After a restart: all pending jobs.
    Result<void> recover(engine::Transaction &transaction);

    /// Why a pending job waits, for a person: "waiting for a runner with the tags a, b".
    QString waitingReason(const model::Job &job) const;

    DispatchCounts counts() const;

private:
    /// A request that waits.
    struct Held
    {
        RequestId id = 0;
        JobAsk ask;
        RunnerId runner;
        bool isPaused = false;
        Offer offer;
        std::function<void(JobAnswer)> answer;
    };
    using HeldPtr = std::shared_ptr<Held>;
    /// What came of trying to give a job to a request.
    enum class Claim : quint8 {
        Done,
        JobGone, ///< It cannot be had: try the next.
        PutAside, ///< Nor can it now, but later: try the next.
        RequestGone, ///< The client has hung up.
        Failed, ///< The database: not now.
    };

    void hold(engine::Transaction &transaction, const HeldPtr &held);
    void putBack(const HeldPtr &held);
    void drop(RequestId id);
    void expire(RequestId id);
    void readRunner(const HeldPtr &held);
    void refreshRunner(RunnerId id);

    Claim serve(engine::Transaction &transaction, const HeldPtr &held);
    Claim claim(engine::Transaction &transaction, const HeldPtr &held, JobId id);
    Claim failJob(engine::Transaction &transaction, const model::Job &job, const Error &why);
    Result<model::Job> lease(engine::Transaction &transaction,
                             const model::Job &job,
                             const Held &held);
    void give(engine::Transaction &transaction, const HeldPtr &held, HandedOut handedOut);
    /// For some seconds nobody is offered this job.
    void putAside(JobId job);

    void index(const model::Job &job, const Wish &wish, Timestamp since);
    void failStuck(JobId job);
    engine::Outcome drain(engine::Transaction &transaction);
    void postDrain();
    QByteArray lastUpdate() const { return m_era + '-' + QByteArray::number(m_version); }

    Parts m_parts;
    PendingJobs m_pending;
    WaitingRequests m_waiting;
    std::unordered_map<RequestId, HeldPtr> m_held;
    std::deque<JobId> m_fresh; ///< Became pending since the last drain.
    ProjectGroups m_groups;
    RequestId m_nextRequest = 1;
    QByteArray m_era; ///< Random per process: last_update never repeats.
    qint64 m_version = 0;
    DispatchCounts m_counts;
    bool m_isShutDown = false;
    bool m_isDrainPosted = false;
};

} // namespace ci::queue
