// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "runner/jobuser.h"
#include "runner/keeper/wire.h"

#include <QByteArray>
#include <QList>

#include <sys/types.h>

#include <optional>

namespace ci::runner {

struct KeeperCommand
{
    QByteArray program; ///< A path; PATH is not searched.
    QByteArray argumentZero; ///< Empty: the program ("-bash" makes a login shell).
    QList<QByteArray> arguments;
    QByteArray directory; ///< Entered as the user.
    QList<QByteArray> environment; ///< All of it: nothing of ours is inherited.
    std::optional<JobUser> user; ///< Only root can change; nullopt: as we are.
    int input = -1; ///< -1: /dev/null. Descriptors stay the caller's to close.
    int output = -1;
    int error = -1;
    bool terminal = false; ///< `input` is a terminal: new session, and it becomes controlling.
};

using KeeperNews = keeper::News;

/// A process between us and a job's program that collects everything the program leaves behind
/// (child subreaper): on kill() or when we die, however that happens, it kills its whole tree,
/// processes that left the group or the session included, until none is left. Forked from
/// the KeeperNursery. Any thread; not a QObject: watch channel() for reading.
class Keeper final
{
public:
    static Result<Keeper> start(const KeeperCommand &command);

    Keeper(Keeper &&other) noexcept;
    Keeper &operator=(Keeper &&other) noexcept;
    Keeper(const Keeper &) = delete;
    Keeper &operator=(const Keeper &) = delete;
    /// Kills what is left and waits for it (milliseconds); wait for Gone first where that matters.
    ~Keeper();

    int channel() const { return m_channel; }
    /// The program's process id, which is also its group's; known from the start.
    pid_t programId() const { return m_program; }

    /// The next message, if one is there. Gone comes exactly once, and last.
    std::optional<KeeperNews> read();

    /// A signal to the program's process group.
    void signal(int number);
    /// SIGKILL to every descendant, until none is left; Gone follows.
    void kill();

private:
    Keeper(int channel, pid_t program);
    void end();

    int m_channel = -1;
    pid_t m_program = -1;
    bool m_gone = false;
};

} // namespace ci::runner
