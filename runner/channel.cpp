// SPDX-License-Identifier: MIT
#include "runner/channel.h"

#include "runner/channellog.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

/// A coordinator without the channel is asked again only so often.
constexpr std::chrono::minutes NoChannelPause {5};

} // namespace

RunnerChannel::RunnerChannel(CoordinatorAddress address,
                             std::function<protocol::ChannelHello()> hello,
                             QObject *parent)
    : QObject(parent), m_address(std::move(address)), m_hello(std::move(hello))
{
    if (m_address.tls) {
        m_client.setTls(*m_address.tls);
    }
    m_dialTimer.setSingleShot(true);
    connect(&m_dialTimer, &QTimer::timeout, this, &RunnerChannel::dial);
    m_pingTimer.setInterval(protocol::ChannelPingInterval);
    connect(&m_pingTimer, &QTimer::timeout, this, &RunnerChannel::beat);
}

RunnerChannel::~RunnerChannel() = default;

void RunnerChannel::start()
{
    if (!m_isWanted) {
        m_isWanted = true;
        m_dialTimer.start(0);
    }
}

void RunnerChannel::stop()
{
    m_isWanted = false;
    m_dialTimer.stop();
    if (m_socket) {
        m_socket->close(net::CloseCode::GoingAway, "runner stops");
    }
}

void RunnerChannel::dial()
{
    m_client.openWebSocket(endpoint(m_address, u"/api/v4/runners/channel"_s),
                           credentials(m_address),
                           {protocol::RunnerChannelV1.toByteArray()},
                           this,
                           [this](Result<net::WebSocket *> result) { take(std::move(result)); });
}

void RunnerChannel::take(Result<net::WebSocket *> result)
{
    if (!result) {
        qCInfo(lcChannel).noquote() << "channel not connected reason=" << result.error().detail;
        if (m_isWanted) {
            const bool absent = result.error().kind == ErrorKind::NotFound;
            m_dialTimer.start(absent ? std::chrono::milliseconds {NoChannelPause}
                                     : m_backoff.next());
        }
        return;
    }
    m_socket.reset(*result);
    if (!m_isWanted) {
        m_socket->close(net::CloseCode::GoingAway);
    }
    m_lastHeard = std::chrono::steady_clock::now();
    m_socket->setMaxMessageBytes(protocol::MaxHelloBytes);
    connect(m_socket.get(), &net::WebSocket::textReceived, this, &RunnerChannel::readOrder);
    connect(m_socket.get(), &net::WebSocket::closed, this, &RunnerChannel::lose);
    connect(m_socket.get(), &net::WebSocket::pongReceived, this, [this] {
        m_lastHeard = std::chrono::steady_clock::now();
    });
    m_pingTimer.start();
    say(m_hello());
    qCInfo(lcChannel) << "channel connected";
    Q_EMIT connected();
}

void RunnerChannel::readOrder(const QByteArray &text)
{
    m_lastHeard = std::chrono::steady_clock::now();
    const Result<protocol::ChannelOrder> order = protocol::decodeChannelOrder(text);
    if (order) {
        obey(*order);
    } else {
        qCWarning(lcChannel).noquote() << "channel order not understood error="
                                       << order.error().detail;
    }
}

void RunnerChannel::obey(const protocol::ChannelOrder &order)
{
    std::visit(protocol::Overloaded {
                   // Only now: a coordinator that hangs up at once must not be dialled at once.
                   [this](const protocol::ChannelWelcome &) { m_backoff.reset(); },
                   [this](const protocol::ChannelWork &) { Q_EMIT workReady(); },
                   [this](const protocol::ChannelCancel &cancel) {
                       Q_EMIT cancelAsked(cancel.job, cancel.force);
                   },
                   [this](const protocol::ChannelTerminalOpen &open) {
                       Q_EMIT terminalAsked(open);
                   },
                   [this](const protocol::ChannelTerminalClose &close) {
                       Q_EMIT terminalCloseAsked(close.job, close.session);
                   },
                   [this](const protocol::ChannelTraceInterval &trace) {
                       Q_EMIT traceIntervalSet(trace.job, trace.interval);
                   },
                   [this](const protocol::ChannelDrain &) {
                       m_socket->close(net::CloseCode::Normal);
                   },
                   [](const protocol::UnknownMessage &) {},
               },
               order);
}

void RunnerChannel::lose()
{
    m_pingTimer.stop();
    m_socket->disconnect(this);
    m_socket.release()->deleteLater(); // It is the one that is calling.
    qCInfo(lcChannel) << "channel lost";
    if (m_isWanted) {
        m_dialTimer.start(m_backoff.next());
    }
    Q_EMIT disconnected();
}

void RunnerChannel::beat()
{
    if (std::chrono::steady_clock::now() - m_lastHeard > protocol::ChannelSilence) {
        m_socket->abort();
    } else {
        m_socket->ping();
    }
}

void RunnerChannel::sayHeld(JobId job, Timestamp until)
{
    say(protocol::ChannelHold {job, until});
}

void RunnerChannel::sayReleased(JobId job)
{
    say(protocol::ChannelReleased {job});
}

void RunnerChannel::sayRefused(const protocol::ChannelTerminalRefused &refusal)
{
    say(refusal);
}

void RunnerChannel::say(const protocol::ChannelNews &news)
{
    if (m_socket) {
        m_socket->sendText(protocol::encode(news));
    }
}

} // namespace ci::runner
