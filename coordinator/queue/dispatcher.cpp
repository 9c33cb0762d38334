// SPDX-License-Identifier: MIT
#include "coordinator/queue/dispatcher.h"

#include "coordinator/engine/duecommand.h"
#include "coordinator/queue/handout.h"
#include "coordinator/queue/waitingreason.h"
#include "db/jobstore.h"

#include <QLoggingCategory>

namespace ci::queue {

using namespace Qt::StringLiterals;
using engine::Outcome;
using engine::Transaction;
using model::JobState;

namespace {

constexpr int EraLength = 16;
// Payloads made by one command, so that it stays within some milliseconds.
constexpr int DrainBatch = 16;
// Before hand-outs that could not be stored are tried again: a full disk lasts.
constexpr std::chrono::seconds RedrainInterval {1};
// Before the end of a job that nobody took is tried again.
constexpr std::chrono::seconds StuckRetryInterval {5};

} // namespace

Dispatcher::Dispatcher(const Parts &parts)
    : m_parts(parts)
    , m_pending([this](ProjectId project) { return m_parts.leases.jobsOf(project); })
    , m_era(randomText(EraLength))
{
    m_parts.registry.setChangeHook([this](Transaction &transaction, RunnerId id) {
        transaction.afterCommit([this, id] { refreshRunner(id); });
    });
    m_parts.leases.setCountHook([this](ProjectId project) { m_pending.reorder(project); });
}

Dispatcher::~Dispatcher() = default;

DispatchCounts Dispatcher::counts() const
{
    DispatchCounts counts = m_counts;
    counts.pending = static_cast<qint64>(m_pending.count());
    counts.waiting = static_cast<qint64>(m_held.size());
    return counts;
}

RequestId Dispatcher::request(Transaction &transaction,
                              const JobAsk &ask,
                              std::function<void(JobAnswer)> answer)
{
    const RequestId id = m_nextRequest++;
    if (m_isShutDown || m_parts.loop.isFailing()) {
        transaction.answer([answer] { answer(NotNow {}); });
        return id;
    }
    const model::Runner *runner = m_parts.registry.authenticate(ask.request.token);
    if (!runner) {
        transaction.answer([answer] { answer(RunnerUnknown {}); });
        return id;
    }
    m_parts.registry.noteContact(
        runner->id, {ask.request.systemId.toUtf8(), ask.request.info, ask.address});

    auto held = std::make_shared<Held>();
    held->id = id;
    held->ask = ask;
    held->runner = runner->id;
    held->answer = std::move(answer);
    readRunner(held);
    hold(transaction, held);
    const Claim served = serve(transaction, held);
    if (served == Claim::Failed) {
        // A claim that failed half-way; the request goes with it.
        transaction.reject();
        transaction.answer([held] { held->answer(NotNow {}); });
        return id;
    }
    const bool isOpen = served == Claim::JobGone || served == Claim::PutAside;
    if (isOpen && m_parts.settings.longPoll == std::chrono::seconds {0}) {
        drop(id);
        transaction.answer([this, held] { held->answer(NoJob {lastUpdate()}); });
    }
    return id;
}

void Dispatcher::readRunner(const HeldPtr &held)
{
    if (const model::Runner *runner = m_parts.registry.find(held->runner)) {
        held->isPaused = runner->isPaused;
        held->offer = offerOf(*runner);
    }
}

void Dispatcher::hold(Transaction &transaction, const HeldPtr &held)
{
    putBack(held);
    transaction.onUndo([this, id = held->id] { drop(id); });
}

void Dispatcher::putBack(const HeldPtr &held)
{
    m_held.insert_or_assign(held->id, held);
    if (!held->isPaused) {
        m_waiting.add(held->id, held->offer);
    }
    m_parts.deadlines.set(DeadlineKind::LongPoll, static_cast<qint64>(held->id),
                          m_parts.settings.longPoll, [this, id = held->id] { expire(id); });
}

void Dispatcher::drop(RequestId id)
{
    m_held.erase(id);
    m_waiting.remove(id);
    m_parts.deadlines.clear(DeadlineKind::LongPoll, static_cast<qint64>(id));
}

void Dispatcher::expire(RequestId id)
{
    const auto found = m_held.find(id);
    if (found == m_held.end()) {
        return;
    }
    const HeldPtr held = found->second;
    drop(id);
    held->answer(NoJob {lastUpdate()});
}

void Dispatcher::shutDown()
{
    m_isShutDown = true;
    while (!m_held.empty()) {
        expire(m_held.begin()->first);
    }
}

void Dispatcher::refreshRunner(RunnerId id)
{
    std::vector<HeldPtr> ofRunner;
    for (const auto &[request, held] : m_held) {
        if (held->runner == id) {
            ofRunner.push_back(held);
        }
    }
    const bool exists = m_parts.registry.find(id) != nullptr;
    for (const HeldPtr &held : ofRunner) {
        drop(held->id);
        if (!exists) {
            held->answer(RunnerUnknown {});
            continue;
        }
        readRunner(held);
        putBack(held);
        m_parts.loop.post([this, held](Transaction &transaction) {
            const bool isHeld = m_held.contains(held->id);
            return isHeld && serve(transaction, held) == Claim::Failed ? Outcome::Undo
                                                                       : Outcome::Keep;
        });
    }
    ++m_version;
}

void Dispatcher::index(const model::Job &job, const Wish &wish, Timestamp since)
{
    m_pending.add(job.id, wish, since);
    const Timestamp end = since + m_parts.settings.pendingLimit;
    m_parts.deadlines.set(DeadlineKind::PendingLimit, job.id.value(),
                          end - m_parts.clock.now(), [this, id = job.id] { failStuck(id); });
}

void Dispatcher::offer(Transaction &transaction, const model::Job &job)
{
    const GroupId group = m_groups.groupOf(transaction, job.project);
    if (m_pending.contains(job.id)) {
        return;
    }
    const Wish wish {job.project, group, job.tags, job.isRefProtected};
    index(job, wish, job.queuedAt.value_or(m_parts.clock.now()));
    m_fresh.push_back(job.id);
    ++m_version;
    transaction.onUndo([this, id = job.id] {
        m_pending.remove(id);
        m_parts.deadlines.clear(DeadlineKind::PendingLimit, id.value());
    });
    if (m_waiting.count() > 0) {
        postDrain();
    }
}

void Dispatcher::retract(Transaction &transaction, JobId job)
{
    const std::optional<Wish> wish = m_pending.wish(job);
    if (!wish) {
        return;
    }
    const Timestamp since = *m_pending.since(job);
    m_pending.remove(job);
    m_parts.deadlines.clear(DeadlineKind::PendingLimit, job.value());
    transaction.onUndo([this, job, wish, since] {
        model::Job only;
        only.id = job;
        index(only, *wish, since);
        m_fresh.push_back(job);
        m_parts.deadlines.set(DeadlineKind::Redrain, 0, RedrainInterval, [this] { postDrain(); });
    });
}

void Dispatcher::postDrain()
{
    if (m_isDrainPosted) {
        return;
    }
    m_isDrainPosted = true;
    // It joins the batch that is running, so that what became ready leaves with the same commit.
    m_parts.loop.post({[this](Transaction &transaction) {
                           m_isDrainPosted = false;
                           return drain(transaction);
                       },
                       [this](const Error &) { m_isDrainPosted = false; }});
}

Outcome Dispatcher::drain(Transaction &transaction)
{
    if (m_isShutDown) {
        return Outcome::Keep;
    }
    for (int given = 0; given < DrainBatch && !m_fresh.empty();) {
        const JobId job = m_fresh.front();
        const std::optional<Wish> wish
            = m_pending.isAside(job) ? std::nullopt : m_pending.wish(job);
        const std::optional<RequestId> request
            = wish ? m_waiting.choose(*wish) : std::nullopt;
        if (!request) {
            // Taken, put aside, or nobody waits for such a job: the next request will find it.
            m_fresh.pop_front();
            continue;
        }
        const HeldPtr held = m_held.at(*request); // It leaves the map while it is served.
        const Claim done = serve(transaction, held);
        if (done == Claim::Failed) {
            m_parts.deadlines.set(DeadlineKind::Redrain, 0, RedrainInterval,
                                  [this] { postDrain(); });
            return Outcome::Undo;
        }
        if (done == Claim::PutAside) {
            break; // That was enough for one command.
        }
        given += done == Claim::Done ? 1 : 0;
    }
    if (!m_fresh.empty()) {
        postDrain();
    }
    return Outcome::Keep;
}

void Dispatcher::failStuck(JobId job)
{
    const auto again = [this, job] {
        m_parts.deadlines.set(DeadlineKind::PendingLimit, job.value(), StuckRetryInterval,
                              [this, job] { failStuck(job); });
    };
    const auto fail = [this, job](Transaction &transaction) {
        return failStuckJob(transaction, m_parts.box, m_parts.flow, job);
    };
    engine::postDue(m_parts.loop, fail, again);
}

Result<void> Dispatcher::recover(Transaction &transaction)
{
    const Result<std::vector<model::Job>> jobs
        = db::JobStore(transaction.database(), m_parts.box).inStates({JobState::Pending});
    if (!jobs) {
        return jobs.error();
    }
    m_pending.clear();
    m_fresh.clear();
    for (const model::Job &job : *jobs) {
        if (job.tokenHash.isEmpty() && !job.isBridge) {
            offer(transaction, job);
        }
    }
    return {};
}

QString Dispatcher::waitingReason(const model::Job &job) const
{
    const Wish wish = m_pending.wish(job.id).value_or(
        Wish {job.project, GroupId(), job.tags, job.isRefProtected});
    return queue::waitingReason(m_parts.registry, job, wish);
}

} // namespace ci::queue
