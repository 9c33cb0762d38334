// SPDX-License-Identifier: MIT
#include "runner/keeper.h"

#include "runner/keepernursery.h"
#include "runner/keeperwire.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

using namespace Qt::StringLiterals;

namespace ci::runner {

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
    KeeperHello hello;
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
    const KeeperOrder order = number;
    if (m_channel >= 0) {
        (void)!::send(m_channel, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

void Keeper::kill() { signal(KillEverything); }

} // namespace ci::runner
