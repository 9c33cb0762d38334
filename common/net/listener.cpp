// SPDX-License-Identifier: MIT
#include "common/net/listener.h"

#include "common/net/log.h"
#include "common/net/transport.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

// Connections that wait for accept(); the kernel's somaxconn caps it. A short queue makes a thousand
// runners that come back at once wait for seconds.
constexpr int Backlog = 4096;
// Accepted per wake-up, so that the connections of this thread get their turn too.
constexpr int MaxAccepts = 64;
// With no descriptor free accepting pauses, or the loop would spin on what it cannot take.
constexpr std::chrono::milliseconds RetryTime {100};

struct SocketAddress
{
    sockaddr_storage storage {};
    socklen_t length = 0;
    sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
};

SocketAddress toSocketAddress(const QHostAddress &address, quint16 port)
{
    SocketAddress result;
    if (address.protocol() == QAbstractSocket::IPv4Protocol) {
        sockaddr_in v4 {};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr.s_addr = htonl(address.toIPv4Address());
        std::memcpy(&result.storage, &v4, sizeof v4);
        result.length = sizeof v4;
        return result;
    }
    sockaddr_in6 v6 {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    const Q_IPV6ADDR bytes = address.toIPv6Address();
    std::memcpy(&v6.sin6_addr, &bytes, sizeof bytes);
    v6.sin6_scope_id = address.scopeId().toUInt();
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.length = sizeof v6;
    return result;
}

Error listenError(const QHostAddress &address, quint16 port, int error)
{
    const QString where = u"%1, port %2"_s.arg(address.toString()).arg(port);
    switch (error) {
    case EADDRINUSE:
        return unavailable(u"port %2 is taken: another program listens on %1; stop it or choose another port"_s
                               .arg(where)
                               .arg(port));
    case EACCES:
        return ioError(u"cannot listen on %1: ports below 1024 need the right to bind them"_s.arg(where));
    case EADDRNOTAVAIL:
        return ioError(u"cannot listen on %1: this machine has no such address"_s.arg(where));
    default:
        return systemError(u"cannot listen on %1"_s.arg(where), error);
    }
}

bool isShortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

} // namespace

Listener::Listener(int descriptor)
    : m_descriptor(descriptor)
{
}

Listener::~Listener()
{
    stop();
}

Result<std::unique_ptr<Listener>> Listener::create(const QHostAddress &address, quint16 port)
{
    SocketAddress bindTo = toSocketAddress(address, port);
    const int descriptor
        = ::socket(bindTo.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return listenError(address, port, errno);
    }
    std::unique_ptr<Listener> listener(new Listener(descriptor));
    const int on = 1;
    const int off = 0;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bindTo.storage.ss_family == AF_INET6) {
        // "Any" means both families; "::" named on purpose means IPv6 alone.
        const bool dual = address.protocol() == QAbstractSocket::AnyIPProtocol;
        ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, dual ? &off : &on, sizeof on);
    }
    if (::bind(descriptor, bindTo.get(), bindTo.length) != 0 || ::listen(descriptor, Backlog) != 0) {
        return listenError(address, port, errno);
    }
    listener->readLocalAddress();
    return listener;
}

void Listener::readLocalAddress()
{
    SocketAddress local;
    local.length = sizeof local.storage;
    if (::getsockname(m_descriptor, local.get(), &local.length) != 0) {
        return;
    }
    m_address = QHostAddress(local.get());
    m_port = local.storage.ss_family == AF_INET
        ? ntohs(reinterpret_cast<const sockaddr_in *>(&local.storage)->sin_port)
        : ntohs(reinterpret_cast<const sockaddr_in6 *>(&local.storage)->sin6_port);
}

void Listener::start()
{
    m_notifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &Listener::acceptSome);
    m_retry = new QTimer(this);
    m_retry->setSingleShot(true);
    m_retry->setInterval(RetryTime);
    connect(m_retry, &QTimer::timeout, m_notifier, [this] { m_notifier->setEnabled(true); });
}

void Listener::stop()
{
    delete m_notifier;
    m_notifier = nullptr;
    delete m_retry;
    m_retry = nullptr;
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
        m_descriptor = -1;
    }
}

void Listener::acceptSome()
{
    for (int i = 0; i < MaxAccepts; ++i) {
        SocketAddress peer;
        peer.length = sizeof peer.storage;
        const int descriptor
            = ::accept4(m_descriptor, peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            Q_EMIT accepted(descriptor, unmapped(QHostAddress(peer.get())));
            continue;
        }
        if (isShortage(errno)) {
            if (m_quiet.hasExpired()) {
                qCWarning(lcNet, "accepting paused reason=no_descriptors");
                m_quiet.setRemainingTime(std::chrono::minutes(1));
            }
            m_notifier->setEnabled(false);
            m_retry->start();
            return;
        }
        if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

} // namespace ci::net
