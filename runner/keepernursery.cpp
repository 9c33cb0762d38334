// SPDX-License-Identifier: MIT
#include "runner/keepernursery.h"

#include "runner/descriptors.h"
#include "runner/keeperprocess.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

[[noreturn]] void tendNursery(int requests)
{
    ::setsid();
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr); // A Ctrl-C is for the runner, which may finish its jobs.
    ::signal(SIGCHLD, SIG_IGN); // Keepers tell of their end themselves; nobody has to wait for them.
    prctl(PR_SET_NAME, "capstan-nursery");
    (void)!::chdir("/");
    closeAllBut(requests, requests);
    for (;;) {
        const ReceivedDescriptors request = receiveDescriptors(requests, nullptr, 0);
        if (request.bytes < 0 && errno == EINTR) {
            continue;
        }
        if (request.bytes < 0 || request.count != 1) {
            ::_exit(0); // Our maker is gone.
        }
        const int channel = request.descriptors[0];
        if (::fork() == 0) {
            ::close(requests);
            keeperMain(channel);
        }
        ::close(channel);
    }
}

} // namespace

KeeperNursery &KeeperNursery::instance()
{
    static KeeperNursery nursery;
    return nursery;
}

KeeperNursery::KeeperNursery() { start(); }

bool KeeperNursery::start()
{
    if (m_requests >= 0) {
        ::close(m_requests); // Ends it, should it still be there.
        ::waitpid(m_process, nullptr, 0);
        m_requests = -1;
    }
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(ends[0]);
        tendNursery(ends[1]);
    }
    const int error = errno;
    ::close(ends[1]);
    if (pid < 0) {
        ::close(ends[0]);
        errno = error;
        return false;
    }
    m_process = pid;
    m_requests = ends[0];
    return true;
}

Result<void> KeeperNursery::makeKeeper(int channel)
{
    const std::lock_guard lock(m_mutex);
    const char request = 0;
    if (m_requests >= 0 && sendDescriptors(m_requests, &request, 1, {channel})) {
        return {};
    }
    if (start() && sendDescriptors(m_requests, &request, 1, {channel})) {
        return {};
    }
    return systemError(u"cannot start a process"_s, errno);
}

} // namespace ci::runner
