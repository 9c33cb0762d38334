// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/websocket.h"
#include "coordinator/runnerlink/channels.h"

#include <QHash>
#include <QObject>

#include <chrono>
#include <memory>
#include <utility>

namespace ci::runnerlink {

/// One runner's control socket.
class Channel final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Channel)

public:
    Channel(RunnerKey key,
            std::unique_ptr<net::WebSocket> socket,
            const ChannelLimits &limits,
            std::chrono::milliseconds now);
    ~Channel() override;

    const RunnerKey &key() const { return m_key; }
    bool hasSaidHello() const { return m_hasSaidHello; }
    const protocol::ChannelHello &hello() const { return m_hello; }

    /// A runner that does not read is cut instead.
    void say(const protocol::ChannelOrder &order);
    void close(net::CloseCode code, QByteArrayView reason);

    /// Terminals that this machine was told to open and has not refused, and their jobs. Those that it
    /// took are among them: nobody says so here.
    using Opens = QHash<QByteArray, JobId>;
    void noteOpen(const QByteArray &session, JobId job);
    void noteRefused(const QByteArray &session) { m_opens.remove(session); }
    Opens takeOpens() { return std::exchange(m_opens, {}); }
    void setOpens(Opens opens) { m_opens = std::move(opens); }

    void checkAlive(std::chrono::milliseconds now);

Q_SIGNALS:
    void newsReceived(const ci::protocol::ChannelNews &news);
    void lost(); ///< Last.

private:
    void read(const QByteArray &text);

    const RunnerKey m_key;
    const ChannelLimits &m_limits;
    std::unique_ptr<net::WebSocket> m_socket;
    protocol::ChannelHello m_hello;
    Opens m_opens;
    bool m_hasSaidHello = false;
    bool m_wasHeard = true;
    const std::chrono::milliseconds m_since;
    std::chrono::milliseconds m_lastHeard;
    std::chrono::milliseconds m_lastPing;
};

} // namespace ci::runnerlink
