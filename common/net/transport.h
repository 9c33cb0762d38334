// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QHostAddress>

#include <memory>

class QObject;

namespace ci::net {

/// A connected stream of bytes, plain or TLS, for one listener on one thread. Writing never blocks
/// and never fails by itself: what the kernel does not take is queued, and a broken connection shows
/// as the end of reading.
class Transport
{
public:
    /// Called from the event loop only, never from inside a call of the listener's own, except that
    /// nothing is called after setListener(nullptr), close() or suspend().
    class Listener
    {
    public:
        virtual ~Listener() = default;
        virtual void readable() = 0; ///< read() has bytes, or the end.
        virtual void written() = 0; ///< bytesToWrite() shrank.
    };

    Transport() = default;
    Transport(const Transport &) = delete;
    Transport &operator=(const Transport &) = delete;
    virtual ~Transport() = default;

    void setListener(Listener *listener) { m_listener = listener; }

    /// Up to `maximum` bytes; 0: nothing now, readable() will tell; -1: the peer's end, or broken.
    qint64 read(char *data, qint64 maximum);
    /// Gives bytes back: read() returns them first. They cause no readable().
    void unread(QByteArrayView bytes) { m_unread.prepend(bytes); }
    bool hasUnread() const { return !m_unread.isEmpty(); }
    /// Whether neither a byte nor the end has come, told or not. A byte that has is lost.
    virtual bool isQuiet();

    /// `head` and `body` go out as one piece where the kernel takes them.
    virtual void write(QByteArrayView head, QByteArrayView body = {}) = 0;
    /// The same for bytes that may be kept without a copy.
    virtual void writeShared(QByteArrayView head, const QByteArray &body) { write(head, body); }
    virtual qint64 bytesToWrite() const = 0;

    /// Small writes of one turn of the event loop, but for the first, leave together at its end.
    virtual void setBatching(bool batching) { Q_UNUSED(batching) }

    /// While paused readable() is not called, except for a broken connection.
    virtual void setPaused(bool paused) = 0;

    /// Ends our direction once everything queued has left. Reading goes on.
    virtual void finish() = 0;
    /// At once; what is queued is lost.
    virtual void close() = 0;

    /// Before and after moving to another thread; `target` is where resume() will be called.
    virtual void suspend(QObject *target) = 0;
    virtual void resume() = 0;

    virtual QHostAddress peerAddress() const = 0;
    virtual bool isSecure() const = 0;
    /// Whether bytes can still leave although read() told the end.
    virtual bool isWritable() const = 0;

    /// Something that lives exactly as long as the connection.
    void setTicket(std::shared_ptr<void> ticket) { m_ticket = std::move(ticket); }

protected:
    virtual qint64 receive(char *data, qint64 maximum) = 0;
    Listener *listener() const { return m_listener; }
    void dropTicket() { m_ticket.reset(); }

private:
    Listener *m_listener = nullptr;
    QByteArray m_unread;
    std::shared_ptr<void> m_ticket;
};

/// An IPv4 address that came in through an IPv6 socket ("::ffff:10.0.0.1") as what it is.
QHostAddress unmapped(const QHostAddress &address);

} // namespace ci::net
