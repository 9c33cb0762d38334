// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/websocket.h"
#include "common/protocol/terminalstream.h"
#include "coordinator/terminal/relaylimits.h"

#include <QObject>

#include <chrono>
#include <memory>

namespace ci::terminal {

/// The socket to a session's shell at the runner: output by offset and credit, input by credit.
class RunnerEnd final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunnerEnd)

public:
    /// Says `resume` at once: output from `order.offset` on.
    RunnerEnd(std::unique_ptr<net::WebSocket> socket,
              const protocol::StreamResume &order,
              const RelayLimits &limits);
    ~RunnerEnd() override;

    bool hasStarted() const { return m_hasStarted; }
    /// Offset up to which it may send; counted from its start.
    qint64 granted() const { return m_granted; }
    void grantUpTo(qint64 offset);

    /// Sends what the input credit allows and returns how much that was.
    qsizetype sendInput(QByteArrayView bytes);
    void resize(protocol::TerminalSize size);
    /// Ends the shell and all its processes.
    void endShell();

    void checkAlive(std::chrono::milliseconds now);
    std::unique_ptr<net::WebSocket> takeSocket();

Q_SIGNALS:
    void started(qint64 offset); ///< The output that follows begins there.
    void outputReceived(const QByteArray &bytes);
    void inputRoomGrew();
    void exited(ci::protocol::TerminalExit exit);
    void broken(const QByteArray &why); ///< It does not keep to the protocol.
    void lost(); ///< Last.

private:
    void readText(const QByteArray &text);
    void readOutput(const QByteArray &bytes);

    const RelayLimits &m_limits;
    std::unique_ptr<net::WebSocket> m_socket;
    const qint64 m_resumeCredit;
    qint64 m_received = 0; ///< Offset of the next byte that comes.
    qint64 m_granted = 0;
    qint64 m_inputAllowed = protocol::InitialInputCredit;
    bool m_hasStarted = false;
    bool m_wasHeard = true;
    std::chrono::milliseconds m_lastHeard {-1};
    std::chrono::milliseconds m_lastPing {-1};
};

} // namespace ci::terminal
