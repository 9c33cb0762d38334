// SPDX-License-Identifier: MIT
#include "runner/terminalsession.h"

#include "common/base/epolldispatcher.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

/// Output of one frame; the pty gives that much in one gathering when it floods.
constexpr qsizetype FrameBytes = 64 * 1024;
/// Unsent output past which the terminal is not read: the link is slower than the shell.
constexpr qint64 StreamHighWater = 128 * 1024;
/// Input is granted again in pieces of this size, not per key.
constexpr qint64 InputGrant = protocol::InitialInputCredit / 4;
/// How long a dead shell's last output waits for a reader.
constexpr std::chrono::seconds Linger {10};
/// Most programs have echoed a key by then.
constexpr std::chrono::microseconds EchoTime {200};

} // namespace

TerminalSession::TerminalSession(const protocol::ChannelTerminalOpen &order, QObject *parent)
    : QObject(parent), m_order(order), m_ring(protocol::TerminalRingBytes)
{
    connect(&m_pty, &Pty::readable, this, &TerminalSession::readPty);
    connect(&m_pty, &Pty::writable, this, &TerminalSession::writeInput);
    connect(&m_pty, &Pty::exited, this, &TerminalSession::noteExit);
    connect(&m_pty, &Pty::gone, this, &TerminalSession::noteGone);
    m_pingTimer.setInterval(protocol::ChannelPingInterval);
    connect(&m_pingTimer, &QTimer::timeout, this, &TerminalSession::beat);
    m_lingerTimer.setInterval(Linger);
    m_lingerTimer.setSingleShot(true);
    connect(&m_lingerTimer, &QTimer::timeout, this, &TerminalSession::finished);
}

TerminalSession::~TerminalSession() = default;

Result<void> TerminalSession::start(const TerminalPlace &place)
{
    const protocol::TerminalSize size
        = m_order.size.isSane() ? m_order.size : protocol::TerminalSize {};
    return m_pty.start(place, size);
}

void TerminalSession::attach(std::unique_ptr<net::WebSocket> socket)
{
    m_socket = std::move(socket);
    m_resumed = false;
    m_inputAllowed = protocol::InitialInputCredit;
    m_inputOwed = 0;
    m_lastHeard = std::chrono::steady_clock::now();
    m_pingTimer.start();
    m_socket->setMaxMessageBytes(protocol::MaxInputFrameBytes);
    connect(m_socket.get(), &net::WebSocket::binaryReceived, this, &TerminalSession::takeInput);
    connect(m_socket.get(), &net::WebSocket::textReceived, this, &TerminalSession::readOrder);
    connect(m_socket.get(), &net::WebSocket::bytesWritten, this, &TerminalSession::sendOutput);
    connect(m_socket.get(), &net::WebSocket::closed, this, &TerminalSession::loseStream);
    connect(m_socket.get(), &net::WebSocket::pongReceived, this, [this] {
        m_lastHeard = std::chrono::steady_clock::now();
    });
}

void TerminalSession::stop()
{
    m_pty.stop();
}

void TerminalSession::readOrder(const QByteArray &text)
{
    m_lastHeard = std::chrono::steady_clock::now();
    const Result<protocol::StreamOrder> order = protocol::decodeStreamOrder(text);
    if (!order) {
        m_socket->close(net::CloseCode::PolicyViolation, order.error().detail.toUtf8().left(120));
        return;
    }
    std::visit(protocol::Overloaded {
                   [this](const protocol::StreamResume &asked) { resume(asked); },
                   [this](const protocol::StreamCredit &credit) {
                       // Never further ahead than the ring: bytes a broken link swallows are kept.
                       m_limit = std::min(m_limit + credit.bytes,
                                          m_sent + qint64(m_ring.capacity()));
                       sendOutput();
                   },
                   [this](const protocol::StreamResize &resize) { m_pty.resize(resize.size); },
                   [this](const protocol::StreamClose &) { stop(); },
                   [](const protocol::UnknownMessage &) {},
               },
               *order);
}

void TerminalSession::resume(const protocol::StreamResume &order)
{
    m_resumed = true;
    m_sent = std::clamp(order.offset, m_ring.begin(), m_ring.end());
    m_limit = m_sent + std::min(order.credit, qint64(m_ring.capacity()));
    say(protocol::StreamStart {m_sent});
    if (m_pty.atEnd() || m_gone) {
        sayExitWhenDone();
    }
    sendOutput();
}

void TerminalSession::readPty()
{
    const qint64 allowed = std::min(m_limit - m_ring.end(), qint64(FrameBytes));
    if (allowed <= 0 || !m_resumed) {
        m_pty.setReading(false);
        return;
    }
    qsizetype room = 0;
    char *target = m_ring.room(static_cast<qsizetype>(allowed), &room);
    m_ring.commit(m_pty.read(target, room));
    sendOutput();
}

void TerminalSession::sendOutput()
{
    if (!m_resumed || !m_socket) {
        return;
    }
    const qint64 until = std::min(m_ring.end(), m_limit);
    while (m_sent < until && m_socket->bytesToWrite() < StreamHighWater) {
        const QByteArrayView piece
            = m_ring.at(m_sent, std::min(qsizetype(until - m_sent), FrameBytes));
        m_socket->sendBinary(piece);
        m_sent += piece.size();
    }
    m_pty.setReading(m_ring.end() < m_limit && m_socket->bytesToWrite() < StreamHighWater);
    sayExitWhenDone();
}

void TerminalSession::takeInput(const QByteArray &bytes)
{
    m_lastHeard = std::chrono::steady_clock::now();
    m_inputAllowed -= bytes.size();
    if (m_inputAllowed < 0) {
        m_socket->close(net::CloseCode::PolicyViolation, "input past its credit");
        return;
    }
    if (m_input.isEmpty()) {
        const qsizetype taken = m_pty.write(bytes);
        EpollDispatcher::expectAnswer(EchoTime);
        if (taken < bytes.size()) {
            m_input = bytes.sliced(taken);
        }
        grantInput(taken);
        return;
    }
    m_input += bytes;
}

void TerminalSession::writeInput()
{
    const qsizetype taken = m_pty.write(m_input);
    m_input.remove(0, taken);
    grantInput(taken);
}

void TerminalSession::grantInput(qint64 bytes)
{
    m_inputOwed += bytes;
    if (m_inputOwed >= InputGrant && m_resumed) {
        m_inputAllowed += m_inputOwed;
        say(protocol::StreamInputCredit {std::exchange(m_inputOwed, 0)});
    }
}

void TerminalSession::noteExit(protocol::TerminalExit exit)
{
    m_exit = exit;
}

void TerminalSession::noteGone()
{
    m_gone = true;
    m_lingerTimer.start();
    Q_EMIT shellGone();
    readPty();
    sayExitWhenDone();
}

// Once every process is gone and everything it wrote was sent.
void TerminalSession::sayExitWhenDone()
{
    if (!m_gone || !m_pty.atEnd() || !m_resumed || !m_socket || m_sent < m_ring.end()) {
        return;
    }
    m_resumed = false;
    say(m_exit.value_or(protocol::TerminalExit {true, 9}));
    m_socket->close(net::CloseCode::Normal);
}

void TerminalSession::loseStream()
{
    m_pingTimer.stop();
    m_pty.setReading(false);
    m_socket->disconnect(this);
    m_socket.release()->deleteLater();
    const bool said = m_gone && m_pty.atEnd() && !m_resumed;
    m_resumed = false;
    if (said) {
        Q_EMIT finished();
    } else {
        Q_EMIT streamLost();
    }
}

void TerminalSession::beat()
{
    if (std::chrono::steady_clock::now() - m_lastHeard > protocol::ChannelSilence) {
        m_socket->abort();
    } else {
        m_socket->ping();
    }
}

void TerminalSession::say(const protocol::StreamNews &news)
{
    if (m_socket) {
        m_socket->sendText(protocol::encode(news));
    }
}

} // namespace ci::runner
