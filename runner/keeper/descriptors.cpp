// SPDX-License-Identifier: MIT
#include "runner/keeper/descriptors.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ci::keeper {

namespace {

struct Envelope
{
    alignas(cmsghdr) char control[CMSG_SPACE(MaxPassedDescriptors * sizeof(int))] {};
    char nothing = 0;
    iovec data {};
    msghdr message {};

    // A message without a byte could not be told from the other side's end.
    Envelope(void *bytes, size_t length, size_t controlLength)
        : data {length > 0 ? bytes : &nothing, length > 0 ? length : 1}
    {
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = controlLength > 0 ? control : nullptr;
        message.msg_controllen = controlLength;
    }
};

} // namespace

bool sendDescriptors(int socket, const void *bytes, size_t length, std::initializer_list<int> descriptors)
{
    const size_t size = descriptors.size() * sizeof(int);
    Envelope envelope(const_cast<void *>(bytes), length, size > 0 ? CMSG_SPACE(size) : 0);
    if (size > 0) {
        cmsghdr *header = CMSG_FIRSTHDR(&envelope.message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(size);
        std::memcpy(CMSG_DATA(header), std::data(descriptors), size);
    }
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket, &envelope.message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

ReceivedDescriptors receiveDescriptors(int socket, void *bytes, size_t length)
{
    Envelope envelope(bytes, length, sizeof envelope.control);
    ReceivedDescriptors received;
    received.bytes = ::recvmsg(socket, &envelope.message, MSG_CMSG_CLOEXEC);
    const cmsghdr *header = received.bytes > 0 ? CMSG_FIRSTHDR(&envelope.message) : nullptr;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        const size_t size = header->cmsg_len - CMSG_LEN(0);
        received.count = static_cast<int>(size / sizeof(int));
        std::memcpy(received.descriptors.data(), CMSG_DATA(header), size);
    }
    return received;
}

void closeAllBut(int first, int second)
{
    const auto low = static_cast<unsigned>(std::min(first, second));
    const auto high = static_cast<unsigned>(std::max(first, second));
    if (low > 0) {
        syscall(SYS_close_range, 0U, low - 1, 0U);
    }
    if (high - low > 1) {
        syscall(SYS_close_range, low + 1, high - 1, 0U);
    }
    syscall(SYS_close_range, high + 1, ~0U, 0U);
}

} // namespace ci::keeper
