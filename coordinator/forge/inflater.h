// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>

#include <memory>

namespace ci::forge {

/// Unpacks a gzip body piece by piece: never more than one piece at a time, so that a small body
/// that unpacks to a huge one costs no memory.
class Inflater
{
public:
    Inflater();
    ~Inflater();

    /// Compressed bytes to unpack; kept until next() has used them.
    void add(QByteArrayView bytes) { m_input.append(bytes); }
    /// The next piece, at most 64 KiB; empty: more input is needed, or it is the end.
    Result<QByteArray> next();
    bool isAtEnd() const { return m_isAtEnd; }

private:
    struct Stream;
    std::unique_ptr<Stream> m_stream;
    QByteArray m_input;
    bool m_isAtEnd = false;
    bool m_holdsOutput = false; ///< The last piece was full: zlib may hold more.
};

} // namespace ci::forge
