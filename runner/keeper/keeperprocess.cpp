// SPDX-License-Identifier: MIT
#include "runner/keeper/keeperprocess.h"

#include "runner/keeper/descendants.h"
#include "runner/keeper/descriptors.h"
#include "runner/keeper/wire.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>

namespace ci::keeper {

namespace {

// Killing repeats until nothing is left; what still lives then cannot be killed by us (a program
// that became another user, or one stuck in the kernel).
constexpr int MaxKillRounds = 3'000;
constexpr timespec KillPause {0, 1'000'000};

struct KeeperState
{
    int channel;
    int childSignals;
    pid_t program;
};

void say(int channel, News::Kind kind, int value)
{
    const News news {kind, value};
    (void)!::send(channel, &news, sizeof news, MSG_NOSIGNAL);
}

void unblockSignals()
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool becomeUser(const Command &command)
{
    return syscall(SYS_setgroups, command.groupCount, command.groups) == 0
        && syscall(SYS_setresgid, command.group, command.group, command.group) == 0
        && syscall(SYS_setresuid, command.user, command.user, command.user) == 0;
}

bool placeStreams(const Command &command)
{
    const int input = command.input >= 0 ? command.input : ::open("/dev/null", O_RDONLY);
    // Moved out of the way first: one of them may be 0, 1 or 2.
    const int in = ::fcntl(input, F_DUPFD, 10);
    const int out = ::fcntl(command.output, F_DUPFD, 10);
    const int err = ::fcntl(command.error, F_DUPFD, 10);
    return ::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2;
}

// In the vforked child: returns only with a failure, in errno.
void runProgram(const Command &command)
{
    const bool grouped = command.isTerminal ? ::setsid() > 0 : ::setpgid(0, 0) == 0;
    if (!grouped || !placeStreams(command)) {
        return;
    }
    if (command.isTerminal && ::ioctl(0, TIOCSCTTY, 0) != 0) {
        return;
    }
    syscall(SYS_close_range, 3U, ~0U, 0U);
    if (command.hasUser && ::geteuid() == 0 && !becomeUser(command)) {
        return;
    }
    // After the change of user, which clears it.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (*command.directory != 0 && ::chdir(command.directory) != 0) {
        return;
    }
    ::umask(S_IWGRP | S_IWOTH);
    unblockSignals();
    ::execve(command.program, command.arguments, command.environment);
}

// vfork: the child borrows our memory until execve, so a failure's errno is simply there.
pid_t startProgram(const Command &command, int *failure)
{
    volatile int error = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    const pid_t child = ::vfork();
#pragma GCC diagnostic pop
    if (child == 0) {
        runProgram(command);
        error = errno;
        ::_exit(127);
    }
    *failure = child < 0 ? errno : error;
    return *failure == 0 ? child : 0;
}

// Reaps what has ended; tells of the program. False: no child is left.
bool reapAll(KeeperState &state)
{
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG | __WALL);
        if (pid <= 0) {
            return pid == 0;
        }
        if (pid == state.program) {
            state.program = 0;
            const bool signaled = WIFSIGNALED(status);
            say(state.channel,
                signaled ? News::Kind::Signaled : News::Kind::Exited,
                signaled ? WTERMSIG(status) : WEXITSTATUS(status));
        }
    }
}

[[noreturn]] void killAllAndLeave(KeeperState &state)
{
    int left = 0;
    for (int round = 0; round < MaxKillRounds && reapAll(state); ++round) {
        left = killDescendants(::getpid());
        if (!reapAll(state)) {
            break;
        }
        ::nanosleep(&KillPause, nullptr);
    }
    say(state.channel, News::Kind::Gone, reapAll(state) ? std::max(left, 1) : 0);
    ::_exit(0);
}

void obey(KeeperState &state)
{
    Order order = KillEverything;
    const ssize_t got = ::recv(state.channel, &order, sizeof order, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    // 0: our maker is dead or has let go of us.
    if (got != static_cast<ssize_t>(sizeof order) || order == KillEverything) {
        killAllAndLeave(state);
    }
    if (state.program > 0) {
        ::kill(-state.program, order);
    }
}

// Everything stays blocked, as in the nursery: a Ctrl-C in the runner's terminal must not kill us
// before our tree.
int secludeKeeper()
{
    ::setsid();
    ::signal(SIGCHLD, SIG_DFL); // The nursery ignores its children's ends; ours matter.
    prctl(PR_SET_NAME, "capstan-keeper");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    return ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

} // namespace

void keeperMain(int channel)
{
    const int childSignals = secludeKeeper();
    const std::optional<Command> command = receiveCommand(channel);
    if (!command) {
        ::_exit(0); // Our maker died while it made us.
    }
    int failure = 0;
    KeeperState state {channel, childSignals, startProgram(*command, &failure)};
    closeAllBut(channel, childSignals);
    const Hello hello {state.program};
    (void)!::send(channel, &hello, sizeof hello, MSG_NOSIGNAL);
    if (state.program == 0) {
        say(channel, News::Kind::CannotStart, failure);
        killAllAndLeave(state);
    }
    for (;;) {
        pollfd watched[] {{channel, POLLIN, 0}, {childSignals, POLLIN, 0}};
        ::poll(watched, 2, -1);
        if (watched[1].revents != 0) {
            signalfd_siginfo info;
            while (::read(childSignals, &info, sizeof info) > 0) { }
            reapAll(state);
        }
        if (watched[0].revents != 0) {
            obey(state);
        }
    }
}

} // namespace ci::keeper
