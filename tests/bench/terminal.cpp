// SPDX-License-Identifier: MIT
#include "common/base/epolldispatcher.h"
#include "common/net/httpserver.h"
#include "coordinator/terminal/relay.h"
#include "runner/terminals.h"
#include "tests/bench/barepty.h"
#include "tests/bench/blockingviewer.h"
#include "tests/bench/echo.h"

#include <QCoreApplication>
#include <QFile>
#include <QUrlQuery>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <poll.h>
#include <pty.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace Qt::StringLiterals;
using namespace ci;
using Steady = std::chrono::steady_clock;

// Terminal: a key's echo and a flood, through a bare pty and through viewer socket → coordinator →
// runner → pty, in the same run. `bench_terminal MEGABYTES` floods with so many (200). The shell's end is
// the same in both: `cat` without echo of the kernel's, and `yes | head`. CPU is that of the threads of coordinator and runner together.

namespace {

QByteArray floodCommand(qint64 bytes)
{
    return "stty -echo; printf '<rea''dy>'; yes 0123456789012345678901234567890123456789 | head -c "
        + QByteArray::number(bytes) + '\n';
}

double seconds(const timeval &time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Of all threads but this one, which plays the browser.
double othersCpu()
{
    rusage all {};
    rusage own {};
    getrusage(RUSAGE_SELF, &all);
    getrusage(RUSAGE_THREAD, &own);
    return seconds(all.ru_utime) + seconds(all.ru_stime) - seconds(own.ru_utime) - seconds(own.ru_stime);
}

qint64 residentKilobytes()
{
    QFile file(u"/proc/self/statm"_s);
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').at(1).toLongLong() * 4 : 0;
}

/// Coordinator's and runner's parts with all their threads, connected as the products connect them.
class FullPath final : public terminal::RelayHost, public runner::TerminalHost, public net::RequestHandler
{
public:
    FullPath()
        : m_relay(m_clock, *this, {}),
          m_server(std::move(*net::HttpServer::create(net::HttpServerSettings {}, *this)))
    {
        runner::CoordinatorAddress address;
        address.url = QUrl(u"http://127.0.0.1:%1"_s.arg(m_server->port()));
        m_terminals = std::make_unique<runner::RunnerTerminals>(address, *this);
    }
    ~FullPath() override { m_server.reset(); }

    quint16 port() const { return m_server->port(); }

private:
    void openAtRunner(const terminal::RunnerOpen &open) override
    {
        m_terminals->open({open.owner.job, open.owner.session, open.secret, open.size});
    }
    void closeAtRunner(const terminal::SessionOwner &owner) override { m_terminals->close(owner.session); }
    void mayStay(const terminal::SessionOwner &, std::function<void(bool)> answer) override { answer(true); }

    Result<runner::TerminalPlace> terminalPlace(JobId) override
    {
        runner::TerminalPlace place;
        place.directory = "/";
        place.environment = {"PATH=/usr/bin:/bin", "HISTFILE=/dev/null", "HOME=/nonexistent"};
        return place;
    }

    net::BodyPolicy bodyPolicy(const net::RequestHead &) const override { return {}; }
    void handle(net::Request request, net::ExchangePtr exchange) override
    {
        const net::Headers &headers = request.head.headers;
        if (request.head.path == "/api/v4/runners/terminal") {
            m_relay.attachRunner({RunnerId {7},
                                  headers.value("X-Terminal-Session", {}),
                                  Secret {headers.value("X-Terminal-Secret", {})}},
                                 exchange);
        } else {
            terminal::ViewerRequest viewer;
            viewer.job = JobId {1};
            viewer.runner = RunnerId {7};
            viewer.user = UserId {1};
            viewer.subprotocols = {protocol::TerminalV1.toByteArray()};
            m_relay.attachViewer(viewer, exchange);
        }
    }

    SystemClock m_clock;
    terminal::TerminalRelay m_relay;
    std::unique_ptr<net::HttpServer> m_server;
    std::unique_ptr<runner::RunnerTerminals> m_terminals;
};

void print(const char *what, const QByteArray &ours, const QByteArray &floor, const char *aim)
{
    std::printf("%-46s %14s %22s   %s\n", what, ours.constData(), floor.constData(), aim);
    std::fflush(stdout);
}

QByteArray text(double value, const char *unit, int digits = 0)
{
    return QByteArray::number(value, 'f', digits) + ' ' + unit;
}

void compareEcho(FullPath &path, const char *what)
{
    const bench::Latency bare = bench::echoOfBarePty();
    bench::BlockingViewer viewer(path.port(), "/viewer");
    const bench::Latency ours = bench::echoOf(viewer);
    print(what, text(ours.median, "us"), "bare pty " + text(bare.median, "us"), "< 4 times the bare pty");
    print("  times the bare pty", text(ours.median / bare.median, "x", 1), {}, "< 4");
    print("  99th percentile", text(ours.p99, "us"), "bare pty " + text(bare.p99, "us"), "< 1000 us when quiet");
}

double bareFlood(qint64 wanted)
{
    bench::BarePty pty;
    pty.send(floodCommand(wanted));
    pty.waitFor("<ready>");
    const auto before = Steady::now();
    qint64 bytes = 0;
    while (bytes < wanted) {
        bytes += pty.receive().size();
    }
    return static_cast<double>(bytes) / 1e6
        / std::chrono::duration<double>(Steady::now() - before).count();
}

void compareFlood(FullPath &path, qint64 wanted)
{
    const double bare = bareFlood(wanted);
    bench::BlockingViewer viewer(path.port(), "/viewer");
    viewer.sendInput(floodCommand(wanted));
    viewer.waitFor("<ready>");
    const auto before = Steady::now();
    const double cpuBefore = othersCpu();
    qint64 bytes = 0;
    while (bytes < wanted) {
        bytes += viewer.readOutput().size();
    }
    const double cpu = othersCpu() - cpuBefore;
    const double rate = static_cast<double>(bytes) / 1e6
        / std::chrono::duration<double>(Steady::now() - before).count();
    print("terminal, flood", text(rate, "MB/s", 1), "bare pty " + text(bare, "MB/s", 1), "> 45 % of the bare pty");
    print("  of the bare pty", text(100 * rate / bare, "%"), {}, "> 45 %");
    print("  CPU of coordinator and runner", text(cpu * 1e9 / static_cast<double>(bytes), "s/GB", 1), {}, "< 15 s/GB");
}

void stall(FullPath &path)
{
    bench::BlockingViewer viewer(path.port(), "/viewer");
    viewer.sendInput("printf '<rea''dy>'\n");
    viewer.waitFor("<ready>");
    const qint64 before = residentKilobytes();
    viewer.sendInput("exec yes\n");
    std::this_thread::sleep_for(std::chrono::seconds {3});
    print("terminal, stalled viewer's flood", text(double(residentKilobytes() - before), "KB"), {}, "< 1000 KB");
    compareEcho(path, "terminal, echo beside the stalled flood");
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication::setEventDispatcher(new EpollDispatcher);
    QCoreApplication application(argc, argv);
    const qint64 megabytes = argc > 1 ? QByteArray(argv[1]).toLongLong() : 200;
    FullPath path;
    compareEcho(path, "terminal, echo of a key (median)");
    compareFlood(path, megabytes * 1'000'000);
    stall(path);
    return 0;
}
