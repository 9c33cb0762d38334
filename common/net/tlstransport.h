// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/outputqueue.h"
#include "common/net/transport.h"

#include <QSslSocket>

#include <memory>

namespace ci::net {

/// A transport on a QSslSocket, handshake under way or done.
class TlsTransport final : public QObject, public Transport
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TlsTransport)

public:
    explicit TlsTransport(std::unique_ptr<QSslSocket> socket);
    ~TlsTransport() override;

    void write(QByteArrayView head, QByteArrayView body) override;
    void writeShared(QByteArrayView head, const QByteArray &body) override;
    qint64 bytesToWrite() const override;
    void setPaused(bool paused) override;
    void finish() override;
    void close() override;
    void suspend(QObject *target) override;
    void resume() override;
    QHostAddress peerAddress() const override;
    bool isSecure() const override { return true; }
    bool isWritable() const override;

protected:
    qint64 receive(char *data, qint64 maximum) override;

private:
    void listen();
    void announce();
    void announceLater();
    void settleWritten();
    void feed();

    std::unique_ptr<QSslSocket> m_socket;
    OutputQueue m_queue; ///< Not yet given to the socket.
    qint64 m_toldToWrite = 0; ///< bytesToWrite() as the listener last knew it.
    bool m_paused = false;
    bool m_announcing = false;
    bool m_finishing = false;
    bool m_feeding = false;
};

} // namespace ci::net
