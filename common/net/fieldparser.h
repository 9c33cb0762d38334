// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/headers.h"

#include <QByteArrayView>

#include <optional>
#include <variant>

namespace ci::net {

/// Why bytes are not HTTP: the status to answer (server) and the reason for a person.
struct HttpRefusal
{
    int status = 400;
    QByteArray reason;
    Headers headers; ///< Further fields of the answer.
};

struct HeadLimits
{
    qsizetype maxBytes = 32 * 1024;
    int maxFields = 100;
};

/// Finds the end of a head (the empty line) in bytes that arrive piece by piece; looks at each byte
/// once. A line that ends without CR is refused at once rather than waited for.
class HeadScanner
{
public:
    explicit HeadScanner(HeadLimits limits)
        : m_limits(limits)
    {
    }

    /// `bytes` begins where the head begins, and only grows between calls. The head's length with
    /// its empty line, nothing while it is incomplete, or a refusal.
    std::variant<std::monostate, qsizetype, HttpRefusal> scan(QByteArrayView bytes);

private:
    HeadLimits m_limits;
    qsizetype m_scanned = 0;
    qsizetype m_lineStart = 0;
    bool m_started = false; ///< A line that is not empty has been seen.
};

/// Cuts the first line off `bytes`, without its CRLF.
QByteArrayView takeLine(QByteArrayView &bytes);

/// Field lines up to the empty one. Folded lines, spaces before the colon, control characters and
/// bare CR are refused (RFC 9112, 5; request smuggling begins with leniency here).
std::variant<Headers, HttpRefusal> parseFields(QByteArrayView lines, int maxFields);

/// How long a message's body is, by RFC 9112, 6: never by two ways at once.
struct Framing
{
    std::optional<qint64> contentLength;
    bool chunked = false;
};
std::variant<Framing, HttpRefusal> parseFraming(const Headers &headers);

} // namespace ci::net
