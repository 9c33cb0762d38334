// SPDX-License-Identifier: MIT
#include "runner/pty.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

/// Reads of one call. More gains nothing: the frame is full at 64 KiB.
constexpr int MaxReads = 16;
/// A read that gives less than this has emptied the terminal: asking again would cost a key's echo
/// one more system call.
constexpr ssize_t Trickle = 1024;
/// Between hangup and kill: a shell passes the hangup on, an editor saves its swap file.
constexpr std::chrono::milliseconds HangupGrace {200};

KeeperCommand shellCommand(const TerminalPlace &place, int slave)
{
    KeeperCommand command;
    command.program = place.shell;
    if (place.loginShell) {
        // By the leading '-' of argv[0] a shell knows that it is a login shell (bash(1)).
        command.argumentZero = "-" + place.shell.sliced(place.shell.lastIndexOf('/') + 1);
    }
    command.arguments = {"-i"};
    for (const QByteArray &entry : place.environment) {
        if (!entry.startsWith("TERM=") && !entry.startsWith("COLUMNS=")
            && !entry.startsWith("LINES=")) {
            command.environment.append(entry);
        }
    }
    command.environment.append("TERM=xterm-256color");
    command.directory = place.directory;
    command.user = place.user;
    command.input = slave;
    command.output = slave;
    command.error = slave;
    command.terminal = true;
    return command;
}

Result<int> openMaster()
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
        const Error error = systemError(u"cannot open a pseudo-terminal"_s, errno);
        if (master >= 0) {
            close(master);
        }
        return error;
    }
    return master;
}

/// The other side, given to the job's user so that it can be opened by its name there.
Result<int> openSlave(int master, const std::optional<JobUser> &user)
{
    std::array<char, 64> name {};
    if (ptsname_r(master, name.data(), name.size()) != 0
        || (user && geteuid() == 0 && chown(name.data(), user->uid, static_cast<gid_t>(-1)) != 0)) {
        return systemError(u"cannot prepare a pseudo-terminal"_s, errno);
    }
    const int slave = open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        return systemError(u"cannot open a pseudo-terminal"_s, errno);
    }
    return slave;
}

} // namespace

Pty::Pty(QObject *parent) : QObject(parent)
{
    m_graceTimer.setSingleShot(true);
    m_graceTimer.setInterval(HangupGrace);
    connect(&m_graceTimer, &QTimer::timeout, this, [this] {
        if (m_keeper) {
            m_keeper->kill();
        }
    });
}

Pty::~Pty()
{
    m_readNotifier.reset();
    m_writeNotifier.reset();
    m_newsNotifier.reset();
    if (m_master >= 0) {
        close(m_master);
    }
}

Result<void> Pty::start(const TerminalPlace &place, protocol::TerminalSize size)
{
    const Result<int> master = openMaster();
    if (!master) {
        return master.error();
    }
    m_master = *master;
    resize(size);
    const Result<int> slave = openSlave(m_master, place.user);
    if (!slave) {
        return slave.error();
    }
    Result<Keeper> keeper = Keeper::start(shellCommand(place, *slave));
    close(*slave);
    if (!keeper) {
        return keeper.error();
    }
    if (keeper->programId() <= 0) {
        const std::optional<KeeperNews> news = keeper->read();
        const QString what = u"cannot run %1 in %2"_s.arg(QString::fromUtf8(place.shell),
                                                         QString::fromUtf8(place.directory));
        return systemError(what, news ? news->value : EIO);
    }
    m_keeper.emplace(*std::move(keeper));
    watch(m_master);
    return {};
}

void Pty::watch(int master)
{
    m_readNotifier = std::make_unique<QSocketNotifier>(master, QSocketNotifier::Read);
    m_writeNotifier = std::make_unique<QSocketNotifier>(master, QSocketNotifier::Write);
    m_readNotifier->setEnabled(false);
    m_writeNotifier->setEnabled(false);
    connect(m_readNotifier.get(), &QSocketNotifier::activated, this, &Pty::readable);
    connect(m_writeNotifier.get(), &QSocketNotifier::activated, this, [this] {
        m_writeNotifier->setEnabled(false);
        Q_EMIT writable();
    });
    m_newsNotifier = std::make_unique<QSocketNotifier>(m_keeper->channel(), QSocketNotifier::Read);
    connect(m_newsNotifier.get(), &QSocketNotifier::activated, this, &Pty::readNews);
}

qsizetype Pty::read(char *target, qsizetype maximum)
{
    qsizetype total = 0;
    for (int i = 0; i < MaxReads && total < maximum && !m_atEnd; ++i) {
        const ssize_t size = ::read(m_master, target + total, static_cast<size_t>(maximum - total));
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0 && errno == EAGAIN) {
            break;
        }
        if (size <= 0) {
            // EIO is the usual end of a pty: nobody has the slave open any more.
            m_atEnd = true;
            m_readNotifier->setEnabled(false);
            break;
        }
        total += size;
        if (size < Trickle) {
            break;
        }
    }
    return total;
}

void Pty::setReading(bool reading)
{
    const bool wanted = reading && !m_atEnd;
    if (m_readNotifier && m_readNotifier->isEnabled() != wanted) {
        m_readNotifier->setEnabled(wanted);
    }
}

qsizetype Pty::write(QByteArrayView bytes)
{
    qsizetype total = 0;
    while (total < bytes.size()) {
        const ssize_t size = ::write(m_master,
                                     bytes.data() + total,
                                     static_cast<size_t>(bytes.size() - total));
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0 && errno == EAGAIN) {
            m_writeNotifier->setEnabled(true);
            return total;
        }
        if (size <= 0) {
            return bytes.size(); // The shell is gone: what was typed goes nowhere.
        }
        total += size;
    }
    return total;
}

void Pty::resize(protocol::TerminalSize size)
{
    if (m_master >= 0 && size.isSane()) {
        winsize window {};
        window.ws_col = static_cast<unsigned short>(size.columns);
        window.ws_row = static_cast<unsigned short>(size.rows);
        ioctl(m_master, TIOCSWINSZ, &window);
    }
}

void Pty::stop()
{
    if (m_keeper && !m_graceTimer.isActive()) {
        m_keeper->signal(SIGHUP);
        m_keeper->signal(SIGCONT);
        m_graceTimer.start();
    }
}

void Pty::readNews()
{
    while (m_keeper) {
        const std::optional<KeeperNews> news = m_keeper->read();
        if (!news) {
            return;
        }
        switch (news->kind) {
        case KeeperNews::Kind::CannotStart:
            break;
        case KeeperNews::Kind::Exited:
        case KeeperNews::Kind::Signaled:
            Q_EMIT exited({news->kind == KeeperNews::Kind::Signaled, news->value});
            m_keeper->kill();
            break;
        case KeeperNews::Kind::Gone:
            m_newsNotifier->setEnabled(false);
            m_newsNotifier.release()->deleteLater();
            m_graceTimer.stop();
            m_keeper.reset();
            Q_EMIT gone();
            return;
        }
    }
}

} // namespace ci::runner
