// SPDX-License-Identifier: MIT
#include "common/base/childprocess.h"

#include "common/base/outputqueue.h"
#include "common/base/spawn.h"

#include <QPointer>
#include <QSocketNotifier>
#include <QThreadPool>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ci {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t ReadBytes = 64 * 1024; // A pipe's usual capacity.

// A write to a child that closed its stdin must fail, not kill us. Children get the default back.
void ignoreBrokenPipes()
{
    static const bool done = [] {
        ::signal(SIGPIPE, SIG_IGN);
        return true;
    }();
    Q_UNUSED(done)
}

// Above 2, or placing one at 0 to 2 in the child could overwrite another.
int liftDescriptor(int descriptor)
{
    if (descriptor > 2 || descriptor < 0) {
        return descriptor;
    }
    const int lifted = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    ::close(descriptor);
    return lifted;
}

struct ChildPipe
{
    ~ChildPipe()
    {
        closeEnd(0);
        closeEnd(1);
    }

    bool open()
    {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            return false;
        }
        ends = {liftDescriptor(ends[0]), liftDescriptor(ends[1])};
        return ends[0] >= 0 && ends[1] >= 0;
    }
    void closeEnd(size_t end)
    {
        if (ends[end] >= 0) {
            ::close(std::exchange(ends[end], -1));
        }
    }
    int take(size_t end)
    {
        ::fcntl(ends[end], F_SETFL, O_NONBLOCK);
        return std::exchange(ends[end], -1);
    }

    std::array<int, 2> ends {-1, -1}; ///< Reading, writing.
};

ChildExit toExit(const siginfo_t &info)
{
    return {info.si_code != CLD_EXITED, info.si_status};
}

} // namespace

class ChildProcess::Private
{
public:
    struct Stream
    {
        int descriptor = -1;
        std::unique_ptr<QSocketNotifier> notifier;

        void watch(int fd, QSocketNotifier::Type type)
        {
            descriptor = fd;
            notifier = std::make_unique<QSocketNotifier>(fd, type);
        }
        void close()
        {
            if (notifier != nullptr) {
                notifier->setEnabled(false);
                notifier.release()->deleteLater(); // We may be inside its signal.
            }
            if (descriptor >= 0) {
                ::close(std::exchange(descriptor, -1));
            }
        }
        bool isOpen() const { return descriptor >= 0; }
    };
    using Signal = void (ChildProcess::*)(const QByteArray &);

    explicit Private(ChildProcess *process)
        : q(process)
    {
    }

    void watchAll(ChildPipe &inputPipe, ChildPipe &outputPipe, ChildPipe &errorPipe);
    void read(Stream &stream, Signal signal);
    void flush();
    void noteExit();
    void finishIfDone();
    void reap();
    void abandon();

    ChildProcess *q;
    pid_t pid = 0;
    Stream death; ///< The pidfd.
    Stream input;
    Stream output;
    Stream errors;
    OutputQueue queue;
    bool closesInput = false;
    bool paused = false;
    std::optional<ChildExit> exit;
    QTimer *killTimer = nullptr;
};

void ChildProcess::Private::watchAll(ChildPipe &inputPipe, ChildPipe &outputPipe, ChildPipe &errorPipe)
{
    input.watch(inputPipe.take(1), QSocketNotifier::Write);
    input.notifier->setEnabled(false);
    QObject::connect(input.notifier.get(), &QSocketNotifier::activated, q, [this] { flush(); });
    output.watch(outputPipe.take(0), QSocketNotifier::Read);
    QObject::connect(output.notifier.get(), &QSocketNotifier::activated, q, [this] {
        read(output, &ChildProcess::outputRead);
    });
    if (errorPipe.ends[0] >= 0) {
        errors.watch(errorPipe.take(0), QSocketNotifier::Read);
        QObject::connect(errors.notifier.get(), &QSocketNotifier::activated, q, [this] {
            read(errors, &ChildProcess::errorRead);
        });
    }
    QObject::connect(death.notifier.get(), &QSocketNotifier::activated, q, [this] { noteExit(); });
    if (paused) {
        q->setOutputPaused(true);
    }
}

void ChildProcess::Private::read(Stream &stream, Signal signal)
{
    QByteArray bytes(static_cast<qsizetype>(ReadBytes), Qt::Uninitialized);
    ssize_t count = 0;
    do {
        count = ::read(stream.descriptor, bytes.data(), ReadBytes);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        bytes.truncate(count);
        if (count < static_cast<ssize_t>(ReadBytes / 4)) {
            bytes.squeeze(); // Whoever keeps a line must not keep 64 KiB.
        }
        Q_EMIT (q->*signal)(bytes);
        return;
    }
    if (count < 0 && errno == EAGAIN) {
        return;
    }
    stream.close();
    finishIfDone();
}

void ChildProcess::Private::flush()
{
    const qint64 before = queue.size();
    while (input.isOpen() && !queue.isEmpty()) {
        std::array<iovec, 16> parts;
        const int count = queue.gather(parts.data(), static_cast<int>(parts.size()));
        const ssize_t written = ::writev(input.descriptor, parts.data(), count);
        if (written > 0) {
            queue.drop(written);
            continue;
        }
        if (errno == EAGAIN) {
            break;
        }
        if (errno != EINTR) {
            queue.clear(); // It closed its stdin.
            input.close();
        }
    }
    if (input.isOpen()) {
        input.notifier->setEnabled(!queue.isEmpty());
        if (queue.isEmpty() && closesInput) {
            input.close();
        }
    }
    if (queue.size() < before) {
        Q_EMIT q->inputWritten(); // Last: it may destroy us.
    }
}

void ChildProcess::Private::noteExit()
{
    siginfo_t info {};
    // It stays a zombie until the end, so that its group's number cannot become another's.
    if (::waitid(P_PIDFD, static_cast<id_t>(death.descriptor), &info, WEXITED | WNOHANG | WNOWAIT) != 0
        || info.si_pid == 0) {
        return;
    }
    death.notifier->setEnabled(false);
    exit = toExit(info);
    const bool wasInputWaiting = !queue.isEmpty();
    queue.clear();
    input.close();
    const QPointer<ChildProcess> self(q);
    Q_EMIT q->exited(*exit);
    if (self && wasInputWaiting) {
        Q_EMIT q->inputWritten(); // Who waits for room must not wait for a dead reader.
    }
    if (self) {
        finishIfDone();
    }
}

void ChildProcess::Private::finishIfDone()
{
    if (!exit || output.isOpen() || errors.isOpen() || pid == 0) {
        return;
    }
    reap();
    if (killTimer != nullptr) {
        killTimer->stop();
    }
    Q_EMIT q->finished(*exit); // Last: it may destroy us.
}

void ChildProcess::Private::reap()
{
    siginfo_t info {};
    ::waitid(P_PIDFD, static_cast<id_t>(death.descriptor), &info, WEXITED);
    death.close();
    pid = 0;
}

// Kills the group and lets somebody else wait for the death where it takes its time.
void ChildProcess::Private::abandon()
{
    input.close();
    output.close();
    errors.close();
    if (pid == 0) {
        return;
    }
    ::kill(-pid, SIGKILL);
    siginfo_t info {};
    ::waitid(P_PIDFD, static_cast<id_t>(death.descriptor), &info, WEXITED | WNOHANG);
    if (info.si_pid == 0) {
        QThreadPool::globalInstance()->start([child = pid] { ::waitpid(child, nullptr, 0); });
    }
    death.close();
    pid = 0;
}

ChildProcess::ChildProcess(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

ChildProcess::~ChildProcess()
{
    d->abandon();
}

Result<void> ChildProcess::start(const ChildCommand &command)
{
    if (d->pid != 0) {
        return conflict(u"the child runs already"_s);
    }
    ignoreBrokenPipes();
    ChildPipe input;
    ChildPipe output;
    ChildPipe errors;
    if (!input.open() || !output.open() || (!command.mergeErrors && !errors.open())) {
        return systemError(u"cannot make a pipe"_s, errno);
    }
    const int errorEnd = command.mergeErrors ? output.ends[1] : errors.ends[1];
    const Result<pid_t> child = spawn(command, {input.ends[0], output.ends[1], errorEnd});
    if (!child) {
        return child.error();
    }
    d->pid = *child;
    d->exit.reset();
    d->closesInput = false;
    // The header of glibc 2.36 lacks C linkage for pidfd_open.
    const auto death = static_cast<int>(::syscall(SYS_pidfd_open, *child, 0));
    if (death < 0) {
        const int error = errno;
        ::kill(-*child, SIGKILL);
        ::waitpid(*child, nullptr, 0);
        d->pid = 0;
        return systemError(u"cannot watch the child"_s, error);
    }
    d->death.watch(death, QSocketNotifier::Read);
    d->watchAll(input, output, errors);
    return {};
}

qint64 ChildProcess::pid() const
{
    return d->pid;
}

bool ChildProcess::isRunning() const
{
    return d->pid != 0 && !d->exit;
}

void ChildProcess::write(QByteArrayView bytes)
{
    if (!d->input.isOpen() || d->closesInput || bytes.isEmpty()) {
        return;
    }
    const bool wasEmpty = d->queue.isEmpty();
    d->queue.append(bytes);
    if (wasEmpty) {
        d->input.notifier->setEnabled(true);
    }
}

qint64 ChildProcess::bytesToWrite() const
{
    return d->queue.size();
}

void ChildProcess::closeInput()
{
    d->closesInput = true;
    if (d->queue.isEmpty()) {
        d->input.close();
    }
}

void ChildProcess::setOutputPaused(bool paused)
{
    d->paused = paused;
    for (Private::Stream *stream : {&d->output, &d->errors}) {
        if (stream->isOpen()) {
            stream->notifier->setEnabled(!paused);
        }
    }
}

void ChildProcess::signalGroup(int signalNumber)
{
    if (d->pid != 0) {
        ::kill(-d->pid, signalNumber);
    }
}

void ChildProcess::terminate(std::chrono::milliseconds grace)
{
    if (d->pid == 0) {
        return;
    }
    signalGroup(SIGTERM);
    if (d->killTimer == nullptr) {
        d->killTimer = new QTimer(this);
        d->killTimer->setSingleShot(true);
        connect(d->killTimer, &QTimer::timeout, this, [this] { signalGroup(SIGKILL); });
    }
    d->killTimer->start(grace);
}

} // namespace ci
