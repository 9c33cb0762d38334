// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/net/message.h"

#include <QObject>

#include <functional>
#include <memory>

namespace ci::net {

class WebSocket;

/// How an upgrade is answered: the subprotocol must be one the client asked for, or empty.
struct UpgradeAnswer
{
    QByteArray subprotocol;
    Headers headers; ///< Further fields of the 101.
};

/// One request and its answer still owed. Every method may be called from any thread and after the
/// client has left; exactly one of respond() and upgrade() is called, once. Destroying the last
/// reference without an answer sends 500 and closes (a bug, logged).
class Exchange
{
public:
    virtual ~Exchange() = default;

    /// Sends the answer. HEAD and 204/304 lose the body, not the headers. A `source` is used and
    /// destroyed on the connection's thread.
    virtual void respond(Response response) = 0;

    /// For a request whose body is streamed: sends 100-continue if that was asked for, feeds `sink`
    /// on the connection's thread, then calls `done` there with the number of bytes or why it
    /// failed (limit, sink error, client left). The sink is finished before `done`. `maximumBytes`
    /// past: done gets TooLarge; the caller answers 413 and the connection closes. A client that
    /// stalls is answered 408 by the server itself; what the caller answers then is dropped.
    virtual void receive(std::shared_ptr<BodySink> sink,
                         qint64 maximumBytes,
                         std::function<void(Result<qint64>)> done)
        = 0;

    /// Answers a handshake with 101 and moves the connection to the thread of `context`; `ready`
    /// is called there with the socket (no parent; the receiver owns it), with any bytes that came
    /// behind the head already inside. Never called when the client has left.
    virtual void upgrade(UpgradeAnswer answer,
                         QObject *context,
                         std::function<void(WebSocket *)> ready)
        = 0;

    /// True once the client has left (noticed even while a request is held).
    virtual bool isGone() const = 0;

    /// Called once on the connection's thread when the client leaves before the answer; at once if
    /// it has left already.
    virtual void setGone(std::function<void()> gone) = 0;
};

using ExchangePtr = std::shared_ptr<Exchange>;

/// What is to happen with a request's body; decided from the head alone.
struct BodyPolicy
{
    enum class Kind : quint8 {
        Collect, ///< Into Request::body, up to maximumBytes (then 413), before handle().
        Stream, ///< handle() is called at once and calls Exchange::receive().
    };
    Kind kind = Kind::Collect;
    qint64 maximumBytes = 1 << 20;
};

/// The application behind a server. Both methods are called on I/O threads, at the same time from
/// several, and must not block.
class RequestHandler
{
public:
    virtual ~RequestHandler() = default;
    virtual BodyPolicy bodyPolicy(const RequestHead &head) const = 0;
    virtual void handle(Request request, ExchangePtr exchange) = 0;
};

} // namespace ci::net
