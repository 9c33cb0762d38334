// SPDX-License-Identifier: MIT
#include "coordinator/runnerlink/channels.h"

#include "coordinator/runnerlink/channelhub.h"

#include <QHashFunctions>

using namespace Qt::StringLiterals;

namespace ci::runnerlink {

size_t qHash(const RunnerKey &key, size_t seed)
{
    return qHashMulti(seed, key.runner, key.systemId);
}

RunnerChannels::RunnerChannels(const Clock &clock, ChannelLimits limits, QObject *parent)
    : QObject(parent),
      m_thread(std::make_unique<ObjectThread<ChannelHub>>(u"runnerlink"_s, clock, limits))
{
    const ChannelHub *hub = m_thread->object();
    connect(hub, &ChannelHub::connected, this, &RunnerChannels::connected);
    connect(hub, &ChannelHub::disconnected, this, &RunnerChannels::disconnected);
    connect(hub, &ChannelHub::held, this, &RunnerChannels::held);
    connect(hub, &ChannelHub::released, this, &RunnerChannels::released);
    connect(hub, &ChannelHub::terminalRefused, this, &RunnerChannels::terminalRefused);
}

RunnerChannels::~RunnerChannels() = default;

void RunnerChannels::attach(const RunnerKey &key, const net::ExchangePtr &exchange)
{
    m_thread->post([=](ChannelHub &hub) { hub.attach(key, exchange); });
}

bool RunnerChannels::isConnected(RunnerId runner) const
{
    return m_thread->object()->isConnected({runner, {}});
}

bool RunnerChannels::isConnected(const RunnerKey &key) const
{
    return m_thread->object()->isConnected(key);
}

qint64 RunnerChannels::count() const
{
    return m_thread->object()->count();
}

void RunnerChannels::sendWork(RunnerId runner)
{
    m_thread->post([=](ChannelHub &hub) { hub.say({runner, {}}, protocol::ChannelWork {}); });
}

void RunnerChannels::sendCancel(const RunnerKey &key, JobId job, bool force)
{
    m_thread->post([=](ChannelHub &hub) { hub.say(key, protocol::ChannelCancel {job, force}); });
}

void RunnerChannels::sendTraceInterval(const RunnerKey &key,
                                       JobId job,
                                       std::chrono::milliseconds interval)
{
    m_thread->post([=](ChannelHub &hub) {
        hub.say(key, protocol::ChannelTraceInterval {job, interval});
    });
}

void RunnerChannels::openTerminal(const RunnerKey &key, const protocol::ChannelTerminalOpen &open)
{
    m_thread->post([=](ChannelHub &hub) { hub.openTerminal(key, open); });
}

void RunnerChannels::closeTerminal(const RunnerKey &key, JobId job, const QByteArray &session)
{
    m_thread->post([=](ChannelHub &hub) {
        hub.say(key, protocol::ChannelTerminalClose {job, session});
    });
}

void RunnerChannels::cut(RunnerId runner)
{
    m_thread->post([=](ChannelHub &hub) { hub.cut(runner); });
}

void RunnerChannels::drain()
{
    m_thread->post([](ChannelHub &hub) { hub.drain(); });
}

} // namespace ci::runnerlink
