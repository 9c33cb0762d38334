// SPDX-License-Identifier: MIT
// The second half of a connection: answers, and how it ends.
#include "common/net/connection.h"
#include "common/net/handshake.h"
#include "common/net/ioworker.h"
#include "common/net/log.h"

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

// How long a client may take to notice the end of our answer before the socket is closed under it.
// Closing at once would reset the connection and could destroy the answer on its way.
constexpr std::chrono::seconds LingerTime {3};

} // namespace

void Connection::refuse(const HttpRefusal &refusal)
{
    m_worker.census().countRefusal();
    qCDebug(lcNet, "request refused status=%d reason=%s", refusal.status, refusal.reason.constData());
    Response response;
    response.status = refusal.status;
    response.headers = refusal.headers;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = refusal.reason + '\n';
    response.closeAfter = true;
    m_bodyUnread = false; // Whatever comes is not looked at.
    send(std::move(response));
}

void Connection::respond(Response response)
{
    if (m_phase == Phase::Receive) {
        completeReception(conflict(u"the request was answered before its body"_s));
    }
    if (m_phase != Phase::Handle && m_phase != Phase::Receive) {
        return;
    }
    send(std::move(response));
    process();
}

void Connection::send(Response response)
{
    releaseLink();
    m_body.reset();
    response.closeAfter = response.closeAfter || m_bodyUnread || m_worker.isRetiring();
    const AnswerShape shape = shapeOf(response, m_head);
    m_closesAfter = shape.closes;
    m_phase = Phase::Answer;
    const QByteArray head = writeHead(response, shape);
    const bool hasBody = shape.framing != BodyFraming::None;
    if (response.source == nullptr || !hasBody) {
        m_transport->writeShared(head, hasBody ? response.body : QByteArray());
    } else {
        m_transport->write(head);
        m_pump = std::make_unique<SourcePump>(response.source, shape.framing, shape.length);
        wakeFrom(*response.source);
    }
    continueAnswer();
}

void Connection::wakeFrom(BodySource &source)
{
    // A link of its own, so that a late wake-up does not meet the next request's answer.
    m_link = std::make_shared<ExchangeLink>(m_worker.gate(), this);
    source.setWake([link = m_link] { continueLater(link); });
}

void Connection::continueLater(const std::shared_ptr<ExchangeLink> &link)
{
    link->gate->post([link] {
        if (link->connection != nullptr) {
            link->connection->continueAnswer();
        }
    });
}

void Connection::continueAnswer()
{
    if (m_phase != Phase::Answer) {
        return;
    }
    const auto progress = m_pump == nullptr ? SourcePump::Progress::Done : m_pump->pump(*m_transport);
    if (progress == SourcePump::Progress::Failed) {
        die();
        return;
    }
    if (progress == SourcePump::Progress::Yielded) {
        continueLater(m_link);
    }
    if (m_transport->bytesToWrite() > 0) {
        setDeadline(m_worker.limits().writeStallTime);
    } else if (progress == SourcePump::Progress::Done) {
        finishAnswer();
    } else {
        clearDeadline();
    }
}

void Connection::written()
{
    if (m_phase == Phase::Answer) {
        continueAnswer();
    }
}

void Connection::finishAnswer()
{
    releaseLink();
    m_pump.reset();
    m_head = RequestHead();
    if (m_inputEnded) {
        die();
    } else if (m_closesAfter) {
        drain();
    } else {
        m_phase = Phase::Head;
        setDeadline(m_worker.limits().idleTime);
        process();
    }
}

void Connection::drain()
{
    m_phase = Phase::Drain;
    m_input = QByteArray();
    setDeadline(LingerTime);
    setPaused(false);
    m_transport->finish();
}

void Connection::upgrade(UpgradeOrder order)
{
    const QByteArray key = m_head.headers.value("Sec-WebSocket-Key", {});
    const QByteArray &subprotocol = order.answer.subprotocol;
    const bool isOffered = subprotocol.isEmpty() || offeredSubprotocols(m_head.headers).contains(subprotocol);
    if (m_phase != Phase::Handle || !m_head.wantsUpgrade || !isOffered) {
        qCWarning(lcNet, "upgrade of a request that cannot be upgraded");
        order.receiver->deleteLater();
        refuse({400, "this is no WebSocket handshake that can be answered", {}});
        return;
    }
    releaseLink();
    m_phase = Phase::Dead;
    m_transport->unread(m_input);
    m_transport->setPaused(false);
    handOver(std::move(order), std::move(m_transport), switchingAnswer(key, subprotocol, order.answer.headers));
    m_worker.bury(this);
}

// The client's end, or a broken connection.
void Connection::end()
{
    const bool canGoOn = m_phase == Phase::Answer && m_pump == nullptr && m_transport->isWritable();
    if (!canGoOn) {
        die();
        return;
    }
    // Some close their side after the last request and wait for the answer, which is on its way.
    m_inputEnded = true;
    setPaused(true);
}

void Connection::releaseLink()
{
    if (m_link != nullptr) {
        m_link->connection = nullptr;
        m_link.reset();
    }
}

void Connection::die()
{
    if (m_phase == Phase::Dead) {
        return;
    }
    m_phase = Phase::Dead;
    m_transport->close();
    m_body.reset(); // The sink goes unfinished.
    m_pump.reset();
    if (const std::shared_ptr<ExchangeLink> link = m_link) {
        releaseLink();
        link->leave();
    }
    completeReception(unavailable(u"the client has left"_s));
    m_worker.bury(this);
}

void Connection::cut()
{
    die();
}

void Connection::retire()
{
    if (m_phase == Phase::Head && m_input.isEmpty()) {
        die();
    }
}

void Connection::checkDeadline(qint64 now)
{
    if (m_deadline == 0 || now < m_deadline) {
        return;
    }
    clearDeadline();
    switch (m_phase) {
    case Phase::Head:
        if (m_headBegun) {
            refuse({408, "the header took too long", {}});
        } else {
            die();
        }
        break;
    case Phase::Collect:
        refuse({408, "the body took too long", {}});
        break;
    case Phase::Receive:
        releaseLink(); // What the application answers now comes too late.
        completeReception(unavailable(u"the body took too long"_s));
        refuse({408, "the body took too long", {}});
        break;
    case Phase::Answer:
    case Phase::Drain:
        die();
        break;
    case Phase::Handle:
    case Phase::Dead:
        break;
    }
}

} // namespace ci::net
