// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>
#include <QObject>

#include <chrono>
#include <memory>
#include <optional>

namespace ci {

struct ChildCommand
{
    QByteArray program; ///< Looked up in PATH where it has no '/'.
    QList<QByteArray> arguments; ///< Without the program's name.
    QByteArray directory; ///< Empty: ours.
    std::optional<QList<QByteArray>> environment; ///< "KEY=value"; nullopt: ours.
    bool mergeErrors = false; ///< stderr goes where stdout goes.
    std::optional<uint> userId; ///< Drop to this user (with userId's groups) before exec.
    std::optional<uint> groupId;
};

struct ChildExit
{
    bool signaled = false;
    int code = 0; ///< Exit status, or the signal's number.
};

/// A child in its own process group on non-blocking pipes, with back-pressure: while reading is
/// paused the child blocks on its full pipe (QProcess reads without limit). Reaped always. One
/// thread, which must live as long as the child: the kernel kills the child when the *thread* that
/// started it ends (PDEATHSIG), so never start one from a thread pool. Destroying it kills the group.
class ChildProcess final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ChildProcess)

public:
    explicit ChildProcess(QObject *parent = nullptr);
    ~ChildProcess() override;

    /// Only async-signal-safe calls are made between fork and exec; a failed exec is an error here.
    Result<void> start(const ChildCommand &command);

    qint64 pid() const;
    bool isRunning() const;

    /// Queues bytes for stdin; bytesToWrite() says how many wait. Dropped after the child closed it.
    void write(QByteArrayView bytes);
    qint64 bytesToWrite() const;
    /// End of file for the child once everything queued is written.
    void closeInput();

    /// Reading stops and the pipe fills; nothing is emitted while paused.
    void setOutputPaused(bool paused);

    /// Sends a signal to the whole group.
    void signalGroup(int signalNumber);
    /// SIGTERM, and SIGKILL after `grace`.
    void terminate(std::chrono::milliseconds grace);

Q_SIGNALS:
    void outputRead(const QByteArray &bytes); ///< 64 KiB at most each.
    void errorRead(const QByteArray &bytes);
    void inputWritten(); ///< bytesToWrite() shrank.
    void exited(ci::ChildExit exit); ///< Once: the child itself ended; its pipes may live on.
    void finished(ci::ChildExit exit); ///< Once: reaped, and both pipes are at their end.

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci
