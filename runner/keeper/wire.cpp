// SPDX-License-Identifier: MIT
#include "runner/keeper/wire.h"

#include "runner/keeper/descriptors.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace ci::keeper {

namespace {

constexpr size_t PieceBytes = 32 * 1024;

bool receiveBytes(int channel, char *bytes, size_t count)
{
    for (size_t at = 0; at < count;) {
        const ssize_t got = ::recv(channel, bytes + at, count - at, 0);
        if (got <= 0) {
            return false;
        }
        at += static_cast<size_t>(got);
    }
    return true;
}

/// Walks through texts that each end with a NUL.
struct Texts
{
    char *at;
    char *end;

    char *next()
    {
        if (at >= end) {
            return nullptr;
        }
        char *text = at;
        at += std::strlen(at) + 1; // Behind the last there is one NUL more.
        return text;
    }

    char **list(size_t count)
    {
        auto **texts = static_cast<char **>(std::calloc(count + 1, sizeof(char *)));
        for (size_t i = 0; texts && i < count; ++i) {
            texts[i] = next();
        }
        return texts;
    }
};

std::optional<Command> commandOf(const CommandHead &head, char *bytes)
{
    Command command;
    command.isTerminal = head.isTerminal;
    command.hasUser = head.hasUser;
    command.user = head.user;
    command.group = head.group;
    command.groupCount = head.groups;
    command.groups = reinterpret_cast<gid_t *>(bytes);
    Texts texts {bytes + head.groups * sizeof(gid_t), bytes + head.bytes};
    command.program = texts.next();
    command.directory = texts.next();
    command.arguments = texts.list(head.arguments);
    command.environment = texts.list(head.variables);
    const bool isWhole = command.program && command.directory && command.arguments && command.environment;
    return isWhole ? std::optional(command) : std::nullopt;
}

} // namespace

bool sendCommand(int channel, const CommandHead &head, const char *bytes, int output, int error, int input)
{
    const bool begun = head.hasInput
        ? sendDescriptors(channel, &head, sizeof head, {output, error, input})
        : sendDescriptors(channel, &head, sizeof head, {output, error});
    for (size_t at = 0; begun && at < head.bytes; at += PieceBytes) {
        if (!sendDescriptors(channel, bytes + at, std::min(PieceBytes, head.bytes - at), {})) {
            return false;
        }
    }
    return begun;
}

std::optional<Command> receiveCommand(int channel)
{
    CommandHead head;
    const ReceivedDescriptors start = receiveDescriptors(channel, &head, sizeof head);
    if (start.bytes != sizeof head || start.count != (head.hasInput ? 3 : 2)) {
        return std::nullopt;
    }
    auto *bytes = static_cast<char *>(std::calloc(head.bytes + 1, 1));
    if (!bytes || !receiveBytes(channel, bytes, head.bytes)) {
        return std::nullopt;
    }
    std::optional<Command> command = commandOf(head, bytes);
    if (command) {
        command->output = start.descriptors[0];
        command->error = start.descriptors[1];
        command->input = head.hasInput ? start.descriptors[2] : -1;
    }
    return command;
}

} // namespace ci::keeper
