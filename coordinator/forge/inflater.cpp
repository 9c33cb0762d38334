// SPDX-License-Identifier: MIT
#include "coordinator/forge/inflater.h"

#include <zlib.h>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype InflatedPiece = 64 * 1024;
constexpr int GzipWindow = 15 + 16; // zlib.h: 16 more decodes gzip only.

} // namespace

struct Inflater::Stream
{
    z_stream z {};
    Stream() { inflateInit2(&z, GzipWindow); }
    ~Stream() { inflateEnd(&z); }
};

Inflater::Inflater() : m_stream(std::make_unique<Stream>()) { }

Inflater::~Inflater() = default;

Result<QByteArray> Inflater::next()
{
    if (m_isAtEnd || (m_input.isEmpty() && !m_holdsOutput)) {
        return QByteArray();
    }
    QByteArray piece(InflatedPiece, Qt::Uninitialized);
    z_stream &z = m_stream->z;
    z.next_in = reinterpret_cast<Bytef *>(m_input.data());
    z.avail_in = static_cast<uInt>(m_input.size());
    z.next_out = reinterpret_cast<Bytef *>(piece.data());
    z.avail_out = static_cast<uInt>(piece.size());
    const int code = inflate(&z, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        return invalid(u"the body is not valid gzip"_s);
    }
    m_isAtEnd = code == Z_STREAM_END;
    m_holdsOutput = z.avail_out == 0;
    m_input.remove(0, m_input.size() - static_cast<qsizetype>(z.avail_in));
    piece.truncate(piece.size() - static_cast<qsizetype>(z.avail_out));
    return piece;
}

} // namespace ci::forge
