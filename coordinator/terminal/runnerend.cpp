// SPDX-License-Identifier: MIT
#include "coordinator/terminal/runnerend.h"

#include "common/base/epolldispatcher.h"

#include <algorithm>

namespace ci::terminal {

namespace {

/// Ours sends 64 KiB frames; another runner may send more at once, but not without bound.
constexpr qint64 MaxOutputFrameBytes = 512 * 1024;
/// Credit for input never reaches further ahead.
constexpr qint64 MaxInputCredit = 1 << 20;
/// A runner nearby has a key's echo back within this time.
constexpr std::chrono::microseconds EchoTime {300};

} // namespace

RunnerEnd::RunnerEnd(std::unique_ptr<net::WebSocket> socket,
                     const protocol::StreamResume &order,
                     const RelayLimits &limits)
    : m_limits(limits), m_socket(std::move(socket)), m_resumeCredit(order.credit)
{
    m_socket->setMaxMessageBytes(MaxOutputFrameBytes);
    connect(m_socket.get(), &net::WebSocket::binaryReceived, this, &RunnerEnd::readOutput);
    connect(m_socket.get(), &net::WebSocket::textReceived, this, &RunnerEnd::readText);
    connect(m_socket.get(), &net::WebSocket::closed, this, &RunnerEnd::lost);
    connect(m_socket.get(), &net::WebSocket::pongReceived, this, [this] { m_wasHeard = true; });
    m_socket->sendText(protocol::encode(protocol::StreamOrder {order}));
}

RunnerEnd::~RunnerEnd() = default;

void RunnerEnd::grantUpTo(qint64 offset)
{
    if (m_hasStarted && offset > m_granted) {
        m_socket->sendText(
            protocol::encode(protocol::StreamOrder {protocol::StreamCredit {offset - m_granted}}));
        m_granted = offset;
    }
}

qsizetype RunnerEnd::sendInput(QByteArrayView bytes)
{
    const qsizetype size = static_cast<qsizetype>(std::min<qint64>(bytes.size(), m_inputAllowed));
    if (size > 0) {
        m_inputAllowed -= size;
        m_socket->sendBinary(bytes.first(size));
        EpollDispatcher::expectAnswer(EchoTime);
    }
    return size;
}

void RunnerEnd::resize(protocol::TerminalSize size)
{
    m_socket->sendText(protocol::encode(protocol::StreamOrder {protocol::StreamResize {size}}));
}

void RunnerEnd::endShell()
{
    m_socket->sendText(protocol::encode(protocol::StreamOrder {protocol::StreamClose {}}));
}

void RunnerEnd::readText(const QByteArray &text)
{
    m_wasHeard = true;
    const Result<protocol::StreamNews> news = protocol::decodeStreamNews(text);
    if (!news) {
        Q_EMIT broken(news.error().detail.toUtf8());
        return;
    }
    if (const auto *start = std::get_if<protocol::StreamStart>(&*news)) {
        if (m_hasStarted) {
            Q_EMIT broken("a second start");
            return;
        }
        m_hasStarted = true;
        m_received = start->offset;
        m_granted = m_received + m_resumeCredit;
        Q_EMIT started(start->offset);
    } else if (const auto *credit = std::get_if<protocol::StreamInputCredit>(&*news)) {
        m_inputAllowed = std::min(m_inputAllowed + credit->bytes, MaxInputCredit);
        Q_EMIT inputRoomGrew();
    } else if (const auto *exit = std::get_if<protocol::TerminalExit>(&*news)) {
        Q_EMIT exited(*exit);
    }
}

void RunnerEnd::readOutput(const QByteArray &bytes)
{
    m_wasHeard = true;
    m_received += bytes.size();
    if (!m_hasStarted || m_received > m_granted) {
        Q_EMIT broken("output past its credit");
        return;
    }
    Q_EMIT outputReceived(bytes);
}

void RunnerEnd::checkAlive(std::chrono::milliseconds now)
{
    if (std::exchange(m_wasHeard, false) || m_lastHeard.count() < 0) {
        m_lastHeard = now;
    }
    if (m_lastPing.count() < 0) {
        m_lastPing = now;
    }
    if (now - m_lastHeard > m_limits.silence) {
        m_socket->abort();
    } else if (now - m_lastPing >= m_limits.pingInterval) {
        m_lastPing = now;
        m_socket->ping();
    }
}

std::unique_ptr<net::WebSocket> RunnerEnd::takeSocket()
{
    m_socket->disconnect(this);
    return std::move(m_socket);
}

} // namespace ci::terminal
