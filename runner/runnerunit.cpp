// SPDX-License-Identifier: MIT
#include "runner/runnerunit.h"

#include "runner/logging.h"
#include "runner/runnerversion.h"

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

// Reference of the runner API, 1.3.
constexpr int UnhealthyRefusals = 3;
constexpr seconds UnhealthyPause {3600};

// A question that was held this long shows a coordinator that paces us itself: asked again at once.
constexpr milliseconds HeldByCoordinator {1'000};

CoordinatorAddress addressOf(const RunnerEntry &entry, const QByteArray &systemId)
{
    CoordinatorAddress address;
    address.url = entry.url;
    address.token = entry.token;
    address.systemId = systemId;
    if (entry.url.scheme() == "https"_L1) {
        address.tls = tlsConfiguration(entry.tlsCaFile);
    }
    return address;
}

} // namespace

Result<std::unique_ptr<RunnerUnit>> RunnerUnit::create(const RunnerEntry &entry,
                                                       RunnerShared &shared)
{
    Result<JobUser> user = userOf(entry, shared);
    if (!user) {
        return user.error();
    }
    return std::unique_ptr<RunnerUnit>(new RunnerUnit(entry, shared, std::move(*user)));
}

Result<JobUser> RunnerUnit::userOf(const RunnerEntry &entry, const RunnerShared &shared)
{
    if (entry.runAs.isEmpty()) {
        return shared.defaultUser;
    }
    Result<JobUser> found = findUser(entry.runAs.toUtf8());
    return found ? found : Result<JobUser>(found.error().within(u"run_as"_s));
}

bool RunnerUnit::isOf(const RunnerEntry &entry) const
{
    return m_entry.url == entry.url && m_entry.token == entry.token;
}

void RunnerUnit::change(const RunnerEntry &entry, const JobUser &user)
{
    if (entry.tlsCaFile != m_entry.tlsCaFile) {
        qCWarning(lcRunner).noquote() << "tls-ca-file counts from the next start runner="
                + entry.name.toUtf8();
    }
    m_entry = entry;
    m_user = user;
    m_refusals = 0;
    ask();
}

RunnerUnit::RunnerUnit(const RunnerEntry &entry, RunnerShared &shared, JobUser user)
    : m_entry(entry), m_shared(shared), m_user(std::move(user)), m_client(entry, shared.systemId),
      m_channel(addressOf(entry, shared.systemId), [this] { return hello(); }),
      m_terminals(addressOf(entry, shared.systemId), *this)
{
    m_askTimer.setSingleShot(true);
    connect(&m_askTimer, &QTimer::timeout, this, &RunnerUnit::ask);
    connectChannel();
    connectTerminals();
}

RunnerUnit::~RunnerUnit() = default;

void RunnerUnit::connectChannel()
{
    connect(&m_channel, &RunnerChannel::workReady, this, &RunnerUnit::ask);
    connect(&m_channel, &RunnerChannel::cancelAsked, this, [this](JobId id, bool force) {
        if (JobRun *run = find(id)) {
            force ? run->abort() : run->cancel();
        }
    });
    connect(&m_channel, &RunnerChannel::traceIntervalSet, this,
            [this](JobId id, milliseconds interval) {
                if (JobRun *run = find(id)) {
                    run->watch(interval);
                }
            });
    connect(&m_channel, &RunnerChannel::connected, this, [this] {
        for (const auto &[id, job] : m_jobs) {
            if (const auto until = job.run->heldUntil()) {
                m_channel.sayHeld(id, *until);
            }
        }
    });
}

void RunnerUnit::connectTerminals()
{
    connect(&m_channel, &RunnerChannel::terminalAsked, &m_terminals, &RunnerTerminals::open);
    connect(&m_channel, &RunnerChannel::terminalCloseAsked, this,
            [this](JobId, const QByteArray &session) { m_terminals.close(session); });
    connect(&m_terminals, &RunnerTerminals::refused, &m_channel, &RunnerChannel::sayRefused);
    connect(&m_terminals, &RunnerTerminals::opened, this, [this](JobId id) {
        if (JobRun *run = find(id)) {
            run->setTerminals(m_terminals.count(id));
        }
    });
    connect(&m_terminals, &RunnerTerminals::closed, this, [this](JobId id, int left) {
        if (JobRun *run = find(id)) {
            run->setTerminals(left);
        }
    });
}

Result<TerminalPlace> RunnerUnit::terminalPlace(JobId job)
{
    const JobRun *run = find(job);
    if (!run) {
        return notFound(u"the job does not run here"_s);
    }
    return run->terminalPlace();
}

protocol::ChannelHello RunnerUnit::hello() const
{
    protocol::ChannelHello hello;
    hello.version = RunnerVersion;
    for (const auto &[id, job] : m_jobs) {
        hello.jobs.append(id);
    }
    hello.terminals = m_terminals.sessions();
    hello.sessionTimeout = m_shared.config.sessionTimeout;
    return hello;
}

void RunnerUnit::start()
{
    m_isAsking = true;
    m_questions = std::make_unique<QObject>();
    m_channel.start();
    ask();
}

void RunnerUnit::stopAsking()
{
    m_isAsking = false;
    m_askTimer.stop();
    m_questions.reset();
    m_shared.busy -= m_asking;
    m_asking = 0;
}

bool RunnerUnit::hasRoom() const
{
    const qsizetype own = jobCount() + m_asking;
    return m_isAsking && m_asking < m_entry.requestConcurrency
        && m_shared.busy < m_shared.config.concurrent && (m_entry.limit == 0 || own < m_entry.limit);
}

void RunnerUnit::ask()
{
    m_askTimer.stop();
    while (hasRoom()) {
        sendQuestion();
    }
}

void RunnerUnit::offerRoom()
{
    if (!m_askTimer.isActive()) {
        ask();
    }
}

void RunnerUnit::sendQuestion()
{
    ++m_asking;
    ++m_shared.busy;
    const auto since = std::chrono::steady_clock::now();
    const quint64 number = ++m_questionsSent;
    m_client.requestJob(m_questions.get(), [this, since, number](const RequestAnswer &answer) {
        const auto waited = std::chrono::steady_clock::now() - since;
        --m_asking;
        --m_shared.busy;
        // Questions that were under way together are refused for one cause: counted once.
        if (answer.outcome == RequestOutcome::Forbidden && number > m_refusedUpTo) {
            noteRefusal();
        }
        take(answer, std::chrono::duration_cast<milliseconds>(waited));
    });
}

void RunnerUnit::take(const RequestAnswer &answer, milliseconds waited)
{
    // An older question's answer must not end the rest.
    const bool wasResting = isResting();
    if (answer.outcome != RequestOutcome::Forbidden && !wasResting) {
        m_refusals = 0;
    }
    const milliseconds pause = read(answer, waited);
    if (m_isAsking && !wasResting) {
        m_askTimer.start(pause);
    }
    Q_EMIT roomMade();
}

bool RunnerUnit::isResting() const
{
    return m_refusals >= UnhealthyRefusals && m_askTimer.isActive();
}

milliseconds RunnerUnit::read(const RequestAnswer &answer, milliseconds waited)
{
    const milliseconds pause = m_shared.config.checkInterval;
    switch (answer.outcome) {
    case RequestOutcome::Job:
        startJob(*answer.job);
        return milliseconds {0};
    case RequestOutcome::NoJob:
        return waited >= HeldByCoordinator ? milliseconds {0} : pause;
    case RequestOutcome::Forbidden:
        return m_refusals >= UnhealthyRefusals ? milliseconds {UnhealthyPause} : pause;
    case RequestOutcome::Conflict:
    case RequestOutcome::TryLater:
    case RequestOutcome::Undecodable:
    case RequestOutcome::Failed:
        qCWarning(lcRunner).noquote() << "job request failed runner=" + m_entry.name.toUtf8()
                                      << "reason=" + answer.detail.toUtf8();
        return answer.retryAfter.value_or(pause);
    }
    return pause;
}

void RunnerUnit::noteRefusal()
{
    ++m_refusals;
    m_refusedUpTo = m_questionsSent;
    qCWarning(lcRunner).noquote()
        << "the coordinator does not know this token (the runner was deleted there, or its token "
           "reset): put its token into config.toml and send SIGHUP, or register again runner="
            + m_entry.name.toUtf8()
        << "times=" + QByteArray::number(m_refusals);
    if (m_refusals >= UnhealthyRefusals) {
        qCCritical(lcRunner).noquote() << "runner entry is unhealthy, resting runner="
                + m_entry.name.toUtf8() << "seconds=" + QByteArray::number(UnhealthyPause.count());
    }
}

void RunnerUnit::startJob(const protocol::JobPayload &payload)
{
    const JobId id(payload.id);
    if (find(id)) {
        qCWarning(lcRunner) << "job came twice, second dropped job=" << payload.id;
        return;
    }
    const QByteArray project = projectPath(payload.gitInfo.repoUrl).isOk()
        ? *projectPath(payload.gitInfo.repoUrl)
        : QByteArray();
    JobOrder order {m_entry, m_shared.systemId, payload, m_slots.take(project), m_user};
    order.changesUser = ::geteuid() == 0 && m_user.uid != 0;
    order.sessionTimeout = m_shared.config.sessionTimeout;
    order.client = &m_client;
    order.workers = m_shared.workers;
    const JobSlot slot = order.slot;
    auto run = std::make_unique<JobRun>(std::move(order));
    JobRun *started = run.get();
    m_jobs[id] = RunningJob {std::move(run), project, slot};
    ++m_shared.busy;
    watchJob(started);
    Q_EMIT jobTaken();
    started->start();
}

void RunnerUnit::watchJob(JobRun *run)
{
    const JobId id = run->id();
    connect(run, &JobRun::held, this,
            [this, id](Timestamp until) { m_channel.sayHeld(id, until); });
    connect(run, &JobRun::released, this, [this, id] { m_channel.sayReleased(id); });
    connect(run, &JobRun::terminalsMustEnd, this, [this, id] { m_terminals.closeJob(id); });
    // Queued: the job is in its own signal.
    connect(run, &JobRun::ended, this, [this, id] { removeJob(id); }, Qt::QueuedConnection);
}

void RunnerUnit::removeJob(JobId id)
{
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end()) {
        return;
    }
    m_slots.giveBack(found->second.project, found->second.slot);
    m_jobs.erase(found);
    --m_shared.busy;
    offerRoom();
    Q_EMIT roomMade();
    Q_EMIT jobEnded();
}

void RunnerUnit::interruptJobs()
{
    for (const auto &[id, job] : m_jobs) {
        job.run->interrupt();
    }
}

JobRun *RunnerUnit::find(JobId id) const
{
    const auto found = m_jobs.find(id);
    return found == m_jobs.end() ? nullptr : found->second.run.get();
}

} // namespace ci::runner
