// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/runnerlink/channel.h"

#include <QHash>
#include <QObject>
#include <QReadWriteLock>
#include <QTimer>

#include <functional>

namespace ci::runnerlink {

/// The channels, on their thread. RunnerChannels speaks for it to other threads.
class ChannelHub final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChannelHub)

public:
    ChannelHub(const Clock &clock, ChannelLimits limits);
    ~ChannelHub() override;

    void attach(const RunnerKey &key, const net::ExchangePtr &exchange);
    void say(const RunnerKey &key, const protocol::ChannelOrder &order);
    void openTerminal(const RunnerKey &key, const protocol::ChannelTerminalOpen &open);
    void cut(RunnerId runner);
    void drain();

    // Any thread.
    bool isConnected(const RunnerKey &key) const;
    qint64 count() const;

Q_SIGNALS:
    void connected(const ci::runnerlink::RunnerKey &key, const ci::protocol::ChannelHello &hello);
    void disconnected(const ci::runnerlink::RunnerKey &key);
    void held(const ci::runnerlink::RunnerKey &key, ci::JobId job, ci::Timestamp until);
    void released(const ci::runnerlink::RunnerKey &key, ci::JobId job);
    void terminalRefused(const ci::runnerlink::RunnerKey &key,
                         const ci::protocol::ChannelTerminalRefused &refusal);

private:
    using SystemIds = QHash<QByteArray, Channel *>;

    void add(const RunnerKey &key, std::unique_ptr<net::WebSocket> socket);
    void remove(Channel *channel);
    void pass(Channel *channel, const protocol::ChannelNews &news);
    void refuseOpens(Channel *channel);
    void noteRefusal(Channel *channel, const protocol::ChannelTerminalRefused &refusal);
    QList<Channel *> channelsOf(const RunnerKey &key) const;
    void refuse(const net::ExchangePtr &exchange, int status, QByteArrayView message);
    void tick();

    const Clock &m_clock;
    const ChannelLimits m_limits;
    mutable QReadWriteLock m_lock; ///< Of m_channels: changed here only, asked from everywhere.
    QHash<RunnerId, SystemIds> m_channels; ///< Children of this.
    qint64 m_count = 0;
    /// Sessions told to several machines of one runner: how many may still take it.
    QHash<QByteArray, int> m_pendingOpens;
    QTimer m_ticker;
    bool m_isDraining = false;
};

} // namespace ci::runnerlink
