// SPDX-License-Identifier: MIT
#include "common/base/spawn.h"

#include "common/base/signaldefaults.h"

#include <QFile>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace ci {

using namespace Qt::StringLiterals;

namespace {

enum class SpawnStep : quint8 { None, Descriptors, Group, User, Directory, Exec };

// Everything the child needs, made before the fork: between fork and exec nothing may allocate.
struct SpawnPlan
{
    QByteArray path;
    std::vector<char *> arguments;
    std::vector<char *> environment;
    const char *directory = nullptr;
    std::array<int, 3> descriptors {};
    sigset_t oldMask {};
    pid_t parent = 0;
    bool changesUser = false;
    uid_t userId = 0;
    gid_t groupId = 0;
    std::vector<gid_t> groups;
};

// Where the child leaves why it failed: it shares our memory until exec (vfork), or sends it through
// a pipe (fork).
struct SpawnFailure
{
    SpawnStep step = SpawnStep::None;
    int error = 0;
};

QByteArray searchPath(const ChildCommand &command)
{
    if (command.environment) {
        for (const QByteArray &variable : *command.environment) {
            if (variable.startsWith("PATH=")) {
                return variable.sliced(5);
            }
        }
    }
    return qgetenv("PATH");
}

QByteArray findProgram(const ChildCommand &command)
{
    if (command.program.contains('/')) {
        return command.program;
    }
    const QList<QByteArray> directories = searchPath(command).split(':');
    for (const QByteArray &directory : directories) {
        const QByteArray path = (directory.isEmpty() ? "."_ba : directory) + '/' + command.program;
        if (::access(path.constData(), X_OK) == 0) {
            return path;
        }
    }
    return {};
}

bool hasNul(const ChildCommand &command)
{
    const auto contains = [](const QByteArray &text) { return text.contains('\0'); };
    return contains(command.program) || contains(command.directory)
        || std::any_of(command.arguments.begin(), command.arguments.end(), contains)
        || (command.environment
            && std::any_of(command.environment->begin(), command.environment->end(), contains));
}

std::vector<gid_t> groupsOf(uid_t user, gid_t primary)
{
    std::array<char, 16384> space;
    passwd entry {};
    passwd *found = nullptr;
    if (::getpwuid_r(user, &entry, space.data(), space.size(), &found) != 0 || found == nullptr) {
        return {primary};
    }
    std::vector<gid_t> groups(64);
    auto count = static_cast<int>(groups.size());
    if (::getgrouplist(found->pw_name, primary, groups.data(), &count) < 0) {
        groups.resize(static_cast<size_t>(count));
        ::getgrouplist(found->pw_name, primary, groups.data(), &count);
    }
    groups.resize(static_cast<size_t>(count));
    return groups;
}

gid_t primaryGroup(uid_t user)
{
    std::array<char, 16384> space;
    passwd entry {};
    passwd *found = nullptr;
    ::getpwuid_r(user, &entry, space.data(), space.size(), &found);
    return found == nullptr ? user : found->pw_gid;
}

void planUser(const ChildCommand &command, SpawnPlan &plan)
{
    if (!command.userId && !command.groupId) {
        return;
    }
    plan.userId = command.userId.value_or(::getuid());
    plan.groupId = command.groupId ? *command.groupId : primaryGroup(plan.userId);
    plan.changesUser = plan.userId != ::getuid() || plan.groupId != ::getgid();
    plan.groups = groupsOf(plan.userId, plan.groupId);
}

SpawnPlan makePlan(const ChildCommand &command, const std::array<int, 3> &descriptors)
{
    SpawnPlan plan;
    plan.path = findProgram(command);
    plan.arguments.push_back(const_cast<char *>(command.program.constData()));
    for (const QByteArray &argument : command.arguments) {
        plan.arguments.push_back(const_cast<char *>(argument.constData()));
    }
    plan.arguments.push_back(nullptr);
    if (command.environment) {
        for (const QByteArray &variable : *command.environment) {
            plan.environment.push_back(const_cast<char *>(variable.constData()));
        }
    } else {
        for (char **variable = environ; *variable != nullptr; ++variable) {
            plan.environment.push_back(*variable);
        }
    }
    plan.environment.push_back(nullptr);
    plan.directory = command.directory.isEmpty() ? nullptr : command.directory.constData();
    plan.descriptors = descriptors;
    plan.parent = ::getpid();
    planUser(command, plan);
    return plan;
}

// The raw calls change this thread only, which is all there is; glibc's would look for the threads
// of the parent, whose memory we may share.
bool becomeUser(const SpawnPlan &plan)
{
    if (!plan.changesUser) {
        return true;
    }
    return ::syscall(SYS_setgroups, plan.groups.size(), plan.groups.data()) == 0
        && ::syscall(SYS_setresgid, plan.groupId, plan.groupId, plan.groupId) == 0
        && ::syscall(SYS_setresuid, plan.userId, plan.userId, plan.userId) == 0;
}

bool placeDescriptors(const SpawnPlan &plan)
{
    for (int target = 0; target < 3; ++target) {
        // All are above 2, so that none overwrites another, and dup2 clears close-on-exec.
        if (::dup2(plan.descriptors[static_cast<size_t>(target)], target) < 0) {
            return false;
        }
    }
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    return true;
}

void resetSignals(const SpawnPlan &plan)
{
    restoreSignalDefaults();
    ::sigprocmask(SIG_SETMASK, &plan.oldMask, nullptr);
}

// In the child; returns only when it failed. Async-signal-safe calls only.
SpawnFailure becomeChild(const SpawnPlan &plan)
{
    if (!placeDescriptors(plan)) {
        return {SpawnStep::Descriptors, errno};
    }
    if (::setpgid(0, 0) != 0) {
        return {SpawnStep::Group, errno};
    }
    if (!becomeUser(plan)) {
        return {SpawnStep::User, errno};
    }
    // After the change of user, which clears it. Where the parent died before, it never comes.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != plan.parent) {
        ::_exit(127);
    }
    if (plan.directory != nullptr && ::chdir(plan.directory) != 0) {
        return {SpawnStep::Directory, errno};
    }
    resetSignals(plan);
    ::execve(plan.path.constData(), plan.arguments.data(), plan.environment.data());
    return {SpawnStep::Exec, errno};
}

// vfork: nothing is copied and the parent waits until exec, so starting costs the same however large
// the parent is.
[[gnu::noinline]] pid_t forkSharing(const SpawnPlan &plan, volatile SpawnFailure &failure)
{
    const pid_t child = ::vfork();
    if (child == 0) {
        const SpawnFailure reason = becomeChild(plan);
        failure.step = reason.step;
        failure.error = reason.error;
        ::_exit(127);
    }
    return child;
}

// fork: for a child that becomes another user, who must not share our memory even for a moment.
pid_t forkCopying(const SpawnPlan &plan, volatile SpawnFailure &failure)
{
    std::array<int, 2> pipe {};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return -1;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        const SpawnFailure reason = becomeChild(plan);
        const ssize_t sent = ::write(pipe[1], &reason, sizeof reason);
        ::_exit(sent < 0 ? 126 : 127);
    }
    ::close(pipe[1]);
    SpawnFailure reason;
    ssize_t count = 0;
    do {
        count = ::read(pipe[0], &reason, sizeof reason); // The end of file is exec's success.
    } while (count < 0 && errno == EINTR);
    ::close(pipe[0]);
    if (count == sizeof reason) {
        failure.step = reason.step;
        failure.error = reason.error;
    }
    return child;
}

Error spawnError(const ChildCommand &command, const SpawnFailure &failure)
{
    const QString program = QFile::decodeName(command.program);
    switch (failure.step) {
    case SpawnStep::Directory:
        return systemError(u"cannot start %1: cannot enter %2"_s.arg(program, QFile::decodeName(command.directory)),
                           failure.error);
    case SpawnStep::User:
        return systemError(u"cannot start %1: cannot change the user"_s.arg(program), failure.error);
    case SpawnStep::None:
    case SpawnStep::Descriptors:
    case SpawnStep::Group:
    case SpawnStep::Exec:
        break;
    }
    return systemError(u"cannot start %1"_s.arg(program), failure.error);
}

} // namespace

Result<pid_t> spawn(const ChildCommand &command, const std::array<int, 3> &descriptors)
{
    if (hasNul(command)) {
        return invalid(u"a command cannot hold a NUL"_s);
    }
    SpawnPlan plan = makePlan(command, descriptors);
    if (plan.path.isEmpty()) {
        return notFound(u"cannot start %1: there is no such program"_s.arg(QFile::decodeName(command.program)));
    }
    // No handler of ours may run in the child, whose memory is ours.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &plan.oldMask);
    volatile SpawnFailure failure {};
    const pid_t child = plan.changesUser ? forkCopying(plan, failure) : forkSharing(plan, failure);
    const int forkError = errno;
    ::pthread_sigmask(SIG_SETMASK, &plan.oldMask, nullptr);
    if (child < 0) {
        return spawnError(command, {SpawnStep::None, forkError});
    }
    const SpawnFailure reason {failure.step, failure.error};
    if (reason.step != SpawnStep::None) {
        ::waitpid(child, nullptr, 0); // Already dead.
        return spawnError(command, reason);
    }
    return child;
}

} // namespace ci
