// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <initializer_list>

namespace ci::keeper {

/// As many as a keeper is given: input, output, error.
constexpr int MaxPassedDescriptors = 3;

/// Data and open descriptors over a Unix socket (SCM_RIGHTS of unix(7)). Blocks while its buffer is
/// full. False: errno.
bool sendDescriptors(int socket, const void *bytes, size_t length, std::initializer_list<int> descriptors);

struct ReceivedDescriptors
{
    ssize_t bytes = -1; ///< -1: errno; 0: the other side is gone.
    int count = 0;
    std::array<int, MaxPassedDescriptors> descriptors {}; ///< The caller's to close.
};

/// One message; blocks until there is one.
ReceivedDescriptors receiveDescriptors(int socket, void *bytes, size_t length);

/// Closes every descriptor of this process but these two (which may be the same).
void closeAllBut(int first, int second);

} // namespace ci::keeper
