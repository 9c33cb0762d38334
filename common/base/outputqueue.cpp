// SPDX-License-Identifier: MIT
#include "common/base/outputqueue.h"

#include <sys/uio.h>

namespace ci {

namespace {
// Chunks that small pieces gather in: large enough that one send takes much, small enough that an
// almost empty one costs little.
constexpr qsizetype GatherBytes = 16 * 1024;
// Chunks that have left are taken out of the list in batches: one at a time costs the list's length.
constexpr size_t ForgottenChunks = 32;
} // namespace

void OutputQueue::append(QByteArrayView bytes)
{
    if (bytes.isEmpty()) {
        return;
    }
    m_size += bytes.size();
    if (m_first < m_chunks.size() && m_chunks.back().size() + bytes.size() <= GatherBytes) {
        m_chunks.back().append(bytes);
        return;
    }
    m_chunks.push_back(bytes.toByteArray());
}

void OutputQueue::appendShared(const QByteArray &bytes)
{
    if (bytes.size() < GatherBytes / 4) {
        append(bytes);
        return;
    }
    m_size += bytes.size();
    m_chunks.push_back(bytes);
}

int OutputQueue::gather(iovec *vectors, int count) const
{
    int used = 0;
    qsizetype offset = m_offset;
    for (size_t i = m_first; i < m_chunks.size() && used < count; ++i) {
        vectors[used].iov_base = const_cast<char *>(m_chunks[i].constData() + offset);
        vectors[used].iov_len = static_cast<size_t>(m_chunks[i].size() - offset);
        offset = 0;
        ++used;
    }
    return used;
}

void OutputQueue::drop(qint64 bytes)
{
    m_size -= bytes;
    while (bytes > 0) {
        const qsizetype left = m_chunks[m_first].size() - m_offset;
        if (bytes < left) {
            m_offset += bytes;
            break;
        }
        bytes -= left;
        m_chunks[m_first++] = QByteArray();
        m_offset = 0;
    }
    if (m_size == 0) {
        clear();
    } else if (m_first >= ForgottenChunks) {
        m_chunks.erase(m_chunks.begin(), m_chunks.begin() + static_cast<ptrdiff_t>(m_first));
        m_first = 0;
    }
}

void OutputQueue::clear()
{
    // Thousands of idle connections must not keep a buffer each.
    std::vector<QByteArray>().swap(m_chunks);
    m_first = 0;
    m_offset = 0;
    m_size = 0;
}

} // namespace ci
