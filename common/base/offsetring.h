// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayView>

#include <memory>

namespace ci {

/// The newest bytes of a stream, each named by its offset from the stream's beginning. Bounded:
/// what no longer fits is dropped from the front. Memory is taken as it is first used.
class OffsetRing
{
public:
    explicit OffsetRing(qsizetype capacity);

    qsizetype capacity() const { return m_capacity; }
    qint64 begin() const { return m_begin; } ///< Offset of the oldest byte held.
    qint64 end() const { return m_end; } ///< One past the newest.

    void append(QByteArrayView bytes);

    /// The bytes from `offset` on that lie in one piece, at most `maximum`; empty outside of the
    /// ring. Valid until the next change.
    QByteArrayView at(qint64 offset, qsizetype maximum) const;

    /// Room for new bytes in one piece, at most `maximum`, to be filled and committed: saves a
    /// copy. Its old content is still part of the ring until then, so commit() drops it.
    char *room(qsizetype maximum, qsizetype *size);
    void commit(qsizetype size);

    /// Forgets all; the stream goes on at `offset`.
    void restart(qint64 offset);

private:
    qsizetype index(qint64 offset) const { return static_cast<qsizetype>(offset % m_capacity); }

    qsizetype m_capacity;
    std::unique_ptr<char[]> m_bytes;
    qint64 m_begin = 0;
    qint64 m_end = 0;
};

} // namespace ci
