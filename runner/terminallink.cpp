// SPDX-License-Identifier: MIT
#include "runner/terminallink.h"

#include "runner/channellog.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

/// A shell that no coordinator has asked about for so long is ended: longer than a restart takes,
/// shorter than a forgotten shell should live.
constexpr std::chrono::minutes LonelyTime {5};

/// The coordinator has answered, and no later try can help.
bool isFinal(ErrorKind kind)
{
    return kind == ErrorKind::NotFound || kind == ErrorKind::Forbidden
        || kind == ErrorKind::Unauthenticated;
}

} // namespace

TerminalLink::TerminalLink(const CoordinatorAddress &address,
                           net::HttpClient &client,
                           const protocol::ChannelTerminalOpen &order,
                           QObject *parent)
    : QObject(parent), m_address(address), m_client(client), m_session(order)
{
    m_dialTimer.setSingleShot(true);
    connect(&m_dialTimer, &QTimer::timeout, this, &TerminalLink::dial);
    m_lonelyTimer.setSingleShot(true);
    m_lonelyTimer.setInterval(LonelyTime);
    connect(&m_lonelyTimer, &QTimer::timeout, this, &TerminalLink::stop);
    connect(&m_session, &TerminalSession::streamLost, this, [this] {
        m_lonelyTimer.start();
        m_dialTimer.start(m_backoff.next());
    });
    connect(&m_session, &TerminalSession::shellGone, this, &TerminalLink::shellGone);
    connect(&m_session, &TerminalSession::finished, this, &TerminalLink::finished);
}

Result<void> TerminalLink::start(const TerminalPlace &place)
{
    Result<void> started = m_session.start(place);
    if (started) {
        m_lonelyTimer.start();
        dial();
    }
    return started;
}

void TerminalLink::stop()
{
    m_session.stop();
}

void TerminalLink::dial()
{
    net::Headers headers = credentials(m_address);
    headers.set("X-Terminal-Session", order().session);
    headers.set("X-Terminal-Secret", order().secret.reveal());
    m_client.openWebSocket(endpoint(m_address, u"/api/v4/runners/terminal"_s),
                           headers,
                           {protocol::TerminalStreamV1.toByteArray()},
                           this,
                           [this](Result<net::WebSocket *> result) { take(std::move(result)); });
}

void TerminalLink::take(Result<net::WebSocket *> result)
{
    if (result) {
        m_backoff.reset();
        m_lonelyTimer.stop();
        m_session.attach(std::unique_ptr<net::WebSocket>(*result));
        return;
    }
    qCInfo(lcChannel).noquote() << "terminal stream refused job=" << order().job.value()
                                << "reason=" << result.error().detail;
    if (isFinal(result.error().kind)) {
        stop();
    } else {
        m_dialTimer.start(m_backoff.next());
    }
}

} // namespace ci::runner
