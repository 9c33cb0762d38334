// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <vector>

namespace ci::net {

/// One read's worth of space for as long as this lives. Shared by all connections of a thread, and
/// safe where a slot runs a nested event loop in which another connection reads.
class ReadBuffer
{
public:
    static constexpr int Size = 64 * 1024;

    ReadBuffer()
    {
        if (spare().empty()) {
            m_bytes = std::make_unique<Bytes>();
        } else {
            m_bytes = std::move(spare().back());
            spare().pop_back();
        }
    }
    ~ReadBuffer() { spare().push_back(std::move(m_bytes)); }
    ReadBuffer(const ReadBuffer &) = delete;
    ReadBuffer &operator=(const ReadBuffer &) = delete;

    char *data() { return m_bytes->data(); }
    static constexpr int size() { return Size; }

private:
    using Bytes = std::array<char, Size>;

    static std::vector<std::unique_ptr<Bytes>> &spare()
    {
        thread_local std::vector<std::unique_ptr<Bytes>> buffers;
        return buffers;
    }

    std::unique_ptr<Bytes> m_bytes;
};

} // namespace ci::net
