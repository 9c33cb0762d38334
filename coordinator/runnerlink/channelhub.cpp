// SPDX-License-Identifier: MIT
#include "coordinator/runnerlink/channelhub.h"

#include "coordinator/runnerlink/log.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::runnerlink {

namespace {

/// Silence and pings are counted in tens of seconds.
constexpr std::chrono::milliseconds LongestTick {5'000};

/// Entries of terminals that a machine took are not taken out one by one.
constexpr qsizetype MaxPendingOpens = 10'000;

std::chrono::milliseconds tickFor(const ChannelLimits &limits)
{
    return std::max(std::min({LongestTick, limits.silence / 3, limits.pingInterval, limits.helloTime}),
                    std::chrono::milliseconds {10});
}

} // namespace

ChannelHub::ChannelHub(const Clock &clock, ChannelLimits limits)
    : m_clock(clock), m_limits(limits), m_ticker(this)
{
    connect(&m_ticker, &QTimer::timeout, this, &ChannelHub::tick);
}

ChannelHub::~ChannelHub() = default;

void ChannelHub::attach(const RunnerKey &key, const net::ExchangePtr &exchange)
{
    const bool isReplacement = m_channels.value(key.runner).contains(key.systemId);
    const qsizetype ofRunner = m_channels.value(key.runner).size();
    if (m_isDraining) {
        refuse(exchange, 503, "503 Shutting down");
    } else if (!isReplacement
               && (m_count >= m_limits.maxChannels || ofRunner >= m_limits.maxChannelsPerRunner)) {
        refuse(exchange, 503, "503 Too many runner channels");
    } else {
        exchange->upgrade({protocol::RunnerChannelV1.toByteArray(), {}},
                          this,
                          [this, key](net::WebSocket *socket) {
                              add(key, std::unique_ptr<net::WebSocket>(socket));
                          });
    }
}

void ChannelHub::refuse(const net::ExchangePtr &exchange, int status, QByteArrayView message)
{
    net::Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.body = QJsonDocument(QJsonObject {{u"message"_s, QString::fromLatin1(message)}})
                        .toJson(QJsonDocument::Compact);
    exchange->respond(std::move(response));
}

void ChannelHub::add(const RunnerKey &key, std::unique_ptr<net::WebSocket> socket)
{
    if (m_isDraining) {
        return;
    }
    Channel::Opens opens;
    if (Channel *old = m_channels.value(key.runner).value(key.systemId)) {
        opens = old->takeOpens(); // It is still the same machine that may be opening them.
        remove(old); // The runner knows sooner that its old connection is dead.
    }
    auto *channel = new Channel(key, std::move(socket), m_limits, m_clock.monotonic());
    channel->setOpens(std::move(opens));
    channel->setParent(this);
    connect(channel, &Channel::newsReceived, this, [this, channel](const protocol::ChannelNews &news) {
        pass(channel, news);
    });
    connect(channel, &Channel::lost, this, [this, channel] { remove(channel); });
    const QWriteLocker lock(&m_lock);
    m_channels[key.runner].insert(key.systemId, channel);
    ++m_count;
    if (!m_ticker.isActive()) {
        m_ticker.start(tickFor(m_limits));
    }
}

void ChannelHub::remove(Channel *channel)
{
    const RunnerKey key = channel->key();
    {
        const QWriteLocker lock(&m_lock);
        SystemIds &systems = m_channels[key.runner];
        if (systems.value(key.systemId) != channel) {
            return;
        }
        systems.remove(key.systemId);
        if (systems.isEmpty()) {
            m_channels.remove(key.runner);
        }
        --m_count;
    }
    channel->disconnect(this);
    channel->deleteLater(); // It may be the one that is calling.
    refuseOpens(channel);
    if (m_count == 0) {
        m_ticker.stop();
        m_pendingOpens.clear();
    }
    if (channel->hasSaidHello()) {
        qCInfo(lcRunnerLink) << "runner channel lost runner=" << key.runner.value();
        Q_EMIT disconnected(key);
    }
}

void ChannelHub::pass(Channel *channel, const protocol::ChannelNews &news)
{
    const RunnerKey &key = channel->key();
    if (const auto *hello = std::get_if<protocol::ChannelHello>(&news)) {
        qCInfo(lcRunnerLink) << "runner channel connected runner=" << key.runner.value();
        Q_EMIT connected(key, *hello);
    } else if (const auto *hold = std::get_if<protocol::ChannelHold>(&news)) {
        Q_EMIT held(key, hold->job, hold->until);
    } else if (const auto *free = std::get_if<protocol::ChannelReleased>(&news)) {
        Q_EMIT released(key, free->job);
    } else if (const auto *refusal = std::get_if<protocol::ChannelTerminalRefused>(&news)) {
        noteRefusal(channel, *refusal);
    }
}

/// What a machine that is gone was asked for, it cannot open. What it took is open, and a refusal of
/// that changes nothing.
void ChannelHub::refuseOpens(Channel *channel)
{
    const Channel::Opens opens = channel->takeOpens();
    for (auto open = opens.cbegin(); open != opens.cend(); ++open) {
        noteRefusal(channel, {open.value(), open.key(), "the runner's connection was lost"});
    }
}

void ChannelHub::noteRefusal(Channel *channel, const protocol::ChannelTerminalRefused &refusal)
{
    channel->noteRefused(refusal.session);
    const auto pending = m_pendingOpens.find(refusal.session);
    if (pending != m_pendingOpens.end()) {
        if (--pending.value() > 0) {
            return; // Another machine of the runner may have the job.
        }
        m_pendingOpens.erase(pending);
    }
    Q_EMIT terminalRefused(channel->key(), refusal);
}

QList<Channel *> ChannelHub::channelsOf(const RunnerKey &key) const
{
    const SystemIds systems = m_channels.value(key.runner);
    if (key.systemId.isEmpty()) {
        return systems.values();
    }
    Channel *channel = systems.value(key.systemId);
    return channel ? QList {channel} : QList<Channel *>();
}

void ChannelHub::say(const RunnerKey &key, const protocol::ChannelOrder &order)
{
    const QList<Channel *> channels = channelsOf(key);
    for (Channel *channel : channels) {
        channel->say(order);
    }
}

void ChannelHub::openTerminal(const RunnerKey &key, const protocol::ChannelTerminalOpen &open)
{
    const QList<Channel *> channels = channelsOf(key);
    if (channels.isEmpty()) {
        Q_EMIT terminalRefused(key, {open.job, open.session, "the runner is not connected"});
        return;
    }
    if (channels.size() > 1) {
        if (m_pendingOpens.size() >= MaxPendingOpens) {
            m_pendingOpens.clear(); // Old ones were taken long ago.
        }
        m_pendingOpens.insert(open.session, static_cast<int>(channels.size()));
    }
    for (Channel *channel : channels) {
        channel->noteOpen(open.session, open.job);
        channel->say(open);
    }
}

void ChannelHub::cut(RunnerId runner)
{
    const QList<Channel *> channels = channelsOf({runner, {}});
    for (Channel *channel : channels) {
        channel->close(net::CloseCode::PolicyViolation, "token revoked");
        remove(channel);
    }
}

void ChannelHub::drain()
{
    m_isDraining = true;
    for (const SystemIds &systems : std::as_const(m_channels)) {
        for (Channel *channel : systems) {
            channel->say(protocol::ChannelDrain {});
            channel->close(net::CloseCode::GoingAway, "shutting down");
        }
    }
}

bool ChannelHub::isConnected(const RunnerKey &key) const
{
    const QReadLocker lock(&m_lock);
    const auto found = m_channels.constFind(key.runner);
    return found != m_channels.cend() && (key.systemId.isEmpty() || found->contains(key.systemId));
}

qint64 ChannelHub::count() const
{
    const QReadLocker lock(&m_lock);
    return m_count;
}

void ChannelHub::tick()
{
    const std::chrono::milliseconds now = m_clock.monotonic();
    for (const SystemIds &systems : std::as_const(m_channels)) {
        for (Channel *channel : systems) {
            channel->checkAlive(now);
        }
    }
}

} // namespace ci::runnerlink
