// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/protocol/terminalmessage.h"
#include "runner/keeper.h"
#include "runner/terminalhost.h"

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

#include <memory>
#include <optional>

namespace ci::runner {

/// A shell on a pseudo-terminal, in its own session, under a keeper. Non-blocking; nothing is
/// buffered here. One thread. Destroying it kills all that the shell has started.
class Pty final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Pty)

public:
    explicit Pty(QObject *parent = nullptr);
    ~Pty() override;

    /// Once. An error where the shell cannot be run.
    Result<void> start(const TerminalPlace &place, protocol::TerminalSize size);

    /// Reads up to `maximum` bytes, in several reads (the kernel gives 4 KiB at most each).
    /// 0: nothing now, or atEnd().
    qsizetype read(char *target, qsizetype maximum);
    /// Every process has closed the terminal and all of its output was read.
    bool atEnd() const { return m_atEnd; }
    /// While false readable() is not emitted and the shell blocks on its full terminal.
    void setReading(bool reading);

    /// Takes what the terminal takes and returns how much; writable() follows when it takes more.
    qsizetype write(QByteArrayView bytes);

    void resize(protocol::TerminalSize size);
    /// Hangs up, and kills what is left after a moment; gone() follows.
    void stop();

Q_SIGNALS:
    void readable();
    void writable();
    /// The shell; what it left running is being killed. Its last output may still be unread.
    void exited(ci::protocol::TerminalExit exit);
    void gone(); ///< No process is left. Their last output may still be unread.

private:
    void watch(int master);
    void readNews();

    std::optional<Keeper> m_keeper;
    int m_master = -1;
    bool m_atEnd = false;
    QTimer m_graceTimer;
    std::unique_ptr<QSocketNotifier> m_readNotifier;
    std::unique_ptr<QSocketNotifier> m_writeNotifier;
    std::unique_ptr<QSocketNotifier> m_newsNotifier;
};

} // namespace ci::runner
