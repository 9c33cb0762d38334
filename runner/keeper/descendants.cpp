// SPDX-License-Identifier: MIT
#include "runner/keeper/descendants.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>

namespace ci::keeper {

namespace {

// Enough for one walk; the next walk sees the rest. Static: a keeper has a small stack to spare.
constexpr int MaxSeen = 8192;
pid_t seen[MaxSeen];

struct ProcessPath
{
    char text[64] {};
    size_t length = 0;

    ProcessPath &add(const char *part)
    {
        const size_t size = ::strlen(part);
        ::memcpy(text + length, part, size);
        length += size;
        return *this;
    }

    ProcessPath &add(long number)
    {
        char digits[24];
        int count = 0;
        do {
            digits[count++] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number > 0);
        while (count > 0) {
            text[length++] = digits[--count];
        }
        return *this;
    }
};

struct KernelEntry // getdents64(2)
{
    unsigned long long inode;
    long long offset;
    unsigned short length;
    unsigned char type;
    char name[1];
};

int addChildrenOf(const char *childrenPath, int count)
{
    const int file = ::open(childrenPath, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return count;
    }
    char buffer[4096];
    long number = 0;
    ssize_t size = 0;
    while ((size = ::read(file, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < size; ++i) {
            if (buffer[i] >= '0' && buffer[i] <= '9') {
                number = number * 10 + (buffer[i] - '0');
            } else if (number > 0) {
                if (count < MaxSeen) {
                    seen[count++] = static_cast<pid_t>(number);
                }
                number = 0;
            }
        }
    }
    ::close(file);
    return count;
}

// The children of every thread of `process`: each is listed under the thread that made it.
int addChildren(pid_t process, int count)
{
    ProcessPath tasks;
    tasks.add("/proc/").add(process).add("/task");
    const int directory = ::open(tasks.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return count;
    }
    alignas(KernelEntry) char buffer[4096];
    long size = 0;
    while ((size = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            const auto *entry = reinterpret_cast<const KernelEntry *>(buffer + at);
            if (entry->name[0] >= '0' && entry->name[0] <= '9') {
                ProcessPath children = tasks;
                children.add("/").add(entry->name).add("/children");
                count = addChildrenOf(children.text, count);
            }
            at += entry->length;
        }
    }
    ::close(directory);
    return count;
}

} // namespace

int killDescendants(pid_t root)
{
    int count = addChildren(root, 0);
    // Stopped first, so that none makes another child while the walk goes on.
    for (int i = 0; i < count; ++i) {
        ::kill(seen[i], SIGSTOP);
        count = addChildren(seen[i], count);
    }
    for (int i = 0; i < count; ++i) {
        ::kill(seen[i], SIGKILL);
    }
    return count;
}

} // namespace ci::keeper
