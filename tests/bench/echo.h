// SPDX-License-Identifier: MIT
#pragma once

namespace ci::bench {

class BlockingViewer;

/// From a key's way in to its echo.
struct Latency
{
    double median = 0; ///< Microseconds.
    double p99 = 0;
};

/// `cat` in a raw terminal, so that the shell's end is the same in both.
Latency echoOf(BlockingViewer &viewer);
Latency echoOfBarePty();

} // namespace ci::bench
