// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/headers.h"

#include <optional>

namespace ci::net {

/// Bytes [first, first + length) of something.
struct ByteRange
{
    qint64 first = 0;
    qint64 length = 0;
};

/// What a Range field asks of something with `size` bytes (RFC 9110, 14).
struct RangeDecision
{
    enum class Kind : quint8 {
        Whole, ///< No range, one that is ignored (several, malformed, another unit), or a stale If-Range.
        Partial, ///< 206 with Content-Range.
        Unsatisfiable, ///< 416 with "Content-Range: bytes */size".
    };
    Kind kind = Kind::Whole;
    ByteRange range;
};

/// `etag` with its quotes, for If-Range; empty: none.
RangeDecision decideRange(const Headers &request, qint64 size, QByteArrayView etag);

/// "bytes 0-9/100"
QByteArray contentRange(ByteRange range, qint64 size);

/// Whether `field` (If-Match, If-None-Match) names the tag: a list or "*"; weak comparison ignores W/.
bool matchesEtag(QByteArrayView field, QByteArrayView etag, bool weakly);

/// True: answer 304 (GET and HEAD).
bool isNotModified(const Headers &request, QByteArrayView etag);

/// A strong tag for bytes: quoted, of SHA-256.
QByteArray makeEtag(QByteArrayView bytes);

/// Whether Accept-Encoding allows `coding` (q above 0).
bool acceptsEncoding(const Headers &request, QByteArrayView coding);

} // namespace ci::net
