// SPDX-License-Identifier: MIT
#include "runner/unixsignals.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace ci::runner {

namespace {

// A handler can reach nothing but a static.
int signalPipe[2] {-1, -1};

// SIGHUP too: a terminal that closes must not end the jobs.
constexpr int Watched[] {SIGTERM, SIGINT, SIGQUIT, SIGHUP};

void passOn(int number)
{
    const int saved = errno;
    const auto byte = static_cast<char>(number);
    (void)!::write(signalPipe[1], &byte, 1);
    errno = saved;
}

} // namespace

UnixSignals::UnixSignals(QObject *parent) : QObject(parent)
{
    if (::pipe2(signalPipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(signalPipe[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &UnixSignals::read);
    struct sigaction action {};
    action.sa_handler = passOn;
    action.sa_flags = SA_RESTART;
    for (const int number : Watched) {
        ::sigaction(number, &action, nullptr);
    }
    ::signal(SIGPIPE, SIG_IGN);
}

UnixSignals::~UnixSignals()
{
    for (const int number : Watched) {
        ::signal(number, SIG_DFL);
    }
    m_notifier.reset();
    ::close(signalPipe[0]);
    ::close(signalPipe[1]);
}

void UnixSignals::read()
{
    char number = 0;
    while (::read(signalPipe[0], &number, 1) == 1) {
        Q_EMIT received(number);
    }
}

} // namespace ci::runner
