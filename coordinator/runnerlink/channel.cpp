// SPDX-License-Identifier: MIT
#include "coordinator/runnerlink/channel.h"

#include "coordinator/runnerlink/log.h"

#include <utility>

namespace ci::runnerlink {

namespace {

/// Of one machine; those of an hour ago are decided.
constexpr qsizetype MaxOpens = 1'000;

} // namespace

Channel::Channel(RunnerKey key,
                 std::unique_ptr<net::WebSocket> socket,
                 const ChannelLimits &limits,
                 std::chrono::milliseconds now)
    : m_key(std::move(key)), m_limits(limits), m_socket(std::move(socket)), m_since(now),
      m_lastHeard(now), m_lastPing(now)
{
    m_socket->setMaxMessageBytes(protocol::MaxHelloBytes);
    connect(m_socket.get(), &net::WebSocket::textReceived, this, &Channel::read);
    connect(m_socket.get(), &net::WebSocket::binaryReceived, this, [this] {
        m_socket->close(net::CloseCode::UnsupportedData, "text only");
    });
    connect(m_socket.get(), &net::WebSocket::pongReceived, this, [this] { m_wasHeard = true; });
    connect(m_socket.get(), &net::WebSocket::closed, this, &Channel::lost);
    say(protocol::ChannelWelcome {});
}

Channel::~Channel() = default;

void Channel::say(const protocol::ChannelOrder &order)
{
    if (m_socket->bytesToWrite() > m_limits.maxUnsent) {
        m_socket->abort();
    } else {
        m_socket->sendText(protocol::encode(order));
    }
}

void Channel::close(net::CloseCode code, QByteArrayView reason)
{
    m_socket->close(code, reason);
}

void Channel::noteOpen(const QByteArray &session, JobId job)
{
    if (m_opens.size() >= MaxOpens) {
        m_opens.clear();
    }
    m_opens.insert(session, job);
}

void Channel::read(const QByteArray &text)
{
    m_wasHeard = true;
    const Result<protocol::ChannelNews> news = protocol::decodeChannelNews(text);
    if (!news) {
        qCInfo(lcRunnerLink) << "runner broke the channel's protocol runner=" << m_key.runner.value()
                             << "error=" << news.error().detail;
        m_socket->close(net::CloseCode::PolicyViolation, news.error().detail.toUtf8());
        return;
    }
    if (const auto *hello = std::get_if<protocol::ChannelHello>(&*news)) {
        m_hello = *hello;
        m_hasSaidHello = true;
    } else if (!m_hasSaidHello) {
        m_socket->close(net::CloseCode::PolicyViolation, "the first message must be hello");
        return;
    }
    Q_EMIT newsReceived(*news);
}

void Channel::checkAlive(std::chrono::milliseconds now)
{
    if (std::exchange(m_wasHeard, false)) {
        m_lastHeard = now;
    }
    if (!m_hasSaidHello && now - m_since > m_limits.helloTime) {
        m_socket->close(net::CloseCode::PolicyViolation, "no hello");
    } else if (now - m_lastHeard > m_limits.silence) {
        m_socket->abort();
    } else if (now - m_lastPing >= m_limits.pingInterval) {
        m_lastPing = now;
        m_socket->ping();
    }
}

} // namespace ci::runnerlink
