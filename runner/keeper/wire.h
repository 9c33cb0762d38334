// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace ci::keeper {

// A keeper and its maker talk over a SOCK_SEQPACKET pair: first the command, as a head that carries
// the descriptors and then bytes in messages of bounded size; then Hello, News and Order. Both are
// made in one build, so there are no versions, and numbers stand as they lie in memory.

/// Begins a command. Behind it come, in `bytes` bytes: the groups (gid_t), then texts that each end
/// with a NUL: the program, its directory, the arguments, the environment.
struct CommandHead
{
    uint64_t bytes = 0;
    uint32_t arguments = 0; ///< With argument zero.
    uint32_t variables = 0;
    uint32_t groups = 0;
    uid_t user = 0;
    gid_t group = 0;
    bool hasUser = false; ///< Else the program runs as we do.
    bool hasInput = false; ///< A third descriptor beside output and error.
    bool isTerminal = false; ///< `input` is a terminal: new session, and it becomes controlling.
};

/// What the keeper tells first.
struct Hello
{
    int32_t program = 0; ///< Its process id, which is also its group's; 0: it did not start.
};

/// One message of a keeper.
struct News
{
    enum class Kind : int32_t {
        CannotStart, ///< value: errno. Gone follows.
        Exited, ///< The program ended by itself; value: its exit status.
        Signaled, ///< value: the signal's number.
        Gone, ///< It and everything it started are gone; value: how many could not be killed.
    };
    Kind kind = Kind::Gone;
    int32_t value = 0;
};

/// What the maker tells: a signal for the program's group, or KillEverything.
using Order = int32_t;
constexpr Order KillEverything = 0;

/// A command as execve takes it. What it points to lives as long as the process.
struct Command
{
    const char *program = nullptr; ///< A path; PATH is not searched.
    const char *directory = nullptr; ///< Entered as the user; "" is none.
    char **arguments = nullptr; ///< Ends with nullptr, like the next.
    char **environment = nullptr;
    bool isTerminal = false;
    bool hasUser = false;
    uid_t user = 0;
    gid_t group = 0;
    size_t groupCount = 0;
    const gid_t *groups = nullptr;
    int input = -1; ///< -1: /dev/null.
    int output = -1;
    int error = -1;
};

/// Blocks until the keeper has read nearly all of it. `head.hasInput` says whether `input` counts.
/// False: it is gone.
bool sendCommand(int channel, const CommandHead &head, const char *bytes, int output, int error, int input);
/// nullopt: the maker is gone.
std::optional<Command> receiveCommand(int channel);

} // namespace ci::keeper
