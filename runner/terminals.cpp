// SPDX-License-Identifier: MIT
#include "runner/terminals.h"

#include "runner/terminalpool.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

/// More shells in one job than any person needs; the coordinator's own limit is lower.
constexpr int MaxTerminalsPerJob = 32;

} // namespace

RunnerTerminals::RunnerTerminals(CoordinatorAddress address, TerminalHost &host, QObject *parent)
    : QObject(parent), m_host(host),
      m_thread(std::make_unique<ObjectThread<TerminalPool>>(u"terminals"_s, std::move(address)))
{
    connect(m_thread->object(), &TerminalPool::shellGone, this, &RunnerTerminals::forget);
    connect(m_thread->object(), &TerminalPool::refused, this, &RunnerTerminals::refused);
}

RunnerTerminals::~RunnerTerminals() = default;

void RunnerTerminals::open(const protocol::ChannelTerminalOpen &order)
{
    if (m_jobs.contains(order.session)) {
        return; // Said twice: the first still counts.
    }
    if (count(order.job) >= MaxTerminalsPerJob) {
        Q_EMIT refused({order.job, order.session, "the job has too many terminals"});
        return;
    }
    const Result<TerminalPlace> place = m_host.terminalPlace(order.job);
    if (!place) {
        Q_EMIT refused({order.job, order.session, place.error().detail.toUtf8()});
        return;
    }
    m_jobs.insert(order.session, order.job);
    m_thread->post([order, place = *place](TerminalPool &pool) { pool.open(order, place); });
    Q_EMIT opened(order.job);
}

void RunnerTerminals::close(const QByteArray &session)
{
    m_thread->post([session](TerminalPool &pool) { pool.close(session); });
}

void RunnerTerminals::closeJob(JobId job)
{
    for (auto it = m_jobs.cbegin(); it != m_jobs.cend(); ++it) {
        if (it.value() == job) {
            close(it.key());
        }
    }
}

int RunnerTerminals::count(JobId job) const
{
    return static_cast<int>(std::count(m_jobs.cbegin(), m_jobs.cend(), job));
}

QList<QByteArray> RunnerTerminals::sessions() const
{
    return m_jobs.keys();
}

void RunnerTerminals::forget(const QByteArray &session)
{
    const auto found = m_jobs.constFind(session);
    if (found == m_jobs.cend()) {
        return;
    }
    const JobId job = found.value();
    m_jobs.erase(found);
    Q_EMIT closed(job, count(job));
}

} // namespace ci::runner
