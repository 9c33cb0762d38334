// SPDX-License-Identifier: MIT
#include "common/net/websocket.h"

#include "common/net/frames.h"
#include "common/net/readbuffer.h"

#include <QPointer>
#include <QRandomGenerator>
#include <QTimer>
#include <QtEndian>

namespace ci::net {

namespace {

// Reads of one wake-up, so that a flood does not keep the thread's other sockets waiting.
constexpr int MaxSocketReads = 4;
// For the peer's close frame and the end of its connection.
constexpr std::chrono::seconds CloseTime {5};
// Pings are not answered while this much waits: a peer that asks and never reads gains nothing.
constexpr qint64 MaxBeforePong = 64 * 1024;
constexpr qsizetype MaxReason = 123; // RFC 6455, 5.5: 125 with the code.

// Unpredictable, as 5.3 demands, without a system call for each frame.
MaskKey freshKey()
{
    thread_local std::array<quint32, 256> keys;
    thread_local size_t used = keys.size();
    if (used == keys.size()) {
        QRandomGenerator::system()->fillRange(keys.data(), static_cast<qsizetype>(keys.size()));
        used = 0;
    }
    MaskKey key;
    std::memcpy(key.data(), &keys[used++], key.size());
    return key;
}

} // namespace

class WebSocket::Private final : public Transport::Listener
{
public:
    Private(WebSocket *socket, std::unique_ptr<Transport> connection, Role ownRole, QByteArray protocol)
        : q(socket)
        , transport(std::move(connection))
        , role(ownRole)
        , subprotocol(std::move(protocol))
        , reader(ownRole == Role::Server ? FrameReader::Masking::Required
                                         : FrameReader::Masking::Forbidden)
    {
    }

    enum class State : quint8 {
        Open,
        CloseSent, ///< Ours; the peer's is awaited.
        Leaving, ///< Both close frames are out, or it failed: only the end is awaited.
        Closed,
    };

    void readable() override { pump(); }
    void written() override { Q_EMIT q->bytesWritten(); }

    void pumpLater();
    void pump();
    bool digest(QByteArrayView bytes);
    void dispatch(const FrameReader::Message &message);
    void takeClose(const QByteArray &payload);
    void send(Opcode opcode, QByteArrayView payload);
    void sendClose(CloseCode code, QByteArrayView why);
    void leave();
    void fail(const FrameReader::Failure &failure);
    void startTimer();
    void end(CloseCode code, const QByteArray &why);

    WebSocket *q;
    std::unique_ptr<Transport> transport;
    const Role role;
    const QByteArray subprotocol;
    FrameReader reader;
    State state = State::Open;
    bool paused = false;
    bool pumpOrdered = false;
    CloseCode closeCode = CloseCode::Abnormal; ///< What closed() will say.
    QByteArray closeReason;
    QTimer *timer = nullptr;
};

void WebSocket::Private::pumpLater()
{
    if (pumpOrdered) {
        return;
    }
    pumpOrdered = true;
    QMetaObject::invokeMethod(
        q,
        [this] {
            pumpOrdered = false;
            pump();
        },
        Qt::QueuedConnection);
}

void WebSocket::Private::pump()
{
    const QPointer<WebSocket> self(q);
    ReadBuffer buffer;
    for (int i = 0; i < MaxSocketReads && state != State::Closed; ++i) {
        if (paused && state == State::Open && transport->isWritable()) {
            return;
        }
        const qint64 count = transport->read(buffer.data(), buffer.size());
        if (count < 0) {
            end(closeCode, closeReason);
            return;
        }
        if (count == 0) {
            return;
        }
        if (!digest(QByteArrayView(buffer.data(), count)) || self.isNull()) {
            return;
        }
    }
    if (state != State::Closed && transport->hasUnread()) {
        pumpLater();
    }
}

// False: nothing of this object may be touched, or no more is wanted now.
bool WebSocket::Private::digest(QByteArrayView bytes)
{
    const QPointer<WebSocket> self(q);
    while (!bytes.isEmpty()) {
        if (state == State::Leaving) {
            return true; // Thrown away until the end comes.
        }
        bytes = bytes.sliced(reader.feed(bytes));
        if (reader.failure()) {
            fail(*reader.failure());
            return true;
        }
        const std::optional<FrameReader::Message> message = reader.takeMessage();
        if (!message) {
            continue;
        }
        dispatch(*message);
        if (self.isNull() || state == State::Closed) {
            return false;
        }
        if (paused && state == State::Open) {
            transport->unread(bytes);
            return false;
        }
    }
    return true;
}

void WebSocket::Private::dispatch(const FrameReader::Message &message)
{
    const bool isOpen = state == State::Open;
    switch (message.opcode) {
    case Opcode::Binary:
        if (isOpen) {
            Q_EMIT q->binaryReceived(message.payload);
        }
        break;
    case Opcode::Text:
        if (isOpen) {
            Q_EMIT q->textReceived(message.payload);
        }
        break;
    case Opcode::Ping:
        if (isOpen && transport->bytesToWrite() < MaxBeforePong) {
            send(Opcode::Pong, message.payload);
        }
        break;
    case Opcode::Pong:
        Q_EMIT q->pongReceived(message.payload);
        break;
    case Opcode::Close:
        takeClose(message.payload);
        break;
    case Opcode::Continuation:
        break; // The reader joins them.
    }
}

void WebSocket::Private::takeClose(const QByteArray &payload)
{
    const std::optional<ClosePayload> close = parseClose(payload);
    if (!close) {
        fail({CloseCode::ProtocolError, "malformed close frame"});
        return;
    }
    if (state == State::Open) {
        closeCode = static_cast<CloseCode>(close->code);
        closeReason = close->reason;
        sendClose(closeCode, {});
    }
    leave();
}

void WebSocket::Private::send(Opcode opcode, QByteArrayView payload)
{
    if (role == Role::Server) {
        transport->write(frameHead(opcode, payload.size()), payload);
        return;
    }
    const MaskKey key = freshKey();
    QByteArray frame = frameHead(opcode, payload.size(), key);
    const qsizetype head = frame.size();
    frame.resize(head + payload.size());
    applyMask(frame.data() + head, payload.data(), payload.size(), key);
    transport->writeShared(frame, {});
}

void WebSocket::Private::sendClose(CloseCode code, QByteArrayView why)
{
    QByteArray payload;
    if (code != CloseCode::NoStatus && code != CloseCode::Abnormal) {
        payload.resize(2);
        qToBigEndian(static_cast<quint16>(code), payload.data());
        payload += why.first(std::min(why.size(), MaxReason));
    }
    send(Opcode::Close, payload);
}

// Both sides have said goodbye. The server closes first (RFC 6455, 7.1.1), so that the client does
// not keep the port in TIME_WAIT.
void WebSocket::Private::leave()
{
    state = State::Leaving;
    startTimer();
    transport->setPaused(false);
    if (role == Role::Server) {
        transport->finish();
    }
}

void WebSocket::Private::fail(const FrameReader::Failure &failure)
{
    if (state == State::Open) {
        closeCode = failure.code;
        closeReason = failure.reason;
        sendClose(failure.code, failure.reason);
    }
    state = State::Leaving;
    startTimer();
    transport->setPaused(false);
    transport->finish();
}

void WebSocket::Private::startTimer()
{
    if (timer == nullptr) {
        timer = new QTimer(q);
        timer->setSingleShot(true);
        QObject::connect(timer, &QTimer::timeout, q, [this] { end(closeCode, closeReason); });
        timer->start(CloseTime);
    }
}

void WebSocket::Private::end(CloseCode code, const QByteArray &why)
{
    if (state == State::Closed) {
        return;
    }
    state = State::Closed;
    transport->close();
    if (timer != nullptr) {
        timer->stop();
    }
    const QByteArray reason = why;
    Q_EMIT q->closed(code, reason); // Last: it may destroy us.
}

WebSocket::WebSocket(std::unique_ptr<Transport> transport, Role role, QByteArray subprotocol)
    : d(std::make_unique<Private>(this, std::move(transport), role, std::move(subprotocol)))
{
    d->transport->setListener(d.get());
    d->transport->setBatching(true);
    d->pumpLater(); // What came behind the head waits inside the transport.
}

WebSocket::~WebSocket()
{
    d->transport->close();
}

QByteArray WebSocket::subprotocol() const
{
    return d->subprotocol;
}

QHostAddress WebSocket::peerAddress() const
{
    return d->transport->peerAddress();
}

bool WebSocket::isOpen() const
{
    return d->state == Private::State::Open;
}

void WebSocket::setMaxMessageBytes(qint64 bytes)
{
    d->reader.setMaxMessageBytes(bytes);
}

void WebSocket::sendBinary(QByteArrayView payload)
{
    if (isOpen()) {
        d->send(Opcode::Binary, payload);
    }
}

void WebSocket::sendText(QByteArrayView payload)
{
    if (isOpen()) {
        d->send(Opcode::Text, payload);
    }
}

void WebSocket::ping(QByteArrayView payload)
{
    if (isOpen()) {
        d->send(Opcode::Ping, payload.first(std::min<qsizetype>(payload.size(), 125)));
    }
}

qint64 WebSocket::bytesToWrite() const
{
    return d->transport->bytesToWrite();
}

void WebSocket::setPaused(bool paused)
{
    if (d->paused == paused) {
        return;
    }
    d->paused = paused;
    if (d->state != Private::State::Open) {
        return;
    }
    d->transport->setPaused(paused);
    if (!paused && d->transport->hasUnread()) {
        d->pumpLater(); // Later, because the call may come from inside a slot of ours.
    }
}

bool WebSocket::isPaused() const
{
    return d->paused;
}

void WebSocket::close(CloseCode code, QByteArrayView reason)
{
    if (!isOpen()) {
        return;
    }
    d->closeCode = code;
    d->closeReason = reason.toByteArray();
    d->sendClose(code, reason);
    d->state = Private::State::CloseSent;
    d->transport->setPaused(false);
    d->startTimer();
    if (d->transport->hasUnread()) {
        d->pumpLater();
    }
}

void WebSocket::abort()
{
    if (d->state == Private::State::Closed) {
        return;
    }
    d->transport->close();
    QMetaObject::invokeMethod(
        this, [this] { d->end(CloseCode::Abnormal, {}); }, Qt::QueuedConnection);
}

} // namespace ci::net
