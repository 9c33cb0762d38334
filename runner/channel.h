// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpclient.h"
#include "common/net/websocket.h"
#include "common/protocol/runnerchannel.h"
#include "runner/channeladdress.h"
#include "runner/channelbackoff.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>

namespace ci::runner {

/// The control channel to the coordinator: dials, says hello, pings, and dials again with back-off
/// for ever. One thread. A coordinator that has no channel (a GitLab) answers 404: asked again
/// every few minutes only.
class RunnerChannel final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunnerChannel)

public:
    /// `hello` is asked at each connection for what is running then.
    RunnerChannel(CoordinatorAddress address,
                  std::function<protocol::ChannelHello()> hello,
                  QObject *parent = nullptr);
    ~RunnerChannel() override;

    void start();
    /// Closes politely and stays closed.
    void stop();
    bool isConnected() const { return m_socket != nullptr; }

    // Dropped while not connected: on connected() the caller says again which jobs are held.
    void sayHeld(JobId job, Timestamp until);
    void sayReleased(JobId job);
    void sayRefused(const protocol::ChannelTerminalRefused &refusal);

Q_SIGNALS:
    void connected();
    void disconnected();
    void workReady();
    void cancelAsked(ci::JobId job, bool force);
    void terminalAsked(const ci::protocol::ChannelTerminalOpen &order);
    void terminalCloseAsked(ci::JobId job, const QByteArray &session);
    void traceIntervalSet(ci::JobId job, std::chrono::milliseconds interval);

private:
    void dial();
    void take(Result<net::WebSocket *> result);
    void readOrder(const QByteArray &text);
    void obey(const protocol::ChannelOrder &order);
    void lose();
    void beat();
    void say(const protocol::ChannelNews &news);

    CoordinatorAddress m_address;
    std::function<protocol::ChannelHello()> m_hello;
    net::HttpClient m_client;
    std::unique_ptr<net::WebSocket> m_socket;
    ChannelBackoff m_backoff;
    QTimer m_dialTimer;
    QTimer m_pingTimer;
    std::chrono::steady_clock::time_point m_lastHeard;
    bool m_isWanted = false;
};

} // namespace ci::runner
