// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/message.h"

#include <QByteArray>

namespace ci::net {

/// "Not Found" for 404.
QByteArrayView reasonPhrase(int status);

/// Appends "name: value\r\n"; a field that would break the head (control characters) is left out and
/// logged, so that no text from outside can begin a second answer.
void appendField(QByteArray &head, QByteArrayView name, QByteArrayView value);

/// How an answer's body goes out.
enum class BodyFraming : quint8 {
    None, ///< HEAD, 204, 304: no body, whatever the length says.
    Length,
    Chunked,
    UntilClose, ///< Unknown length for HTTP/1.0.
};

struct AnswerShape
{
    BodyFraming framing = BodyFraming::Length;
    std::optional<qint64> length; ///< Content-Length to name, if any.
    bool closes = false;
    bool namesKeepAlive = false; ///< HTTP/1.0 wants to be told.
};

/// The shape an answer to this request has.
AnswerShape shapeOf(const Response &response, const RequestHead &request);

/// Status line and fields, with the empty line.
QByteArray writeHead(const Response &response, const AnswerShape &shape);

/// "Sun, 06 Nov 1994 08:49:37 GMT" for now; made once a second and thread.
const QByteArray &httpDate();

} // namespace ci::net
