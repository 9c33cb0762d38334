// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <vector>

struct iovec;

namespace ci {

/// Bytes waiting for a descriptor. Small pieces gather in chunks, large ones are kept as they are.
class OutputQueue
{
public:
    bool isEmpty() const { return m_size == 0; }
    qint64 size() const { return m_size; }

    void append(QByteArrayView bytes);
    /// Keeps `bytes` without a copy where that pays.
    void appendShared(const QByteArray &bytes);

    /// Points at most `count` vectors at the first bytes; returns how many.
    int gather(iovec *vectors, int count) const;
    /// The first `bytes` are written.
    void drop(qint64 bytes);
    void clear();

private:
    std::vector<QByteArray> m_chunks;
    size_t m_first = 0; ///< Chunks before it have left.
    qsizetype m_offset = 0; ///< Already written of chunk m_first.
    qint64 m_size = 0;
};

} // namespace ci
