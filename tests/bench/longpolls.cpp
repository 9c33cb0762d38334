// SPDX-License-Identifier: MIT
// longpolls HOST PORT RUNNER_TOKEN COUNT: times GETs alone, then holds COUNT job requests open and
// times the same GETs beside them. Says "held" and waits for a line on stdin before it lets go, so
// that the caller can look at the coordinator's memory and CPU meanwhile.
#include "tests/bench/loadclient.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <vector>

using ci::bench::LoadClient;
using std::chrono::steady_clock;

namespace {

const std::string Json = "Content-Type: application/json\r\n";

double medianGetMicroseconds(const std::string &host, int port)
{
    LoadClient client(host, port);
    std::vector<double> times;
    for (int i = 0; i < 3000; ++i) {
        const auto start = steady_clock::now();
        if (!client.call("GET", "/api/v4/version", "", "")) {
            return -1;
        }
        times.push_back(
            std::chrono::duration<double, std::micro>(steady_clock::now() - start).count());
    }
    return ci::bench::percentile(times, 0.5);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "usage: longpolls HOST PORT RUNNER_TOKEN COUNT\n");
        return 2;
    }
    const std::string host = argv[1];
    const int port = std::atoi(argv[2]);
    const std::string token = argv[3];
    const int count = std::atoi(argv[4]);
    const rlimit files {20'000, 20'000};
    ::setrlimit(RLIMIT_NOFILE, &files);

    const double alone = medianGetMicroseconds(host, port);
    LoadClient first(host, port);
    const std::string info = "\"info\":{\"name\":\"poll\",\"features\":{}}";
    const auto answer = first.call(
        "POST", "/api/v4/jobs/request", Json, "{\"token\":\"" + token + "\"," + info + "}");
    if (!answer) {
        return 1;
    }
    std::vector<std::unique_ptr<LoadClient>> held;
    for (int i = 0; i < count; ++i) {
        auto &client = held.emplace_back(std::make_unique<LoadClient>(host, port));
        // A system id of its own each, as so many machines would have.
        const std::string body = "{\"token\":\"" + token + "\",\"system_id\":\"s_"
            + std::to_string(100'000'000'000 + i) + "\"," + info + "}";
        if (!client->send("POST", "/api/v4/jobs/request", Json, body)) {
            std::fprintf(stderr, "poll %d was refused\n", i);
            return 1;
        }
    }
    const double beside = medianGetMicroseconds(host, port);
    std::printf("held {\"count\":%d,\"get_alone_us\":%.1f,\"get_beside_us\":%.1f}\n", count, alone,
                beside);
    std::fflush(stdout);
    (void)std::getchar();
    return 0;
}
