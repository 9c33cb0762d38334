// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/transport.h"

#include <QByteArray>
#include <QHostAddress>
#include <QObject>

#include <memory>

namespace ci::net {

/// Why a connection ended; values below 5000 are those of RFC 6455, 7.4.
enum class CloseCode : quint16 {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    UnsupportedData = 1003,
    NoStatus = 1005, ///< Never on the wire: a close frame without a code came.
    Abnormal = 1006, ///< Never on the wire: the socket broke.
    InvalidPayload = 1007,
    PolicyViolation = 1008,
    MessageTooBig = 1009,
    InternalError = 1011,
};

/// One RFC 6455 connection, either role, on the thread that owns it. No extensions. Bounded: reading
/// stops while paused (the peer's TCP window fills), and a message over maxMessageBytes, an
/// unmasked client frame, reserved bits or bad UTF-8 close with the right code.
class WebSocket final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WebSocket)

public:
    enum class Role : quint8 { Server, Client };

    /// Takes over a transport whose handshake is done, on the thread it is to live on. Frames are
    /// delivered from the event loop, so there is time to connect. Applications get sockets from
    /// Exchange::upgrade() and HttpClient::openWebSocket().
    WebSocket(std::unique_ptr<Transport> transport, Role role, QByteArray subprotocol);
    ~WebSocket() override;

    QByteArray subprotocol() const;
    QHostAddress peerAddress() const;
    bool isOpen() const;

    void setMaxMessageBytes(qint64 bytes); ///< Default 1 MiB.

    /// Each is one unfragmented frame. Dropped after close. Look at bytesToWrite() first: this
    /// never blocks and never refuses.
    void sendBinary(QByteArrayView payload);
    void sendText(QByteArrayView payload);
    void ping(QByteArrayView payload = {});

    /// What the peer has not taken yet, in bytes, kernel buffers not counted.
    qint64 bytesToWrite() const;

    /// While paused no frame is delivered and at most 64 KiB are buffered.
    void setPaused(bool paused);
    bool isPaused() const;

    /// Sends a close frame, then waits 5 s at most for the peer's before the socket is cut.
    void close(CloseCode code, QByteArrayView reason = {});
    /// At once, without a frame.
    void abort();

Q_SIGNALS:
    void binaryReceived(const QByteArray &payload);
    void textReceived(const QByteArray &payload); ///< Valid UTF-8.
    void pongReceived(const QByteArray &payload);
    void bytesWritten(); ///< Some bytes left for the kernel: bytesToWrite() is smaller.
    void closed(ci::net::CloseCode code, const QByteArray &reason); ///< Once, last.

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci::net
