// SPDX-License-Identifier: MIT
#pragma once

#include "runner/keeper.h"

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

#include <chrono>
#include <memory>
#include <optional>

namespace ci::runner {

/// How a program ended.
struct ProgramEnd
{
    enum class Kind : quint8 { Exited, Signaled, CannotStart };
    Kind kind = Kind::Exited;
    int value = 0; ///< Exit status, signal or errno.

    bool isSuccess() const { return kind == Kind::Exited && value == 0; }
};

/// One program of a job with its output in one stream, under a keeper. What it leaves in the
/// background lives on until end() or destruction. One thread.
class JobProcess final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobProcess)

public:
    explicit JobProcess(QObject *parent = nullptr);
    ~JobProcess() override;

    /// `command.output` and `error` are set here. A program that cannot be started is news
    /// (finished), not an error.
    Result<void> start(KeeperCommand command);

    qint64 programId() const;
    bool isRunning() const { return m_keeper && !m_ended; } ///< The program itself.

    /// SIGTERM to the program's group, and the end of everything after `grace`.
    void terminate(std::chrono::milliseconds grace);
    /// Kills everything that is left, the background too; gone() follows.
    void end();

Q_SIGNALS:
    void outputRead(const QByteArray &bytes); ///< Also from the background, until gone().
    /// Once; all that the program itself wrote was emitted before.
    void finished(ci::runner::ProgramEnd end);
    /// Once, last: nothing of it lives.
    void gone();

private:
    void readNews();
    void handle(KeeperNews news);
    /// False: the pipe is empty or closed.
    bool readOutput();
    void drainOutput();
    void closeOutput();

    std::optional<Keeper> m_keeper;
    std::unique_ptr<QSocketNotifier> m_newsNotifier;
    std::unique_ptr<QSocketNotifier> m_outputNotifier;
    QTimer m_graceTimer;
    int m_output = -1;
    bool m_ended = false;
};

} // namespace ci::runner
