// SPDX-License-Identifier: MIT
#include "runner/runnerservice.h"

#include "runner/logging.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

// Archives are bound by the disk and the network as much as by the processor.
constexpr int WorkerThreads = 8;

// Two that say the same would share a place at the coordinator and folders here.
Result<void> refuseTwins(const RunnerConfig &config)
{
    const QList<RunnerEntry> &all = config.runners;
    for (qsizetype i = 0; i < all.size(); ++i) {
        for (qsizetype k = 0; k < i; ++k) {
            if (all[i].url == all[k].url && all[i].token == all[k].token) {
                return invalid(u"runner %1: has the url and token of runner %2: remove one of them, "
                               "or register it again for a token of its own"_s.arg(all[i].name, all[k].name));
            }
        }
    }
    return {};
}

} // namespace

RunnerService::RunnerService()
{
    m_workers.setMaxThreadCount(WorkerThreads);
    m_shared.workers = &m_workers;
    m_shutdownTimer.setSingleShot(true);
    m_idleTimer.setSingleShot(true);
    connect(&m_shutdownTimer, &QTimer::timeout, this, [this] { stop(Stop::Now); });
    connect(&m_idleTimer, &QTimer::timeout, this, [this] { stop(Stop::Graceful); });
}

RunnerService::~RunnerService() = default;

Result<std::unique_ptr<RunnerService>> RunnerService::create(const RunnerConfig &config,
                                                             const QByteArray &systemId,
                                                             const JobUser &user)
{
    if (Result<void> distinct = refuseTwins(config); !distinct) {
        return distinct.error();
    }
    std::unique_ptr<RunnerService> service(new RunnerService);
    service->m_shared.systemId = systemId;
    service->m_shared.defaultUser = user;
    service->setConfig(config);
    for (const RunnerEntry &entry : config.runners) {
        Result<std::unique_ptr<RunnerUnit>> unit = service->makeUnit(entry);
        if (!unit) {
            return unit.error();
        }
        service->m_units.push_back(std::move(*unit));
    }
    return service;
}

void RunnerService::setConfig(const RunnerConfig &config)
{
    m_shared.config = config;
    // The whole interval is shared by the entries (recordings, 11).
    const qsizetype entries = std::max<qsizetype>(config.runners.size(), 1);
    m_shared.config.checkInterval
        = std::max<seconds>(config.checkInterval / static_cast<int>(entries), seconds {1});
}

Result<std::unique_ptr<RunnerUnit>> RunnerService::makeUnit(const RunnerEntry &entry)
{
    Result<std::unique_ptr<RunnerUnit>> unit = RunnerUnit::create(entry, m_shared);
    if (!unit) {
        return unit.error().within(u"runner "_s + entry.name);
    }
    connect(unit->get(), &RunnerUnit::roomMade, this, &RunnerService::offerRoom);
    connect(unit->get(), &RunnerUnit::jobTaken, this, &RunnerService::countJob);
    connect(unit->get(), &RunnerUnit::jobEnded, this, &RunnerService::finishIfIdle);
    // Queued: a unit must not die in its own signal.
    connect(unit->get(), &RunnerUnit::jobEnded, this, &RunnerService::dismissIdle,
            Qt::QueuedConnection);
    return unit;
}

struct RunnerService::Place
{
    RunnerEntry entry;
    JobUser user;
    std::unique_ptr<RunnerUnit> fresh; ///< Empty: one of m_units goes on.
    size_t known = 0;
};

Result<std::vector<RunnerService::Place>> RunnerService::placesFor(const RunnerConfig &config)
{
    std::vector<Place> places;
    for (const RunnerEntry &entry : config.runners) {
        const auto known = std::find_if(m_units.begin(), m_units.end(),
                                        [&](const auto &unit) { return unit->isOf(entry); });
        Result<JobUser> user = RunnerUnit::userOf(entry, m_shared);
        if (!user) {
            return user.error().within(u"runner "_s + entry.name);
        }
        Place place {entry, std::move(*user), nullptr, static_cast<size_t>(known - m_units.begin())};
        if (known == m_units.end()) {
            Result<std::unique_ptr<RunnerUnit>> fresh = makeUnit(entry);
            if (!fresh) {
                return fresh.error();
            }
            place.fresh = std::move(*fresh);
        }
        places.push_back(std::move(place));
    }
    return places;
}

Result<void> RunnerService::reload(const RunnerConfig &config)
{
    if (m_stop) {
        return conflict(u"the runner is stopping"_s);
    }
    if (Result<void> distinct = refuseTwins(config); !distinct) {
        return distinct;
    }
    Result<std::vector<Place>> places = placesFor(config);
    if (!places) {
        return places.error();
    }
    setConfig(config);
    std::vector<std::unique_ptr<RunnerUnit>> units;
    for (Place &place : *places) {
        if (place.fresh) {
            units.push_back(std::move(place.fresh));
        } else {
            m_units[place.known]->change(place.entry, place.user);
            units.push_back(std::move(m_units[place.known]));
        }
    }
    for (std::unique_ptr<RunnerUnit> &unit : m_units) {
        if (unit) {
            unit->stopAsking();
            m_leaving.push_back(std::move(unit));
        }
    }
    m_units = std::move(units);
    dismissIdle();
    qCInfo(lcRunner).noquote() << "configuration read again entries="
            + QByteArray::number(static_cast<qsizetype>(m_units.size()))
                               << "leaving="
            + QByteArray::number(static_cast<qsizetype>(m_leaving.size()));
    offerRoom();
    return {};
}

void RunnerService::dismissIdle()
{
    std::erase_if(m_leaving, [](const auto &unit) { return unit->jobCount() == 0; });
    startReady();
}

// A token names the folders that jobs work in: where only the address is new, the jobs of the old
// one end first.
void RunnerService::startReady()
{
    for (const auto &unit : m_units) {
        const bool mustWait = std::any_of(m_leaving.begin(), m_leaving.end(), [&](const auto &old) {
            return old->sharesFolders(*unit);
        });
        if (!m_stop && !unit->isStarted() && !mustWait) {
            unit->start();
        }
    }
}

void RunnerService::setLimits(const Limits &limits) { m_limits = limits; }

void RunnerService::start()
{
    qCInfo(lcRunner).noquote() << "runner started entries="
            + QByteArray::number(static_cast<qsizetype>(m_units.size()))
                               << "concurrent=" + QByteArray::number(m_shared.config.concurrent);
    if (m_limits.waitTimeout.count() > 0) {
        m_idleTimer.start(m_limits.waitTimeout);
    }
    startReady();
}

void RunnerService::countJob()
{
    m_idleTimer.stop();
    if (m_limits.maxJobs > 0 && ++m_jobsTaken >= m_limits.maxJobs) {
        stop(Stop::Graceful);
    }
}

// Entries take turns, so that a busy one does not keep the others from asking.
void RunnerService::offerRoom()
{
    if (m_units.empty() || m_stop) {
        return;
    }
    m_nextUnit = (m_nextUnit + 1) % m_units.size();
    for (size_t i = 0; i < m_units.size(); ++i) {
        RunnerUnit *unit = m_units[(m_nextUnit + i) % m_units.size()].get();
        if (unit != sender()) {
            unit->offerRoom();
        }
    }
}

void RunnerService::stop(Stop how)
{
    if (m_stop && how <= *m_stop) {
        how = Stop::Now; // The second time of the same word.
    }
    qCInfo(lcRunner) << "runner stopping jobs_finish=" << (how == Stop::Graceful);
    m_stop = how;
    for (const auto &unit : m_units) {
        unit->stopAsking();
        if (how != Stop::Graceful) {
            unit->interruptJobs();
        }
    }
    for (const auto &unit : m_leaving) {
        if (how != Stop::Graceful) {
            unit->interruptJobs();
        }
    }
    if (how == Stop::Quick) {
        m_shutdownTimer.start(m_shared.config.shutdownTimeout);
    }
    finishIfIdle();
}

bool RunnerService::isIdle() const
{
    const auto hasNone = [](const auto &unit) { return unit->jobCount() == 0; };
    return std::all_of(m_units.begin(), m_units.end(), hasNone)
        && std::all_of(m_leaving.begin(), m_leaving.end(), hasNone);
}

void RunnerService::finishIfIdle()
{
    if (m_stop && (isIdle() || *m_stop == Stop::Now)) {
        QMetaObject::invokeMethod(this, &RunnerService::stopped, Qt::QueuedConnection);
        return;
    }
    if (isIdle() && m_limits.waitTimeout.count() > 0) {
        m_idleTimer.start(m_limits.waitTimeout);
    }
}

} // namespace ci::runner
