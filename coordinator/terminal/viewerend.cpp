// SPDX-License-Identifier: MIT
#include "coordinator/terminal/viewerend.h"

#include <algorithm>
#include <limits>

namespace ci::terminal {

namespace {

/// Output of one frame.
constexpr qsizetype ViewerFrameBytes = 64 * 1024;
constexpr qint64 NoBound = std::numeric_limits<qint64>::max();
/// Most that a viewer's credit may reach ahead; more makes no difference and must not overflow.
constexpr qint64 MaxAhead = qint64(1) << 40;

} // namespace

QByteArray chooseSubprotocol(const QList<QByteArray> &asked)
{
    const auto known = [](const QByteArray &name) {
        return name == protocol::TerminalV1 || name == protocol::TerminalRaw
            || name == protocol::TerminalBase64;
    };
    const auto found = std::find_if(asked.begin(), asked.end(), known);
    return found == asked.end() ? QByteArray() : *found;
}

ViewerEnd::ViewerEnd(std::unique_ptr<net::WebSocket> socket,
                     const ViewerRequest &request,
                     const RelayLimits &limits)
    : m_limits(limits), m_socket(std::move(socket)),
      m_codec(m_socket->subprotocol() == protocol::TerminalV1        ? Codec::V1
                  : m_socket->subprotocol() == protocol::TerminalRaw ? Codec::Raw
                                                                     : Codec::Base64),
      m_user(request.user), m_mayWrite(request.role == protocol::ViewerRole::Writer),
      m_offsetAsked(request.offset), m_role(protocol::ViewerRole::Observer)
{
    // Base64 takes a third more.
    m_socket->setMaxMessageBytes(m_codec == Codec::Base64 ? protocol::MaxInputFrameBytes * 4 / 3 + 4
                                                          : protocol::MaxInputFrameBytes);
    connect(m_socket.get(), &net::WebSocket::binaryReceived, this, &ViewerEnd::readInput);
    connect(m_socket.get(), &net::WebSocket::textReceived, this, &ViewerEnd::readText);
    connect(m_socket.get(), &net::WebSocket::bytesWritten, this, &ViewerEnd::roomGrew);
    connect(m_socket.get(), &net::WebSocket::closed, this, &ViewerEnd::lost);
    connect(m_socket.get(), &net::WebSocket::pongReceived, this, [this] { m_wasHeard = true; });
    m_isReady = m_codec != Codec::V1;
}

ViewerEnd::~ViewerEnd() = default;

void ViewerEnd::setRole(protocol::ViewerRole role)
{
    if (m_role != role) {
        m_role = role;
        if (m_isReady) {
            tell(protocol::TerminalRoleNews {role});
        }
    }
}

void ViewerEnd::begin(const protocol::TerminalSessionNews &news, QByteArray replay)
{
    tell(news);
    m_hasBegun = true;
    m_next = news.offset;
    // Credit is bytes that the viewer can take, whatever their offset.
    m_limit = news.offset + m_looseCredit;
    m_replay = std::move(replay);
}

qint64 ViewerEnd::limit() const
{
    return m_codec != Codec::V1 || m_isInputPaused ? NoBound : m_limit;
}

bool ViewerEnd::pump(const OffsetRing &ring)
{
    return feed(ring, limit(), m_limits.socketHighWater);
}

void ViewerEnd::flush(const OffsetRing &ring)
{
    if (m_hasBegun) {
        feed(ring, NoBound, NoBound);
    }
}

bool ViewerEnd::feed(const OffsetRing &ring, qint64 bound, qint64 highWater)
{
    while (m_next < bound && m_socket->bytesToWrite() < highWater) {
        const qsizetype most
            = static_cast<qsizetype>(std::min<qint64>(bound - m_next, ViewerFrameBytes));
        if (!m_replay.isEmpty()) {
            const qsizetype size = std::min(most, m_replay.size());
            send(QByteArrayView(m_replay).first(size));
            m_replay.remove(0, size);
            continue;
        }
        if (m_next < ring.begin()) {
            m_looseCredit = std::max<qint64>(m_limit - m_next, 0);
            return false;
        }
        const QByteArrayView piece = ring.at(m_next, most);
        if (piece.isEmpty()) {
            break;
        }
        send(piece);
    }
    return true;
}

void ViewerEnd::send(QByteArrayView output)
{
    if (m_codec == Codec::Base64) {
        m_socket->sendText(QByteArray::fromRawData(output.data(), output.size()).toBase64());
    } else {
        m_socket->sendBinary(output);
    }
    m_next += output.size();
}

void ViewerEnd::tell(const protocol::TerminalNews &news)
{
    if (m_codec == Codec::V1) {
        m_socket->sendText(protocol::encode(news));
    }
}

void ViewerEnd::setInputPaused(bool paused)
{
    if (m_isInputPaused != paused) {
        m_isInputPaused = paused;
        m_socket->setPaused(paused);
        m_wasHeard = true; // Nothing could be heard meanwhile.
    }
}

void ViewerEnd::close(net::CloseCode code, QByteArrayView reason)
{
    m_socket->close(code, reason);
}

void ViewerEnd::readText(const QByteArray &text)
{
    m_wasHeard = true;
    if (m_codec == Codec::Base64) {
        const auto decoded = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
        if (decoded.decodingStatus != QByteArray::Base64DecodingStatus::Ok) {
            refuse(net::CloseCode::PolicyViolation, "not base64");
            return;
        }
        readInput(*decoded);
        return;
    }
    if (m_codec == Codec::Raw) {
        readInput(text); // Invalid by the letter; stock runners and proxies take it as bytes.
        return;
    }
    const Result<protocol::ViewerMessage> message = protocol::decodeViewerMessage(text);
    if (!message) {
        const bool tooBig = message.error().kind == ErrorKind::TooLarge;
        refuse(tooBig ? net::CloseCode::MessageTooBig : net::CloseCode::PolicyViolation,
               message.error().detail.toUtf8());
        return;
    }
    obey(*message);
}

void ViewerEnd::readInput(const QByteArray &bytes)
{
    m_wasHeard = true;
    if (!m_isReady) {
        refuse(net::CloseCode::PolicyViolation, "the first message must be hello");
    } else if (m_role == protocol::ViewerRole::Writer) {
        Q_EMIT inputReceived(bytes);
    } else {
        Q_EMIT frameDropped();
    }
}

void ViewerEnd::obey(const protocol::ViewerMessage &message)
{
    if (const auto *hello = std::get_if<protocol::ViewerHello>(&message)) {
        sayHello(*hello);
        return;
    }
    if (!m_isReady) {
        refuse(net::CloseCode::PolicyViolation, "the first message must be hello");
        return;
    }
    if (const auto *credit = std::get_if<protocol::ViewerCredit>(&message)) {
        qint64 &granted = m_hasBegun ? m_limit : m_looseCredit;
        granted = std::min(granted + credit->bytes, m_next + MaxAhead);
        Q_EMIT roomGrew();
        return;
    }
    if (std::holds_alternative<protocol::ViewerTake>(message)) {
        Q_EMIT takeAsked();
        return;
    }
    const auto *resize = std::get_if<protocol::ViewerResize>(&message);
    if (resize && resize->size.isSane()) {
        m_size = resize->size; // An observer's too: it may come to write.
    }
    if (m_role != protocol::ViewerRole::Writer) {
        Q_EMIT frameDropped();
        return;
    }
    if (resize) {
        Q_EMIT resizeAsked(m_size);
    } else if (std::holds_alternative<protocol::ViewerClose>(message)) {
        Q_EMIT closeAsked();
    }
}

void ViewerEnd::sayHello(const protocol::ViewerHello &hello)
{
    if (m_isReady) {
        refuse(net::CloseCode::PolicyViolation, "hello was said before");
        return;
    }
    if (hello.size.isSane()) {
        m_size = hello.size;
    }
    m_looseCredit = hello.credit;
    m_isReady = true;
    Q_EMIT ready();
}

void ViewerEnd::refuse(net::CloseCode code, const QByteArray &why)
{
    m_socket->close(code, why);
}

void ViewerEnd::noteTime(std::chrono::milliseconds now)
{
    m_since = now;
    m_lastHeard = now;
    m_lastPing = now;
}

// Bytes only set a flag; the clock is asked here, once a tick.
void ViewerEnd::checkAlive(std::chrono::milliseconds now)
{
    // A paused socket is not read: silence is no sign then.
    if (std::exchange(m_wasHeard, false) || m_isInputPaused) {
        m_lastHeard = now;
    }
    if (now - m_lastHeard > m_limits.silence) {
        m_socket->abort();
    } else if (now - m_lastPing >= m_limits.pingInterval) {
        m_lastPing = now;
        m_socket->ping();
    }
}

std::unique_ptr<net::WebSocket> ViewerEnd::takeSocket()
{
    m_socket->disconnect(this);
    return std::move(m_socket);
}

} // namespace ci::terminal
