// SPDX-License-Identifier: MIT
#include "common/base/signaldefaults.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace ci {

namespace {

// The kernel's own `struct sigaction` of signal(7), larger than any architecture's and all zero:
// SIG_DFL, no flags, an empty mask. The C library's wrapper refuses 32 and 33.
constexpr uint64_t standardAction[8] {};
constexpr size_t kernelMaskBytes = 8;

} // namespace

void restoreSignalDefaults()
{
    for (int number = 1; number < NSIG; ++number) {
        // Fails for KILL and STOP, which never change.
        (void)::syscall(SYS_rt_sigaction, number, standardAction, nullptr, kernelMaskBytes);
    }
}

} // namespace ci
