// SPDX-License-Identifier: MIT
#include "common/base/offsetring.h"

#include <algorithm>
#include <cstring>

namespace ci {

// Not value-initialised: the kernel hands out the pages when they are first written.
OffsetRing::OffsetRing(qsizetype capacity)
    : m_capacity(std::max<qsizetype>(capacity, 1)), m_bytes(new char[static_cast<size_t>(m_capacity)])
{
}

void OffsetRing::append(QByteArrayView bytes)
{
    if (bytes.size() > m_capacity) {
        restart(m_end + bytes.size() - m_capacity);
        bytes = bytes.last(m_capacity);
    }
    while (!bytes.isEmpty()) {
        qsizetype size = 0;
        char *target = room(bytes.size(), &size);
        std::memcpy(target, bytes.data(), static_cast<size_t>(size));
        commit(size);
        bytes = bytes.sliced(size);
    }
}

QByteArrayView OffsetRing::at(qint64 offset, qsizetype maximum) const
{
    if (offset < m_begin || offset >= m_end) {
        return {};
    }
    const qsizetype start = index(offset);
    const qint64 size = std::min({m_end - offset, qint64(m_capacity - start), qint64(maximum)});
    return {m_bytes.get() + start, static_cast<qsizetype>(size)};
}

char *OffsetRing::room(qsizetype maximum, qsizetype *size)
{
    const qsizetype start = index(m_end);
    *size = std::min(maximum, m_capacity - start);
    return m_bytes.get() + start;
}

void OffsetRing::commit(qsizetype size)
{
    m_end += size;
    m_begin = std::max(m_begin, m_end - m_capacity);
}

void OffsetRing::restart(qint64 offset)
{
    m_begin = offset;
    m_end = offset;
}

} // namespace ci
