// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpclient.h"
#include "runner/channeladdress.h"
#include "runner/channelbackoff.h"
#include "runner/terminalsession.h"

#include <QObject>
#include <QTimer>

#include <chrono>

namespace ci::runner {

/// Keeps a session's stream to the coordinator up: dials, and dials again when it is lost. A
/// coordinator that says it does not know the session, or that stays away, ends the shell.
class TerminalLink final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TerminalLink)

public:
    TerminalLink(const CoordinatorAddress &address,
                 net::HttpClient &client,
                 const protocol::ChannelTerminalOpen &order,
                 QObject *parent);

    /// Starts the shell and dials.
    Result<void> start(const TerminalPlace &place);
    void stop();
    const protocol::ChannelTerminalOpen &order() const { return m_session.order(); }

Q_SIGNALS:
    void shellGone();
    void finished(); ///< Last.

private:
    void dial();
    void take(Result<net::WebSocket *> result);

    const CoordinatorAddress &m_address;
    net::HttpClient &m_client;
    TerminalSession m_session;
    ChannelBackoff m_backoff {{std::chrono::milliseconds {100}, std::chrono::milliseconds {5'000}}};
    QTimer m_dialTimer;
    QTimer m_lonelyTimer; ///< Runs while there is no stream.
};

} // namespace ci::runner
