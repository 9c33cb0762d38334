// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/offsetring.h"
#include "common/net/websocket.h"
#include "common/protocol/runnerchannel.h"
#include "common/protocol/terminalstream.h"
#include "runner/pty.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

namespace ci::runner {

/// One terminal at the runner: the shell, the newest output by offset, and the stream to the
/// coordinator while there is one. The shell's terminal is read straight into the ring, and only as
/// far as credit reaches: what a broken link swallowed is still in the ring, and a viewer that
/// does not read stops the shell, not us. One thread.
class TerminalSession final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TerminalSession)

public:
    explicit TerminalSession(const protocol::ChannelTerminalOpen &order, QObject *parent = nullptr);
    ~TerminalSession() override;

    Result<void> start(const TerminalPlace &place);

    const protocol::ChannelTerminalOpen &order() const { return m_order; }
    /// Replaces a stream that was there. Waits for the coordinator's `resume`.
    void attach(std::unique_ptr<net::WebSocket> socket);
    bool isAttached() const { return m_socket != nullptr; }

    /// Ends the shell and all its processes.
    void stop();

Q_SIGNALS:
    /// The link broke or was closed by the coordinator; the shell lives. Dial again.
    void streamLost();
    /// No process is left. The last output and the exit may still be on their way.
    void shellGone();
    /// Last: said what there was to say, or nobody listened for too long.
    void finished();

private:
    void readOrder(const QByteArray &text);
    void resume(const protocol::StreamResume &order);
    void readPty();
    void sendOutput();
    void takeInput(const QByteArray &bytes);
    void writeInput();
    void grantInput(qint64 bytes);
    void noteExit(protocol::TerminalExit exit);
    void noteGone();
    void sayExitWhenDone();
    void loseStream();
    void beat();
    void say(const protocol::StreamNews &news);

    protocol::ChannelTerminalOpen m_order;
    Pty m_pty;
    OffsetRing m_ring;
    std::unique_ptr<net::WebSocket> m_socket;
    bool m_resumed = false; ///< This stream's `resume` came.
    qint64 m_sent = 0; ///< Offset of the next byte to send.
    qint64 m_limit = 0; ///< Credit: the offset up to which may be sent, and read.
    QByteArray m_input; ///< What the terminal has not taken yet; bounded by the input credit.
    qint64 m_inputAllowed = 0; ///< Bytes the coordinator may still send.
    qint64 m_inputOwed = 0; ///< Taken by the terminal and not granted again yet.
    std::optional<protocol::TerminalExit> m_exit;
    bool m_gone = false;
    QTimer m_pingTimer;
    QTimer m_lingerTimer;
    std::chrono::steady_clock::time_point m_lastHeard;
};

} // namespace ci::runner
