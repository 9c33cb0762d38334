// SPDX-License-Identifier: MIT
#include "coordinator/forge/gitcommand.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ci::forge {

using namespace Qt::StringLiterals;
using std::chrono::steady_clock;

namespace {

constexpr qsizetype PieceBytes = 64 * 1024;
constexpr qsizetype MaxLineBytes = 64 * 1024;
constexpr qsizetype MaxErrorText = 4 * 1024;

void closeDescriptor(int &descriptor)
{
    if (descriptor >= 0) {
        ::close(descriptor);
        descriptor = -1;
    }
}

/// Ours and the child's end. A socket, so that writing to a dead child is an error, no signal.
Result<std::array<int, 2>> makeChannel()
{
    std::array<int, 2> ends {};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return systemError(u"cannot make a channel to git"_s, errno);
    }
    return ends;
}

/// posix_spawn wants arrays of char *.
class StringArray
{
public:
    explicit StringArray(const QList<QByteArray> &strings) : m_strings(strings)
    {
        for (QByteArray &string : m_strings) {
            m_pointers.push_back(string.data());
        }
        m_pointers.push_back(nullptr);
    }
    char *const *data() { return m_pointers.data(); }

private:
    QList<QByteArray> m_strings;
    std::vector<char *> m_pointers;
};

Result<qint64> spawnGit(const QList<QByteArray> &arguments, int input, int output, int errors)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t all;
    sigfillset(&all);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    StringArray argv(QList<QByteArray> {"git"_ba} + arguments);
    StringArray environment(gitEnvironment());
    pid_t pid = -1;
    const int failed = ::posix_spawnp(&pid, "git", &actions, &attributes, argv.data(),
                                      environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? Result<qint64>(pid) : Result<qint64>(systemError(u"cannot run git"_s, failed));
}

} // namespace

QList<QByteArray> gitEnvironment()
{
    const QByteArray path = qEnvironmentVariableIsSet("PATH") ? qgetenv("PATH")
                                                              : "/usr/local/bin:/usr/bin:/bin"_ba;
    return {"PATH=" + path,
            "LC_ALL=C"_ba,
            "HOME=/nonexistent"_ba,
            "GIT_CONFIG_NOSYSTEM=1"_ba,
            "GIT_CONFIG_GLOBAL=/dev/null"_ba,
            "GIT_ATTR_NOSYSTEM=1"_ba,
            "GIT_TERMINAL_PROMPT=0"_ba,
            "GIT_PAGER=cat"_ba,
            "GIT_OPTIONAL_LOCKS=0"_ba,
            "GIT_NO_REPLACE_OBJECTS=1"_ba,
            "GIT_LITERAL_PATHSPECS=1"_ba,
            // Whoever runs git for us makes no commits; reflogs want a name all the same.
            "GIT_COMMITTER_NAME=Capstan"_ba,
            "GIT_COMMITTER_EMAIL=capstan@localhost"_ba,
            "GIT_AUTHOR_NAME=Capstan"_ba,
            "GIT_AUTHOR_EMAIL=capstan@localhost"_ba};
}

QList<QByteArray> gitPrefix(const QString &repository)
{
    return {"-c"_ba, "safe.directory=*"_ba,
            "-c"_ba, "core.hooksPath=/dev/null"_ba,
            "-c"_ba, "core.quotePath=false"_ba,
            "-c"_ba, "gc.autoDetach=false"_ba,
            "--git-dir="_ba + QFile::encodeName(repository)};
}

Result<GitChild> GitChild::start(const QList<QByteArray> &arguments, Limits limits)
{
    GitChild child;
    child.m_limits = limits;
    child.m_deadline = steady_clock::now() + limits.time;
    std::array<int, 3> theirs {-1, -1, -1};
    const std::array<int *, 3> ours {&child.m_input, &child.m_output, &child.m_errors};
    Result<void> made;
    for (size_t i = 0; i < 3 && made; ++i) {
        const Result<std::array<int, 2>> ends = makeChannel();
        if (!ends) {
            made = ends.error();
            break;
        }
        *ours[i] = (*ends)[0];
        theirs[i] = (*ends)[1];
        ::fcntl(*ours[i], F_SETFL, O_NONBLOCK);
    }
    Result<qint64> pid = made ? spawnGit(arguments, theirs[0], theirs[1], theirs[2])
                              : Result<qint64>(made.error());
    for (int &descriptor : theirs) {
        closeDescriptor(descriptor);
    }
    if (!pid) {
        return pid.error();
    }
    child.m_pid = *pid;
    return child;
}

GitChild::GitChild(GitChild &&other) noexcept
    : m_pid(std::exchange(other.m_pid, -1))
    , m_input(std::exchange(other.m_input, -1))
    , m_output(std::exchange(other.m_output, -1))
    , m_errors(std::exchange(other.m_errors, -1))
    , m_buffer(std::move(other.m_buffer))
    , m_consumed(other.m_consumed)
    , m_errorText(std::move(other.m_errorText))
    , m_total(other.m_total)
    , m_limits(other.m_limits)
    , m_deadline(other.m_deadline)
{
}

GitChild::~GitChild()
{
    closeDescriptor(m_input);
    closeDescriptor(m_output);
    closeDescriptor(m_errors);
    if (m_pid > 0) {
        ::kill(static_cast<pid_t>(-m_pid), SIGKILL);
        while (::waitpid(static_cast<pid_t>(m_pid), nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

Result<void> GitChild::waitFor(int descriptor, short events)
{
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_deadline - steady_clock::now());
        if (left.count() <= 0) {
            return unavailable(u"git took longer than %1 s"_s.arg(m_limits.time.count() / 1000));
        }
        std::array<pollfd, 2> polled {pollfd {descriptor, events, 0}, pollfd {m_errors, POLLIN, 0}};
        const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) {
            return systemError(u"waiting for git"_s, errno);
        }
        if (ready > 0 && polled[1].revents != 0) {
            drainErrors();
        }
        if (ready > 0 && polled[0].revents != 0) {
            return {};
        }
    }
}

void GitChild::drainErrors()
{
    std::array<char, 4096> piece {};
    const ssize_t count = ::recv(m_errors, piece.data(), piece.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
        closeDescriptor(m_errors); // poll() skips a negative descriptor.
    } else if (count > 0 && m_errorText.size() < MaxErrorText) {
        m_errorText.append(piece.data(), std::min<qsizetype>(count, MaxErrorText - m_errorText.size()));
    }
}

Result<void> GitChild::write(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t count = ::send(m_input, bytes.data(), static_cast<size_t>(bytes.size()),
                                     MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) {
            bytes = bytes.sliced(count);
        } else if (errno == EAGAIN) {
            if (const Result<void> ready = waitFor(m_input, POLLOUT); !ready) {
                return ready;
            }
        } else if (errno != EINTR) {
            return systemError(u"writing to git"_s, errno);
        }
    }
    return {};
}

void GitChild::closeInput()
{
    closeDescriptor(m_input);
}

Result<bool> GitChild::fill()
{
    if (m_consumed > PieceBytes || m_consumed == m_buffer.size()) {
        m_buffer.remove(0, m_consumed);
        m_consumed = 0;
    }
    while (true) {
        const qsizetype old = m_buffer.size();
        m_buffer.resize(old + PieceBytes);
        const ssize_t count = ::recv(m_output, m_buffer.data() + old, size_t(PieceBytes), MSG_DONTWAIT);
        const int error = errno;
        m_buffer.truncate(old + std::max<qsizetype>(count, 0));
        if (count > 0) {
            m_total += count;
            return m_total <= m_limits.maxOutputBytes
                ? Result<bool>(true)
                : Result<bool>(tooLarge(u"git answered more than %1 MiB"_s
                                            .arg(m_limits.maxOutputBytes >> 20)));
        }
        if (count == 0) {
            return false;
        }
        if (error == EAGAIN) {
            if (const Result<void> ready = waitFor(m_output, POLLIN); !ready) {
                return ready.error();
            }
        } else if (error != EINTR) {
            return systemError(u"reading from git"_s, error);
        }
    }
}

Result<QByteArray> GitChild::readLine()
{
    while (true) {
        const qsizetype end = m_buffer.indexOf('\n', m_consumed);
        if (end >= 0) {
            const QByteArray line = m_buffer.sliced(m_consumed, end - m_consumed);
            m_consumed = end + 1;
            return line;
        }
        if (m_buffer.size() - m_consumed > MaxLineBytes) {
            return tooLarge(u"git answered with an endless line"_s);
        }
        const Result<bool> more = fill();
        if (!more) {
            return more.error();
        }
        if (!*more) {
            return ioError(u"git ended in the middle of an answer"_s);
        }
    }
}

Result<QByteArray> GitChild::read(qint64 count)
{
    while (m_buffer.size() - m_consumed < count) {
        const Result<bool> more = fill();
        if (!more) {
            return more.error();
        }
        if (!*more) {
            return ioError(u"git ended in the middle of an answer"_s);
        }
    }
    const QByteArray bytes = m_buffer.sliced(m_consumed, count);
    m_consumed += count;
    return bytes;
}

Result<QByteArray> GitChild::readAll()
{
    while (true) {
        const Result<bool> more = fill();
        if (!more) {
            return more.error();
        }
        if (!*more) {
            const QByteArray all = m_buffer.sliced(m_consumed);
            m_consumed = m_buffer.size();
            return all;
        }
    }
}

Result<void> GitChild::finish()
{
    closeInput();
    while (m_errors >= 0) {
        if (const Result<void> ready = waitFor(m_errors, POLLIN); !ready) {
            return ready;
        }
    }
    int status = 0;
    while (::waitpid(static_cast<pid_t>(m_pid), &status, 0) < 0 && errno == EINTR) {
    }
    m_pid = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return {};
    }
    const QString said = QString::fromUtf8(m_errorText).trimmed();
    return ioError(said.isEmpty() ? u"git failed"_s : said);
}

Result<QByteArray> runGit(const QList<QByteArray> &arguments, QByteArrayView input,
                          GitChild::Limits limits)
{
    Result<GitChild> git = GitChild::start(arguments, limits);
    if (!git) {
        return git.error();
    }
    // What is given as input is read before anything is answered, by every command used here.
    if (const Result<void> written = git->write(input); !written) {
        const Result<void> ended = git->finish();
        return ended ? written.error() : ended.error();
    }
    git->closeInput();
    Result<QByteArray> output = git->readAll();
    if (!output) {
        return output;
    }
    const Result<void> ended = git->finish();
    return ended ? output : Result<QByteArray>(ended.error());
}

} // namespace ci::forge
