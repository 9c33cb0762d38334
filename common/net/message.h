// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "common/net/headers.h"

#include <QByteArray>
#include <QHostAddress>

#include <memory>

namespace ci::net {

/// A request's first line and fields, checked against RFC 9112: one Host, unambiguous length.
struct RequestHead
{
    QByteArray method; ///< As sent: "GET".
    QByteArray target; ///< As sent, origin form: "/a%2Fb?x=1".
    QByteArray path; ///< The target up to '?', still percent-encoded ("%2F" means something).
    QByteArray query; ///< After '?', still encoded; empty where there is none.
    Headers headers;
    QHostAddress peer; ///< Of the socket; who is behind a trusted proxy is for the API to say.
    bool secure = false; ///< Came over our own TLS.
    std::optional<qint64> contentLength; ///< nullopt and !chunked: no body.
    bool chunked = false;
    bool expectsContinue = false; ///< "Expect: 100-continue".
    bool keepAlive = true; ///< The client lets the connection be used again.
    int minorVersion = 1; ///< Of HTTP/1.x.
    bool wantsUpgrade = false; ///< A well-formed WebSocket handshake (RFC 6455, 4.2.1).

    bool hasBody() const { return chunked || contentLength.value_or(0) > 0; }
};

struct Request
{
    RequestHead head;
    QByteArray body; ///< Whole where it was collected, else empty.
};

struct Response
{
    int status = 200;
    Headers headers; ///< Content-Length, Date, Connection and Transfer-Encoding are the server's.
    QByteArray body;
    std::shared_ptr<BodySource> source; ///< Instead of body, for what is large or not yet there.
    bool closeAfter = false;
};

} // namespace ci::net
