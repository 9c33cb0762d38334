// SPDX-License-Identifier: MIT
// realecho PORT PATH TOKEN: the echo of a key through the real programs, then through a bare pty.
#include "tests/bench/blockingviewer.h"
#include "tests/bench/echo.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "usage: realecho PORT PATH TOKEN\n");
        return 2;
    }
    ci::bench::Latency ours;
    {
        ci::bench::BlockingViewer viewer(static_cast<quint16>(std::atoi(argv[1])), argv[2], argv[3]);
        ours = ci::bench::echoOf(viewer);
        viewer.sendText(R"({"type":"close"})");
    }
    const ci::bench::Latency bare = ci::bench::echoOfBarePty();
    std::printf("{\"median_us\":%.0f,\"p99_us\":%.0f,\"bare_median_us\":%.0f,\"bare_p99_us\":%.0f}\n",
                ours.median, ours.p99, bare.median, bare.p99);
    return 0;
}
