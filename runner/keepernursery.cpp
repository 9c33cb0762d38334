// SPDX-License-Identifier: MIT
#include "runner/keepernursery.h"

#include "runner/keeper/descriptors.h"
#include "runner/keeper/nursery.h"
#include "runner/keeperimage.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr int RequestsDescriptor = 3; // Where the nursery's main looks.

// The nursery's program as a file without a name; -1 where the system will not have it.
int programFile()
{
    constexpr unsigned Executable = 0x10; // MFD_EXEC of Linux 6.3: older ones take it for granted.
    int file = ::memfd_create("capstan-nursery", MFD_CLOEXEC | Executable);
    if (file < 0) {
        file = ::memfd_create("capstan-nursery", MFD_CLOEXEC);
    }
    const std::span<const char> image = keeperImage();
    const auto size = static_cast<ssize_t>(image.size());
    if (file >= 0 && ::write(file, image.data(), image.size()) != size) {
        ::close(file);
        file = -1;
    }
    return file;
}

// In the child: becomes the program, or, where files without a name may not be run, does the same
// from inside this one, which is only slower.
[[noreturn]] void becomeNursery(int program, int requests)
{
    if (program >= 0) {
        const int spare = ::fcntl(program, F_DUPFD_CLOEXEC, RequestsDescriptor + 1);
        const int kept = ::fcntl(requests, F_DUPFD_CLOEXEC, RequestsDescriptor + 1);
        char name[] = "capstan-nursery";
        char *const arguments[] = {name, nullptr};
        char *const environment[] = {nullptr};
        if (::dup2(kept, RequestsDescriptor) == RequestsDescriptor) {
            syscall(SYS_execveat, spare, "", arguments, environment, AT_EMPTY_PATH);
        }
        requests = kept;
    }
    keeper::tendNursery(requests);
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
    const int program = programFile();
    const pid_t pid = ::fork();
    if (pid == 0) {
        becomeNursery(program, ends[1]);
    }
    const int error = errno;
    if (program >= 0) {
        ::close(program);
    }
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
    if (m_requests >= 0 && keeper::sendDescriptors(m_requests, &request, 1, {channel})) {
        return {};
    }
    if (start() && keeper::sendDescriptors(m_requests, &request, 1, {channel})) {
        return {};
    }
    return systemError(u"cannot start a process"_s, errno);
}

} // namespace ci::runner
