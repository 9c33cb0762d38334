// SPDX-License-Identifier: MIT
#include "runner/keeperwire.h"

#include "runner/descriptors.h"

#include <QDataStream>
#include <QIODevice>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace ci::runner {

namespace {

constexpr qsizetype PieceBytes = 32 * 1024;

struct CommandHead
{
    qint64 bytes = 0;
    bool hasInput = false;
};

QByteArray toText(const KeeperCommand &command)
{
    QByteArray text;
    QDataStream stream(&text, QIODevice::WriteOnly);
    stream << command.program << command.argumentZero << command.arguments << command.directory
           << command.environment << command.terminal << command.user.has_value();
    if (command.user) {
        const JobUser &user = *command.user;
        stream << quint32 {user.uid} << quint32 {user.gid}
               << QList<quint32>(user.groups.begin(), user.groups.end());
    }
    return text;
}

KeeperCommand fromText(const QByteArray &text)
{
    KeeperCommand command;
    bool hasUser = false;
    QDataStream stream(text);
    stream >> command.program >> command.argumentZero >> command.arguments >> command.directory
        >> command.environment >> command.terminal >> hasUser;
    if (hasUser) {
        quint32 uid = 0;
        quint32 gid = 0;
        QList<quint32> groups;
        stream >> uid >> gid >> groups;
        JobUser user;
        user.uid = uid;
        user.gid = gid;
        user.groups.assign(groups.begin(), groups.end());
        command.user = user;
    }
    return command;
}

} // namespace

bool sendCommand(int channel, const KeeperCommand &command)
{
    const QByteArray text = toText(command);
    const CommandHead head {text.size(), command.input >= 0};
    const bool sent = head.hasInput
        ? sendDescriptors(channel, &head, sizeof head, {command.output, command.error, command.input})
        : sendDescriptors(channel, &head, sizeof head, {command.output, command.error});
    for (qsizetype at = 0; sent && at < text.size(); at += PieceBytes) {
        const qsizetype length = std::min(PieceBytes, text.size() - at);
        if (!sendDescriptors(channel, text.constData() + at, static_cast<size_t>(length), {})) {
            return false;
        }
    }
    return sent;
}

std::optional<KeeperCommand> receiveCommand(int channel)
{
    CommandHead head;
    const ReceivedDescriptors start = receiveDescriptors(channel, &head, sizeof head);
    if (start.bytes != sizeof head || start.count != (head.hasInput ? 3 : 2)) {
        return std::nullopt;
    }
    QByteArray text(head.bytes, Qt::Uninitialized);
    for (qsizetype at = 0; at < text.size();) {
        const ssize_t got = ::recv(channel, text.data() + at, static_cast<size_t>(text.size() - at), 0);
        if (got <= 0) {
            return std::nullopt;
        }
        at += got;
    }
    KeeperCommand command = fromText(text);
    command.output = start.descriptors[0];
    command.error = start.descriptors[1];
    command.input = head.hasInput ? start.descriptors[2] : -1;
    return command;
}

} // namespace ci::runner
