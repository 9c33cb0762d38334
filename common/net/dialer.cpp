// SPDX-License-Identifier: MIT
#include "common/net/dialer.h"

#include "common/net/plaintransport.h"
#include "common/net/tlstransport.h"

#include <QNetworkProxy>
#include <QSslError>
#include <QSslSocket>

#include <cerrno>
#include <fcntl.h>

namespace ci::net {

using namespace Qt::StringLiterals;

Dialer::Dialer(QObject *parent)
    : QObject(parent)
{
}

Dialer::~Dialer()
{
    if (m_socket != nullptr) {
        m_socket->disconnect(this);
        m_socket->abort();
    }
}

void Dialer::dial(const Endpoint &endpoint,
                  const std::optional<QSslConfiguration> &tls,
                  Callback callback)
{
    m_endpoint = endpoint;
    m_callback = std::move(callback);
    if (endpoint.secure) {
        dialSecure(tls);
    } else {
        dialPlain();
    }
}

void Dialer::watchErrors(QTcpSocket *socket)
{
    socket->setProxy(QNetworkProxy::NoProxy);
    // Queued: a refusal may be known while connectToHost() is still on the stack.
    connect(
        socket,
        &QTcpSocket::errorOccurred,
        this,
        [this, socket] { fail(socket->errorString()); },
        Qt::QueuedConnection);
}

void Dialer::dialPlain()
{
    m_socket = std::make_unique<QTcpSocket>();
    watchErrors(m_socket.get());
    connect(m_socket.get(), &QTcpSocket::connected, this, &Dialer::finishPlain, Qt::QueuedConnection);
    m_socket->connectToHost(m_endpoint.target(), m_endpoint.port);
}

// Qt's socket has found the way; ours takes the connection over, on a duplicate of its descriptor.
void Dialer::finishPlain()
{
    if (m_socket == nullptr) {
        return;
    }
    const QByteArray early = m_socket->readAll(); // Hardly ever: a server does not speak first.
    const int descriptor
        = ::fcntl(static_cast<int>(m_socket->socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) {
        fail(systemError(u"no descriptor"_s, errno).detail);
        return;
    }
    auto transport = std::make_unique<PlainTransport>(descriptor);
    transport->unread(early);
    deliver(std::unique_ptr<Transport>(std::move(transport)));
}

void Dialer::dialSecure(const std::optional<QSslConfiguration> &tls)
{
    auto socket = std::make_unique<QSslSocket>();
    QSslSocket *secure = socket.get();
    m_socket = std::move(socket);
    watchErrors(secure);
    if (tls) {
        secure->setSslConfiguration(*tls);
    }
    connect(secure, &QSslSocket::encrypted, this, &Dialer::finishSecure, Qt::QueuedConnection);
    // The certificate is for the name, wherever the connection goes.
    secure->connectToHostEncrypted(m_endpoint.target(), m_endpoint.port, m_endpoint.host);
}

void Dialer::finishSecure()
{
    if (m_socket == nullptr) {
        return;
    }
    m_socket->disconnect(this);
    std::unique_ptr<QSslSocket> socket(static_cast<QSslSocket *>(m_socket.release()));
    deliver(std::unique_ptr<Transport>(std::make_unique<TlsTransport>(std::move(socket))));
}

void Dialer::fail(const QString &reason)
{
    if (m_callback) {
        deliver(unavailable(u"cannot connect to %1: %2"_s.arg(m_endpoint.text(), reason)));
    }
}

void Dialer::deliver(Result<std::unique_ptr<Transport>> result)
{
    if (m_socket != nullptr) {
        m_socket->disconnect(this);
        m_socket->abort();
        m_socket.release()->deleteLater();
    }
    if (const Callback callback = std::exchange(m_callback, nullptr)) {
        callback(std::move(result)); // Last: it may destroy us.
    }
}

} // namespace ci::net
