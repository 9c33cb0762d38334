// SPDX-License-Identifier: MIT
#include "coordinator/app/processsignals.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ci::app {
namespace {

// A signal handler can reach nothing but statics.
int signalPipe[2] = {-1, -1};
std::atomic<int> signalsSeen {0};

void noteSignal(int number)
{
    if (signalsSeen.fetch_add(1) > 0) {
        // Whoever asks twice does not want to wait. 128 + n is what a shell shows for a signal.
        ::_exit(128 + number);
    }
    const char byte = 1;
    const ssize_t written = ::write(signalPipe[1], &byte, 1);
    static_cast<void>(written);
}

} // namespace

ProcessSignals::ProcessSignals(QObject *parent)
    : QObject(parent)
{
    if (::pipe2(signalPipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        return;
    }
    m_notifier = new QSocketNotifier(signalPipe[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &ProcessSignals::takeSignal);

    struct sigaction action = {};
    action.sa_handler = noteSignal;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

ProcessSignals::~ProcessSignals()
{
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    ::close(signalPipe[0]);
    ::close(signalPipe[1]);
}

void ProcessSignals::takeSignal()
{
    char byte = 0;
    while (::read(signalPipe[0], &byte, 1) == 1) { }
    Q_EMIT stopRequested();
}

void raiseFileLimit()
{
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace ci::app
