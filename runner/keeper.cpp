// SPDX-License-Identifier: MIT
#include "runner/keeper.h"

#include "runner/keepernursery.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

void appendText(QByteArray &bytes, const QByteArray &text)
{
    bytes.append(text.constData()); // As execve will read it: up to a NUL.
    bytes.append('\0');
}

keeper::CommandHead headOf(const KeeperCommand &command)
{
    keeper::CommandHead head;
    head.arguments = static_cast<uint32_t>(command.arguments.size()) + 1;
    head.variables = static_cast<uint32_t>(command.environment.size());
    head.hasInput = command.input >= 0;
    head.isTerminal = command.terminal;
    if (command.user) {
        head.hasUser = true;
        head.user = command.user->uid;
        head.group = command.user->gid;
        head.groups = static_cast<uint32_t>(command.user->groups.size());
    }
    return head;
}

bool sendCommand(int channel, const KeeperCommand &command)
{
    QByteArray bytes;
    if (command.user) {
        const std::vector<gid_t> &groups = command.user->groups;
        bytes.append(reinterpret_cast<const char *>(groups.data()),
                     static_cast<qsizetype>(groups.size() * sizeof(gid_t)));
    }
    appendText(bytes, command.program);
    appendText(bytes, command.directory);
    appendText(bytes, command.argumentZero.isEmpty() ? command.program : command.argumentZero);
    for (const QList<QByteArray> *list : {&command.arguments, &command.environment}) {
        for (const QByteArray &text : *list) {
            appendText(bytes, text);
        }
    }
    keeper::CommandHead head = headOf(command);
    head.bytes = static_cast<uint64_t>(bytes.size());
    return keeper::sendCommand(channel, head, bytes.constData(), command.output, command.error,
                               command.input);
}

} // namespace

Keeper::Keeper(int channel, pid_t program)
    : m_channel(channel), m_program(program)
{
}

Keeper::Keeper(Keeper &&other) noexcept
    : m_channel(std::exchange(other.m_channel, -1)), m_program(other.m_program), m_gone(other.m_gone)
{
}

Keeper &Keeper::operator=(Keeper &&other) noexcept
{
    if (this != &other) {
        end();
        m_channel = std::exchange(other.m_channel, -1);
        m_program = other.m_program;
        m_gone = other.m_gone;
    }
    return *this;
}

Keeper::~Keeper() { end(); }

void Keeper::end()
{
    if (m_channel >= 0) {
        ::shutdown(m_channel, SHUT_WR); // The keeper takes this for our death, and kills.
        KeeperNews news;
        ssize_t got = 0;
        do {
            got = ::recv(m_channel, &news, sizeof news, 0);
        } while (got > 0 || (got < 0 && errno == EINTR)); // Its end closes when it is gone.
        ::close(m_channel);
        m_channel = -1;
    }
}

Result<Keeper> Keeper::start(const KeeperCommand &command)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return systemError(u"cannot make a channel to a job's processes"_s, errno);
    }
    const Result<void> made = KeeperNursery::instance().makeKeeper(ends[1]);
    ::close(ends[1]);
    if (!made.isOk()) {
        ::close(ends[0]);
        return made.error();
    }
    // Comes as soon as the program is loaded: about a millisecond.
    keeper::Hello hello;
    if (!sendCommand(ends[0], command)
        || ::recv(ends[0], &hello, sizeof hello, 0) != static_cast<ssize_t>(sizeof hello)) {
        ::close(ends[0]);
        return systemError(u"cannot start a process"_s, ECHILD);
    }
    return Keeper(ends[0], hello.program);
}

std::optional<KeeperNews> Keeper::read()
{
    if (m_gone) {
        return std::nullopt;
    }
    KeeperNews news;
    const ssize_t got = ::recv(m_channel, &news, sizeof news, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return std::nullopt;
    }
    if (got != static_cast<ssize_t>(sizeof news)) {
        // Killed from outside. Its program died with it; what had left its group may live on.
        news = {KeeperNews::Kind::Gone, 1};
    }
    if (news.kind == KeeperNews::Kind::Gone) {
        m_gone = true;
        end();
    }
    return news;
}

void Keeper::signal(int number)
{
    const keeper::Order order = number;
    if (m_channel >= 0) {
        (void)!::send(m_channel, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

void Keeper::kill() { signal(keeper::KillEverything); }

} // namespace ci::runner
