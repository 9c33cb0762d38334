// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jobrequest.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/queue/deadlines.h"
#include "coordinator/queue/jobflow.h"
#include "coordinator/queue/queuesettings.h"

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace ci::queue {

/// A job in the hands of a runner.
struct Lease
{
    JobId job;
    ProjectId project;
    RunnerId runner;
    QByteArray systemId;
    bool hasChannel = false;
    bool isConfirmed = false; ///< The runner has said that it runs the job.
    std::chrono::milliseconds heardAt {0}; ///< Monotonic; a restart counts as a word.
    bool wasHeard = false; ///< Any word since the hand-out.
    std::optional<Timestamp> timeoutAt; ///< When it ends by force; none before it runs.
    std::optional<protocol::RunnerSession> session; ///< Of a stock runner; lost by a restart.
};

/// Which runner has which job, and when it must have spoken. A runner that stays silent loses the
/// job: it fails as runner_system_failure (a canceling one becomes canceled), or goes back into
/// the queue where it was never confirmed. Engine thread.
class Leases
{
public:
    struct Parts
    {
        const Clock &clock;
        const SecretBox &box;
        engine::News &news;
        engine::CommandLoop &loop;
        Deadlines &deadlines;
        const QueueSettings &settings;
    };

    explicit Leases(const Parts &parts) : m_parts(parts) { }
    Q_DISABLE_COPY_MOVE(Leases)

    void setFlow(JobFlow &flow) { m_flow = &flow; }
    /// Called when the number of a project's jobs with runners has changed.
    void setCountHook(std::function<void(ProjectId)> hook) { m_countHook = std::move(hook); }

    void begin(engine::Transaction &transaction,
               const model::Job &job,
               std::optional<protocol::RunnerSession> session);
    /// It runs, by the runner's own word or because that runner does not confirm.
    void confirm(engine::Transaction &transaction, const model::Job &job);
    void end(engine::Transaction &transaction, JobId job);
    /// After a restart: all jobs that are with a runner.
    Result<void> recover(engine::Transaction &transaction);

    const Lease *find(JobId job) const;
    void heard(JobId job);

    int jobsOf(RunnerId runner) const;
    int jobsOf(ProjectId project) const;
    std::vector<JobId> jobsWith(RunnerId runner, const QByteArray &systemId) const;
    size_t count() const { return m_leases.size(); }

    /// Who looks at a job's log decides how often its runner sends it. Counted also while no runner has
    /// the job: who waits for it to begin watches from its first byte on.
    void addWatcher(JobId job) { ++m_watchers[job]; }
    void removeWatcher(JobId job);
    int watchersOf(JobId job) const;

    /// The hello of a runner's control channel: it has these jobs. Confirmed ones of that machine
    /// that it does not name are lost (it has been restarted); others go back into the queue if they
    /// are not confirmed within seconds.
    void reportRunning(RunnerId runner, const QByteArray &systemId, const std::vector<JobId> &jobs);

    /// The script has ended and a terminal keeps the job. Forbidden: not that runner's job.
    Result<void> setHold(engine::Transaction &transaction,
                         RunnerId runner,
                         JobId job,
                         const model::Hold &hold);
    Result<void> clearHold(engine::Transaction &transaction, RunnerId runner, JobId job);

private:
    /// Before a loss that could not be stored is tried again.
    static constexpr std::chrono::seconds RetryInterval {5};

    void insert(Lease lease);
    void erase(JobId job);
    /// Sets all deadlines of a lease anew, and clears those that it does not have.
    void watch(const Lease &lease);
    void watchSilence(const Lease &lease);
    /// The job ends by force some time after its timeout, and not before `earliest`.
    void watchTimeout(const model::Job &job, Timestamp earliest = {});
    void watchTimeout(const Lease &lease);
    std::chrono::seconds silenceLimit(const Lease &lease) const;
    /// Until the lease counts as lost; not positive: it does.
    std::chrono::milliseconds timeLeft(const Lease &lease) const;
    void checkSilence(JobId job);
    void checkTimeout(JobId job);
    /// Why a job is taken from its runner.
    enum class Loss : quint8 {
        Unconfirmed, ///< The hand-out was not taken up.
        Silent,
        Overtime,
        Missing, ///< Its runner says that it does not have it.
    };

    bool isStillLost(Loss loss, const Lease &lease, const model::Job &job) const;
    void lose(JobId job, Loss loss);
    engine::Outcome loseNow(engine::Transaction &transaction, JobId job, Loss loss);
    Result<void> storeHold(engine::Transaction &transaction,
                           RunnerId runner,
                           JobId job,
                           const std::optional<model::Hold> &hold);
    void count(const Lease &lease, int step);

    Parts m_parts;
    JobFlow *m_flow = nullptr;
    std::function<void(ProjectId)> m_countHook;
    std::unordered_map<JobId, Lease> m_leases;
    std::unordered_map<JobId, int> m_watchers; ///< As many as pages follow.
    std::unordered_map<RunnerId, int> m_byRunner;
    std::unordered_map<ProjectId, int> m_byProject;
};

} // namespace ci::queue
