// SPDX-License-Identifier: MIT
// lives HOST PORT RUNNER_TOKEN JOBS RUNNERS: simulated runners that only talk the API. A life is a
// job request, one PATCH of 1 KB and the final PUT, on one kept connection per runner.
#include "tests/bench/loadclient.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using ci::bench::Answer;
using ci::bench::LoadClient;
using std::chrono::steady_clock;

namespace {

struct Load
{
    std::string host;
    int port = 0;
    std::string token;
    int jobs = 0;
    std::atomic<int> left {0};
    std::atomic<int> failures {0};
    std::mutex mutex;
    std::vector<double> milliseconds;
};

const std::string Json = "Content-Type: application/json\r\n";

bool liveOnce(LoadClient &client, const Load &load, const std::string &log)
{
    const std::string request = "{\"token\":\"" + load.token
        + "\",\"info\":{\"name\":\"load\",\"features\":{\"refspecs\":true,"
          "\"return_exit_code\":true,\"trace_checksum\":true}}}";
    std::optional<Answer> job;
    do {
        job = client.call("POST", "/api/v4/jobs/request", Json, request);
    } while (job && job->status == 204);
    if (!job || job->status != 201) {
        return false;
    }
    // The job's own id and token: the payload's first fields in every order are these.
    const std::string id = ci::bench::jsonField(job->body, "id");
    const std::string token = ci::bench::jsonField(job->body, "token");
    const std::string path = "/api/v4/jobs/" + id;
    const std::string headers = "JOB-TOKEN: " + token
        + "\r\nContent-Type: text/plain\r\nContent-Range: 0-"
        + std::to_string(log.size() - 1) + "\r\n";
    const auto patch = client.call("PATCH", path + "/trace", headers, log);
    if (!patch || patch->status != 202) {
        return false;
    }
    const auto put = client.call(
        "PUT", path, Json, "{\"token\":\"" + token + "\",\"state\":\"success\"}");
    return put && put->status == 200;
}

void run(Load &load)
{
    LoadClient client(load.host, load.port);
    const std::string log(1024, 'x');
    std::vector<double> mine;
    while (load.left.fetch_sub(1) > 0) {
        const auto start = steady_clock::now();
        if (!liveOnce(client, load, log)) {
            ++load.failures;
            return;
        }
        mine.push_back(
            std::chrono::duration<double, std::milli>(steady_clock::now() - start).count());
    }
    const std::lock_guard lock(load.mutex);
    load.milliseconds.insert(load.milliseconds.end(), mine.begin(), mine.end());
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 6) {
        std::fprintf(stderr, "usage: lives HOST PORT RUNNER_TOKEN JOBS RUNNERS\n");
        return 2;
    }
    Load load;
    load.host = argv[1];
    load.port = std::atoi(argv[2]);
    load.token = argv[3];
    load.jobs = std::atoi(argv[4]);
    load.left = load.jobs;
    const auto start = steady_clock::now();
    std::vector<std::thread> runners;
    for (int i = 0; i < std::atoi(argv[5]); ++i) {
        runners.emplace_back([&load] { run(load); });
    }
    for (std::thread &runner : runners) {
        runner.join();
    }
    const double seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
    std::printf("{\"lives\":%zu,\"failures\":%d,\"seconds\":%.3f,\"per_second\":%.0f,"
                "\"p50_ms\":%.2f,\"p95_ms\":%.2f}\n",
                load.milliseconds.size(),
                load.failures.load(),
                seconds,
                static_cast<double>(load.milliseconds.size()) / seconds,
                ci::bench::percentile(load.milliseconds, 0.5),
                ci::bench::percentile(load.milliseconds, 0.95));
    return load.failures == 0 ? 0 : 1;
}
