// SPDX-License-Identifier: MIT
#include "common/net/plaintransport.h"

#include <QCoreApplication>
#include <QEvent>
#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace ci::net {

namespace {

// Writes below this are worth gathering: above it the bytes cost more than the call.
constexpr qsizetype SmallWrite = 4096;
// What is gathered leaves before the turn's end at this size, so that it never piles up.
constexpr qint64 GatherLimit = 64 * 1024;
constexpr int KeepAliveIdle = 60; // Seconds.
constexpr int KeepAliveInterval = 15; // Seconds.
constexpr int KeepAliveProbes = 4;

bool isTransient(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

// Takes the dispatcher's events without a signal, and may be deleted from inside its own.
class PlainTransport::Watcher final : public QSocketNotifier
{
public:
    Watcher(PlainTransport *owner, qintptr descriptor, Type type)
        : QSocketNotifier(descriptor, type)
        , m_owner(owner)
    {
    }

    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::User) {
            m_owner->endTurn();
            return true;
        }
        if (event->type() != QEvent::SockAct) {
            return QSocketNotifier::event(event);
        }
        if (type() == Write) {
            m_owner->flush();
        } else if (m_owner->listener() != nullptr) {
            m_owner->m_isDrained = false;
            m_owner->listener()->readable();
        }
        return true;
    }

private:
    PlainTransport *m_owner;
};

PlainTransport::PlainTransport(int descriptor)
    : m_descriptor(descriptor)
{
    // Every answer and frame leaves as one write, so waiting for more only delays it.
    const int on = 1;
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // A peer that lost its power says nothing: the kernel asks after a minute, and gives it up after
    // another.
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &KeepAliveIdle, sizeof(int));
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &KeepAliveInterval, sizeof(int));
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_KEEPCNT, &KeepAliveProbes, sizeof(int));
}

PlainTransport::~PlainTransport()
{
    close();
}

qint64 PlainTransport::receive(char *data, qint64 maximum)
{
    if (m_descriptor < 0 || m_failed) {
        return -1;
    }
    if (m_isDrained) {
        return 0; // Asking the kernel would only cost: it tells of what comes.
    }
    ssize_t count = 0;
    do {
        count = ::recv(m_descriptor, data, static_cast<size_t>(maximum), 0);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        m_isDrained = count < maximum;
        return count;
    }
    return count < 0 && isTransient(errno) ? 0 : -1;
}

bool PlainTransport::isQuiet()
{
    m_isDrained = false; // The end may have come since, and the event loop not yet told.
    return Transport::isQuiet();
}

// How much of both the kernel took.
qint64 PlainTransport::sendNow(QByteArrayView head, QByteArrayView body)
{
    std::array<iovec, 2> parts {{
        {const_cast<char *>(head.data()), static_cast<size_t>(head.size())},
        {const_cast<char *>(body.data()), static_cast<size_t>(body.size())},
    }};
    msghdr message {};
    message.msg_iov = parts.data();
    message.msg_iovlen = body.isEmpty() ? 1 : 2;
    const ssize_t sent = ::sendmsg(m_descriptor, &message, MSG_NOSIGNAL);
    if (sent < 0 && !isTransient(errno)) {
        fail();
    }
    return std::max<qint64>(sent, 0);
}

// The first small write of a turn of the event loop leaves at once (a keystroke must not wait), those
// that follow it in the same turn leave together.
bool PlainTransport::isHeldBack(qsizetype bytes)
{
    if (!m_batching || m_reading == nullptr || bytes > SmallWrite) {
        return false;
    }
    if (m_turnPosted) {
        return m_queue.size() + bytes < GatherLimit;
    }
    m_turnPosted = true;
    QCoreApplication::postEvent(m_reading.get(), new QEvent(QEvent::User));
    return false;
}

void PlainTransport::endTurn()
{
    m_turnPosted = false;
    flush();
}

void PlainTransport::write(QByteArrayView head, QByteArrayView body)
{
    if (!isWritable()) {
        return;
    }
    qint64 sent = 0;
    if (m_queue.isEmpty() && !isHeldBack(head.size() + body.size())) {
        sent = sendNow(head, body);
        if (m_failed) {
            return;
        }
    }
    m_queue.append(head.sliced(std::min<qint64>(sent, head.size())));
    m_queue.append(body.sliced(std::max<qint64>(sent - head.size(), 0)));
    armWriting();
}

void PlainTransport::writeShared(QByteArrayView head, const QByteArray &body)
{
    if (!isWritable() || m_queue.isEmpty()) {
        write(head, body);
        return;
    }
    m_queue.append(head);
    m_queue.appendShared(body);
    armWriting();
}

void PlainTransport::armWriting()
{
    if (m_reading == nullptr || m_queue.isEmpty()) {
        return;
    }
    if (m_turnPosted && m_queue.size() < GatherLimit) {
        return; // endTurn() will flush.
    }
    if (m_writing == nullptr) {
        m_writing = std::make_unique<Watcher>(this, m_descriptor, QSocketNotifier::Write);
    } else {
        m_writing->setEnabled(true);
    }
}

void PlainTransport::flush()
{
    const qint64 before = m_queue.size();
    while (!m_queue.isEmpty()) {
        std::array<iovec, 16> parts;
        msghdr message {};
        message.msg_iov = parts.data();
        message.msg_iovlen = static_cast<size_t>(m_queue.gather(parts.data(), 16));
        const ssize_t sent = ::sendmsg(m_descriptor, &message, MSG_NOSIGNAL);
        if (sent < 0) {
            if (!isTransient(errno)) {
                fail();
            }
            break;
        }
        m_queue.drop(sent);
    }
    if (m_failed) {
        return;
    }
    if (!m_queue.isEmpty()) {
        armWriting();
    } else if (m_writing != nullptr) {
        m_writing->setEnabled(false);
    }
    if (m_finishing && m_queue.isEmpty()) {
        ::shutdown(m_descriptor, SHUT_WR);
    }
    if (m_queue.size() < before && listener() != nullptr) {
        listener()->written(); // Last: it may destroy us.
    }
}

// The listener hears of it as the end of reading, from the event loop: the kernel reports a broken
// socket as readable.
void PlainTransport::fail()
{
    m_failed = true;
    m_queue.clear();
    if (m_writing != nullptr) {
        m_writing->setEnabled(false);
    }
    if (m_reading != nullptr) {
        m_reading->setEnabled(true);
    }
    ::shutdown(m_descriptor, SHUT_RDWR);
}

void PlainTransport::setPaused(bool paused)
{
    m_paused = paused;
    if (m_reading != nullptr && !m_failed) {
        m_reading->setEnabled(!paused);
    }
}

void PlainTransport::finish()
{
    if (m_finishing || m_descriptor < 0) {
        return;
    }
    m_finishing = true;
    if (m_queue.isEmpty() && !m_failed) {
        ::shutdown(m_descriptor, SHUT_WR);
    }
}

void PlainTransport::close()
{
    m_reading.reset();
    m_writing.reset();
    m_queue.clear();
    setListener(nullptr);
    dropTicket();
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
        m_descriptor = -1;
    }
}

void PlainTransport::suspend(QObject *target)
{
    Q_UNUSED(target)
    m_reading.reset();
    m_writing.reset();
    m_turnPosted = false;
}

void PlainTransport::resume()
{
    m_reading = std::make_unique<Watcher>(this, m_descriptor, QSocketNotifier::Read);
    m_reading->setEnabled(!m_paused || m_failed);
    armWriting();
}

QHostAddress PlainTransport::peerAddress() const
{
    sockaddr_storage address {};
    socklen_t length = sizeof address;
    if (::getpeername(m_descriptor, reinterpret_cast<sockaddr *>(&address), &length) != 0) {
        return {};
    }
    return unmapped(QHostAddress(reinterpret_cast<const sockaddr *>(&address)));
}

} // namespace ci::net
