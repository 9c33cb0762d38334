// SPDX-License-Identifier: MIT
#include "coordinator/live/page.h"

#include "coordinator/live/log.h"

#include <algorithm>
#include <utility>

namespace ci::live {

Page::Page(quint64 id,
           const LiveCaller &caller,
           std::unique_ptr<net::WebSocket> socket,
           const LiveLimits &limits,
           std::chrono::milliseconds now)
    : m_id(id), m_caller(caller), m_limits(limits), m_socket(std::move(socket)),
      m_missed(limits.maxMissedBytes), m_lastHeard(now), m_lastPing(now)
{
    m_socket->setMaxMessageBytes(protocol::MaxControlBytes);
    connect(m_socket.get(), &net::WebSocket::textReceived, this, &Page::read);
    connect(m_socket.get(), &net::WebSocket::binaryReceived, this, [this] {
        m_socket->close(net::CloseCode::UnsupportedData, "text only");
    });
    connect(m_socket.get(), &net::WebSocket::pongReceived, this, [this] { m_wasHeard = true; });
    connect(m_socket.get(), &net::WebSocket::bytesWritten, this, [this] {
        drainMissed();
        if (canTake()) {
            Q_EMIT roomGrew();
        }
        pauseOrResume();
    });
    connect(m_socket.get(), &net::WebSocket::closed, this, &Page::lost);
}

Page::~Page() = default;

bool Page::isFull() const
{
    return m_subscriptions.size() + m_followings.size() >= m_limits.maxSubscriptions;
}

QSet<protocol::Topic> Page::topics() const
{
    QSet<protocol::Topic> topics(m_subscriptions.keyBegin(), m_subscriptions.keyEnd());
    for (auto it = m_followings.keyBegin(); it != m_followings.keyEnd(); ++it) {
        topics.insert(protocol::Topic::job(*it));
    }
    return topics;
}

bool Page::canTake() const
{
    return m_socket->bytesToWrite() < m_limits.socketHighWater;
}

void Page::say(const QByteArray &text)
{
    m_socket->sendText(text);
    pauseOrResume();
}

void Page::noteQuestion()
{
    ++m_questions;
    pauseOrResume();
}

void Page::noteAnswer()
{
    --m_questions;
    pauseOrResume();
}

/// A page that asks faster than it takes answers, or than the engine gives them, waits: else it
/// would fill our memory and the engine's queue. One that never reads falls silent and is cut.
void Page::pauseOrResume()
{
    m_socket->setPaused(m_socket->bytesToWrite() >= m_limits.maxUnsentBytes
                        || m_questions >= m_limits.maxQuestions);
}

void Page::sendEvent(const EventKey &key, const QByteArray &text)
{
    if (m_missed.isEmpty() && canTake()) {
        say(text);
    } else {
        m_missed.add(key, text);
    }
}

void Page::drainMissed()
{
    while (!m_missed.isEmpty() && canTake()) {
        say(m_missed.takeNext());
    }
}

bool Page::pumpTrace(JobId job, const TraceState &state, TraceReader &reader)
{
    const auto found = m_followings.find(job);
    if (found == m_followings.end() || found->standing != Standing::Granted) {
        return true;
    }
    while (found->offset < state.size && found->credit > 0 && canTake()) {
        const qint64 most
            = std::min({m_limits.tracePiece, found->credit, state.size - found->offset});
        const Result<QByteArray> piece = reader.read(job, found->offset, most);
        if (!piece || piece->isEmpty()) {
            break; // Replaced or erased under our feet: news of that is on its way.
        }
        say(protocol::liveTrace({job, found->offset, state.size}, *piece));
        found->offset += piece->size();
        found->credit -= piece->size();
    }
    if (state.complete && found->offset >= state.size) {
        say(protocol::liveTraceEnd(job, state.size));
        return false;
    }
    return true;
}

void Page::read(const QByteArray &text)
{
    m_wasHeard = true;
    const Result<protocol::LiveRequest> request = protocol::decodeLiveRequest(text);
    if (request) {
        Q_EMIT requestReceived(*request);
    } else {
        m_socket->close(net::CloseCode::PolicyViolation, request.error().detail.toUtf8());
    }
}

void Page::bye(net::CloseCode code, const QString &reason)
{
    say(protocol::liveBye(reason));
    m_socket->close(code, reason.toUtf8());
}

void Page::checkAlive(std::chrono::milliseconds now)
{
    if (std::exchange(m_wasHeard, false)) {
        m_lastHeard = now;
    }
    if (now - m_lastHeard > m_limits.silence) {
        m_socket->abort();
    } else if (now - m_lastPing >= m_limits.pingInterval) {
        m_lastPing = now;
        m_socket->ping();
    }
}

} // namespace ci::live
