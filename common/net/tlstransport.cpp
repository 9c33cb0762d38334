// SPDX-License-Identifier: MIT
#include "common/net/tlstransport.h"

#include <QPointer>
#include <QScopedValueRollback>

#include <algorithm>
#include <sys/uio.h>

namespace ci::net {

namespace {
// Decrypted bytes the socket may hold while nobody reads.
constexpr qint64 ReadAhead = 256 * 1024;
// Encrypted ahead of the kernel, and given to the socket at once.
constexpr qint64 WriteAhead = 128 * 1024;
constexpr qint64 WritePiece = 32 * 1024;
} // namespace

TlsTransport::TlsTransport(std::unique_ptr<QSslSocket> socket)
    : m_socket(std::move(socket))
{
    m_socket->setReadBufferSize(ReadAhead);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
}

TlsTransport::~TlsTransport()
{
    close();
}

void TlsTransport::listen()
{
    connect(m_socket.get(), &QSslSocket::readyRead, this, &TlsTransport::announce);
    connect(m_socket.get(), &QSslSocket::encrypted, this, &TlsTransport::announceLater);
    connect(m_socket.get(), &QSslSocket::encryptedBytesWritten, this, &TlsTransport::settleWritten);
    connect(m_socket.get(), &QSslSocket::bytesWritten, this, &TlsTransport::settleWritten);
    // Later, because the socket may report it from inside one of our own calls.
    connect(m_socket.get(), &QSslSocket::disconnected, this, &TlsTransport::announceLater);
    connect(m_socket.get(), &QSslSocket::errorOccurred, this, &TlsTransport::announceLater);
}

// The socket tells of new bytes once; what the listener left must be told again.
void TlsTransport::announce()
{
    if (m_feeding) {
        announceLater(); // The socket reads while it writes; the listener must not be called from its own call.
        return;
    }
    const bool ended = !isWritable() && !m_finishing;
    if (listener() == nullptr || (m_paused && !ended)) {
        return;
    }
    const QPointer<TlsTransport> self(this); // The listener may destroy us.
    listener()->readable();
    if (self && m_socket != nullptr && m_socket->bytesAvailable() > 0 && !m_paused) {
        announceLater();
    }
}

void TlsTransport::announceLater()
{
    if (m_announcing) {
        return;
    }
    m_announcing = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_announcing = false;
            announce();
        },
        Qt::QueuedConnection);
}

void TlsTransport::settleWritten()
{
    if (m_feeding) {
        return; // Told from inside feed().
    }
    feed();
    const qint64 left = bytesToWrite();
    const bool shrank = left < m_toldToWrite;
    m_toldToWrite = left;
    if (shrank && listener() != nullptr) {
        listener()->written();
    }
}

qint64 TlsTransport::receive(char *data, qint64 maximum)
{
    if (m_socket == nullptr) {
        return -1;
    }
    if (!m_socket->isOpen()) {
        return -1;
    }
    const qint64 count = m_socket->read(data, maximum);
    if (count > 0) {
        return count;
    }
    const bool open = m_socket->state() == QAbstractSocket::ConnectedState
        || m_socket->state() == QAbstractSocket::ClosingState;
    return count == 0 && open ? 0 : -1;
}

void TlsTransport::write(QByteArrayView head, QByteArrayView body)
{
    if (!isWritable()) {
        return;
    }
    m_queue.append(head);
    m_queue.append(body);
    feed();
    m_toldToWrite = bytesToWrite();
}

void TlsTransport::writeShared(QByteArrayView head, const QByteArray &body)
{
    if (!isWritable()) {
        return;
    }
    m_queue.append(head);
    m_queue.appendShared(body);
    feed();
    m_toldToWrite = bytesToWrite();
}

// The socket encrypts all it is given at once, into a buffer that is copied whole each time it grows:
// 20 MB in one piece take minutes.
void TlsTransport::feed()
{
    const QScopedValueRollback guard(m_feeding, true);
    while (!m_queue.isEmpty() && m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite() < WriteAhead) {
        iovec piece {};
        m_queue.gather(&piece, 1);
        const qint64 size = std::min<qint64>(static_cast<qint64>(piece.iov_len), WritePiece);
        const qint64 written = m_socket->write(static_cast<const char *>(piece.iov_base), size);
        if (written <= 0) {
            m_queue.clear();
            return;
        }
        m_queue.drop(written);
        m_socket->flush();
    }
    if (m_finishing && m_queue.isEmpty()) {
        m_socket->disconnectFromHost(); // After what the socket still holds.
    }
}

qint64 TlsTransport::bytesToWrite() const
{
    if (m_socket == nullptr) {
        return 0;
    }
    return m_queue.size() + m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite();
}

void TlsTransport::setPaused(bool paused)
{
    const bool resumed = m_paused && !paused;
    m_paused = paused;
    if (resumed) {
        announceLater();
    }
}

void TlsTransport::finish()
{
    m_finishing = true;
    if (m_socket != nullptr) {
        feed();
    }
}

void TlsTransport::close()
{
    setListener(nullptr);
    dropTicket();
    if (m_socket == nullptr) {
        return;
    }
    m_queue.clear();
    m_socket->disconnect(this);
    m_socket->abort();
    // The call may come from inside one of the socket's signals.
    m_socket.release()->deleteLater();
}

void TlsTransport::suspend(QObject *target)
{
    m_socket->disconnect(this);
    m_socket->moveToThread(target->thread());
    moveToThread(target->thread());
}

void TlsTransport::resume()
{
    listen();
    if (m_socket->bytesAvailable() > 0) {
        announceLater();
    }
}

QHostAddress TlsTransport::peerAddress() const
{
    return m_socket == nullptr ? QHostAddress() : unmapped(m_socket->peerAddress());
}

bool TlsTransport::isWritable() const
{
    return m_socket != nullptr && !m_finishing
        && m_socket->state() == QAbstractSocket::ConnectedState;
}

} // namespace ci::net
