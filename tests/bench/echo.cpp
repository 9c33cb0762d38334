// SPDX-License-Identifier: MIT
#include "tests/bench/echo.h"

#include "tests/bench/barepty.h"
#include "tests/bench/blockingviewer.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace ci::bench {

namespace {

using Steady = std::chrono::steady_clock;

constexpr int Keys = 3000;

const QByteArray EchoCommand = "stty raw -echo; printf '<rea''dy>'; exec cat\n";

Latency measure(const std::function<void(const QByteArray &)> &send, const std::function<void()> &receive)
{
    std::vector<double> times;
    for (int i = 0; i < Keys; ++i) {
        const auto before = Steady::now();
        send("k");
        receive();
        times.push_back(std::chrono::duration<double, std::micro>(Steady::now() - before).count());
        std::this_thread::sleep_for(std::chrono::microseconds {300}); // As a person pauses, but shorter.
    }
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

} // namespace

Latency echoOf(BlockingViewer &viewer)
{
    viewer.sendInput(EchoCommand);
    viewer.waitFor("<ready>");
    return measure([&](const QByteArray &key) { viewer.sendInput(key); }, [&] { viewer.readOutput(); });
}

Latency echoOfBarePty()
{
    BarePty pty;
    pty.send(EchoCommand);
    pty.waitFor("<ready>");
    return measure([&](const QByteArray &key) { pty.send(key); }, [&] { pty.receive(); });
}

} // namespace ci::bench
