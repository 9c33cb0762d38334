// SPDX-License-Identifier: MIT
#include "coordinator/queue/leases.h"

#include "coordinator/engine/duecommand.h"
#include "db/jobstore.h"

#include <QLoggingCategory>

#include <algorithm>

namespace ci::queue {

Q_LOGGING_CATEGORY(lcLeases, "ci.leases")

using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Outcome;
using engine::Transaction;
using model::FailureReason;
using model::JobState;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A runner that greets may have got a job just before it counted its jobs.
constexpr seconds HelloTolerance {10};

Lease leaseOf(const model::Job &job)
{
    Lease lease;
    lease.job = job.id;
    lease.project = job.project;
    lease.runner = job.runner.value_or(RunnerId());
    lease.systemId = job.systemId;
    lease.hasChannel = job.hasChannel;
    lease.isConfirmed = job.isConfirmed;
    return lease;
}

} // namespace

void Leases::count(const Lease &lease, int step)
{
    const auto change = [step](auto &counts, auto key) {
        if ((counts[key] += step) <= 0) {
            counts.erase(key);
        }
    };
    change(m_byRunner, lease.runner);
    change(m_byProject, lease.project);
    if (m_countHook) {
        m_countHook(lease.project);
    }
}

void Leases::insert(Lease lease)
{
    const JobId job = lease.job;
    count(lease, 1);
    const Lease &stored = m_leases.insert_or_assign(job, std::move(lease)).first->second;
    watch(stored);
}

void Leases::erase(JobId job)
{
    const auto found = m_leases.find(job);
    if (found == m_leases.end()) {
        return;
    }
    const Lease lease = std::move(found->second);
    m_leases.erase(found);
    count(lease, -1);
    m_parts.deadlines.clear(DeadlineKind::ConfirmHandout, job.value());
    m_parts.deadlines.clear(DeadlineKind::RunnerSilence, job.value());
    m_parts.deadlines.clear(DeadlineKind::JobTimeout, job.value());
}

void Leases::begin(Transaction &transaction,
                   const model::Job &job,
                   std::optional<protocol::RunnerSession> session)
{
    Lease lease = leaseOf(job);
    lease.heardAt = m_parts.clock.monotonic();
    lease.session = std::move(session);
    insert(std::move(lease));
    transaction.onUndo([this, id = job.id] { erase(id); });
}

void Leases::confirm(Transaction &transaction, const model::Job &job)
{
    const auto found = m_leases.find(job.id);
    if (found == m_leases.end()) {
        return;
    }
    Lease &lease = found->second;
    transaction.onUndo([this, id = job.id, before = lease.isConfirmed, end = lease.timeoutAt] {
        if (const auto lost = m_leases.find(id); lost != m_leases.end()) {
            lost->second.isConfirmed = before;
            lost->second.timeoutAt = end;
            watch(lost->second);
        }
    });
    lease.isConfirmed = true;
    watch(lease);
    watchTimeout(job);
}

void Leases::end(Transaction &transaction, JobId job)
{
    const auto found = m_leases.find(job);
    if (found == m_leases.end()) {
        return;
    }
    transaction.onUndo([this, lease = found->second] { insert(lease); });
    erase(job);
}

Result<void> Leases::recover(Transaction &transaction)
{
    const Result<std::vector<model::Job>> jobs
        = db::JobStore(transaction.database(), m_parts.box)
              .inStates({JobState::Pending, JobState::Running, JobState::Canceling});
    if (!jobs) {
        return jobs.error();
    }
    while (!m_leases.empty()) {
        erase(m_leases.begin()->first);
    }
    for (const model::Job &job : *jobs) {
        const bool isWithRunner
            = !job.isBridge && (job.state != JobState::Pending || !job.tokenHash.isEmpty());
        if (!isWithRunner) {
            continue;
        }
        Lease lease = leaseOf(job);
        // Silence counts our own uptime: nobody could have been heard while we were away.
        lease.heardAt = m_parts.clock.monotonic();
        lease.wasHeard = true;
        insert(std::move(lease));
        if (job.state != JobState::Pending) {
            // It may have ended, or been released from a hold, while nobody could be told.
            watchTimeout(job, m_parts.clock.now() + m_parts.settings.timeoutMargin);
        }
    }
    return {};
}

const Lease *Leases::find(JobId job) const
{
    const auto found = m_leases.find(job);
    return found != m_leases.end() ? &found->second : nullptr;
}

void Leases::heard(JobId job)
{
    if (const auto found = m_leases.find(job); found != m_leases.end()) {
        found->second.heardAt = m_parts.clock.monotonic();
        found->second.wasHeard = true;
    }
}

int Leases::jobsOf(RunnerId runner) const
{
    const auto found = m_byRunner.find(runner);
    return found != m_byRunner.end() ? found->second : 0;
}

int Leases::jobsOf(ProjectId project) const
{
    const auto found = m_byProject.find(project);
    return found != m_byProject.end() ? found->second : 0;
}

std::vector<JobId> Leases::jobsWith(RunnerId runner, const QByteArray &systemId) const
{
    std::vector<JobId> jobs;
    for (const auto &[id, lease] : m_leases) {
        if (lease.runner == runner && lease.systemId == systemId) {
            jobs.push_back(id);
        }
    }
    return jobs;
}

void Leases::removeWatcher(JobId job)
{
    const auto found = m_watchers.find(job);
    if (found != m_watchers.end() && --found->second <= 0) {
        m_watchers.erase(found);
    }
}

int Leases::watchersOf(JobId job) const
{
    const auto found = m_watchers.find(job);
    return found != m_watchers.end() ? found->second : 0;
}

void Leases::watch(const Lease &lease)
{
    const qint64 job = lease.job.value();
    if (lease.isConfirmed) {
        m_parts.deadlines.clear(DeadlineKind::ConfirmHandout, job);
        watchSilence(lease);
    } else {
        m_parts.deadlines.clear(DeadlineKind::RunnerSilence, job);
        m_parts.deadlines.set(DeadlineKind::ConfirmHandout, job, m_parts.settings.confirmLimit,
                              [this, id = lease.job] { lose(id, Loss::Unconfirmed); });
    }
    watchTimeout(lease);
}

void Leases::watchSilence(const Lease &lease)
{
    m_parts.deadlines.set(DeadlineKind::RunnerSilence, lease.job.value(), timeLeft(lease),
                          [this, job = lease.job] { checkSilence(job); });
}

seconds Leases::silenceLimit(const Lease &lease) const
{
    const QueueSettings &settings = m_parts.settings;
    if (!lease.wasHeard) {
        return settings.firstWordLimit;
    }
    return lease.hasChannel ? settings.channelSilenceLimit : settings.stockSilenceLimit;
}

milliseconds Leases::timeLeft(const Lease &lease) const
{
    return lease.heardAt + silenceLimit(lease) - m_parts.clock.monotonic();
}

void Leases::checkSilence(JobId job)
{
    const auto found = m_leases.find(job);
    if (found == m_leases.end()) {
        return;
    }
    const Lease &lease = found->second;
    if (timeLeft(lease) > milliseconds {0}) {
        watchSilence(lease);
        return;
    }
    qCWarning(lcLeases).noquote() << "runner lost job=" << job.value()
                                  << "runner=" << lease.runner.value();
    lose(job, Loss::Silent);
}

void Leases::watchTimeout(const model::Job &job, Timestamp earliest)
{
    const Timestamp now = m_parts.clock.now();
    const Timestamp start = job.startedAt.value_or(now);
    Timestamp end = std::max(earliest, start + job.timeout + m_parts.settings.timeoutMargin);
    if (job.hold) {
        // The job's clock stops when its script ends, the hold has its own.
        end = std::max(end, job.hold->until + m_parts.settings.timeoutMargin);
    }
    if (const auto found = m_leases.find(job.id); found != m_leases.end()) {
        found->second.timeoutAt = end;
        watchTimeout(found->second);
    }
}

void Leases::watchTimeout(const Lease &lease)
{
    if (!lease.timeoutAt) {
        m_parts.deadlines.clear(DeadlineKind::JobTimeout, lease.job.value());
        return;
    }
    m_parts.deadlines.set(DeadlineKind::JobTimeout, lease.job.value(),
                          *lease.timeoutAt - m_parts.clock.now(),
                          [this, job = lease.job] { checkTimeout(job); });
}

void Leases::checkTimeout(JobId job)
{
    const auto again = [this, job] {
        m_parts.deadlines.set(DeadlineKind::JobTimeout, job.value(), RetryInterval,
                              [this, job] { checkTimeout(job); });
    };
    const auto check = [this, job](Transaction &transaction) {
        const Result<std::optional<model::Job>> found
            = db::JobStore(transaction.database(), m_parts.box).find(job);
        if (!found || !*found) {
            return found ? Outcome::Keep : Outcome::Undo;
        }
        const bool isHeld = (*found)->hold
            && (*found)->hold->until + m_parts.settings.timeoutMargin > m_parts.clock.now();
        if (isHeld) {
            watchTimeout(**found);
            return Outcome::Keep;
        }
        return loseNow(transaction, job, Loss::Overtime);
    };
    engine::postDue(m_parts.loop, check, again);
}

void Leases::lose(JobId job, Loss loss)
{
    const auto again = [this, job, loss] {
        m_parts.deadlines.set(DeadlineKind::RunnerSilence, job.value(), RetryInterval,
                              [this, job, loss] { lose(job, loss); });
    };
    const auto end = [this, job, loss](Transaction &transaction) {
        return loseNow(transaction, job, loss);
    };
    engine::postDue(m_parts.loop, end, again);
}

bool Leases::isStillLost(Loss loss, const Lease &lease, const model::Job &job) const
{
    switch (loss) {
    case Loss::Unconfirmed:
        return job.state == JobState::Pending;
    case Loss::Silent:
        return timeLeft(lease) <= milliseconds {0};
    case Loss::Overtime:
    case Loss::Missing:
        return job.state != JobState::Pending;
    }
    return false;
}

Outcome Leases::loseNow(Transaction &transaction, JobId job, Loss loss)
{
    const auto lease = m_leases.find(job);
    const Result<std::optional<model::Job>> found
        = db::JobStore(transaction.database(), m_parts.box).find(job);
    if (!found) {
        return Outcome::Undo;
    }
    if (lease == m_leases.end() || !*found) {
        return Outcome::Keep;
    }
    // A word may have come while this command waited.
    if (!isStillLost(loss, lease->second, **found)) {
        watch(lease->second);
        return Outcome::Keep;
    }
    const JobEvent event = loss == Loss::Unconfirmed ? JobEvent::Requeue
        : (*found)->state == JobState::Canceling     ? JobEvent::Cancel
                                                     : JobEvent::Fail;
    const FailureReason reason = loss == Loss::Overtime ? FailureReason::JobExecutionTimeout
                                                        : FailureReason::RunnerSystemFailure;
    const Result<model::Job> moved
        = m_flow->move(transaction, **found, {.event = event, .failureReason = reason});
    if (!moved) {
        qCWarning(lcLeases).noquote() << "lost job not ended job=" << job.value()
                                      << "cause=" << moved.error().detail;
    }
    return moved ? Outcome::Keep : Outcome::Undo;
}

void Leases::reportRunning(RunnerId runner,
                           const QByteArray &systemId,
                           const std::vector<JobId> &jobs)
{
    const milliseconds now = m_parts.clock.monotonic();
    for (const JobId id : jobsWith(runner, systemId)) {
        const Lease &lease = m_leases[id];
        const bool isThere = std::find(jobs.begin(), jobs.end(), id) != jobs.end();
        if (isThere) {
            heard(id);
        } else if (!lease.isConfirmed) {
            // Our answer may have died with the connection: whoever got it confirms at once.
            m_parts.deadlines.set(DeadlineKind::ConfirmHandout, id.value(), HelloTolerance,
                                  [this, id] { lose(id, Loss::Unconfirmed); });
        } else if (now - lease.heardAt > HelloTolerance) {
            lose(id, Loss::Missing);
        }
    }
}

Result<void> Leases::setHold(Transaction &transaction,
                             RunnerId runner,
                             JobId job,
                             const model::Hold &hold)
{
    return storeHold(transaction, runner, job, hold);
}

Result<void> Leases::clearHold(Transaction &transaction, RunnerId runner, JobId job)
{
    return storeHold(transaction, runner, job, std::nullopt);
}

Result<void> Leases::storeHold(Transaction &transaction,
                               RunnerId runner,
                               JobId job,
                               const std::optional<model::Hold> &hold)
{
    db::JobStore store(transaction.database(), m_parts.box);
    Result<std::optional<model::Job>> found = store.find(job);
    if (!found) {
        return found.error();
    }
    const bool isTheirs = *found && (*found)->runner == runner && m_leases.contains(job);
    const bool runs = isTheirs && (*found)->state == JobState::Running;
    if (!isTheirs || !runs) {
        return forbidden(u"the job is not running on this runner"_s);
    }
    model::Job changed = **found;
    if (changed.hold == hold) {
        return {};
    }
    changed.hold = hold;
    if (const Result<bool> stored = store.update(changed, changed.state); !stored) {
        return stored.error();
    }
    heard(job);
    // A script that was in time may be held past it: the runner still has to end and to report.
    watchTimeout(changed, m_parts.clock.now() + m_parts.settings.timeoutMargin);
    transaction.afterCommit(
        [this, changed] { Q_EMIT m_parts.news.jobChanged(changed, changed.state); });
    return {};
}

} // namespace ci::queue
