// SPDX-License-Identifier: MIT
// forkfloor FOLDER COUNT PARALLEL: the least a job can cost: fork and exec of the job's own command.
// First COUNT/5 one after another (time from the fork to the time stamp that the command writes),
// then COUNT with PARALLEL at once (jobs a second).
#include "tests/bench/loadclient.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <vector>

extern char **environ;

namespace {

double now()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

pid_t start(const std::string &file)
{
    const std::string command = "date +%s.%N >" + file;
    const char *arguments[] = {"bash", "-c", command.c_str(), nullptr};
    pid_t pid = 0;
    ::posix_spawnp(&pid, "bash", nullptr, nullptr, const_cast<char **>(arguments), environ);
    return pid;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "usage: forkfloor FOLDER COUNT PARALLEL\n");
        return 2;
    }
    const std::string folder = argv[1];
    const int count = std::atoi(argv[2]);
    const int parallel = std::atoi(argv[3]);

    std::vector<double> milliseconds;
    for (int i = 0; i < count / 5; ++i) {
        const std::string file = folder + "/floor";
        const double before = now();
        ::waitpid(start(file), nullptr, 0);
        double stamp = 0;
        std::ifstream(file) >> stamp;
        milliseconds.push_back((stamp - before) * 1000);
    }

    const double before = now();
    int running = 0;
    for (int i = 0; i < count; ++i) {
        if (running == parallel) {
            ::wait(nullptr);
            --running;
        }
        start(folder + "/floor" + std::to_string(i));
        ++running;
    }
    while (running-- > 0) {
        ::wait(nullptr);
    }
    std::printf("{\"p50_ms\":%.2f,\"p95_ms\":%.2f,\"per_second\":%.1f}\n",
                ci::bench::percentile(milliseconds, 0.5),
                ci::bench::percentile(milliseconds, 0.95),
                count / (now() - before));
    return 0;
}
