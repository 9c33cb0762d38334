// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <chrono>

namespace ci::forge {

/// The surroundings in which every git of ours runs: no configuration but what is given here, no
/// prompts, no pager, no locale, no user's hooks.
QList<QByteArray> gitEnvironment();

/// "--git-dir=…" and the settings that hold for every call.
QList<QByteArray> gitPrefix(const QString &repository);

/// A running git for a worker thread: its calls block, each until one common deadline. Killed and
/// reaped when it dies.
class GitChild
{
public:
    struct Limits
    {
        std::chrono::milliseconds time {30'000};
        qint64 maxOutputBytes = 64 << 20;
    };

    static Result<GitChild> start(const QList<QByteArray> &arguments, Limits limits);
    static Result<GitChild> start(const QList<QByteArray> &arguments) { return start(arguments, Limits()); }
    ~GitChild();
    GitChild(GitChild &&other) noexcept;
    GitChild &operator=(GitChild &&) = delete;

    Result<void> write(QByteArrayView bytes);
    void closeInput();
    /// Up to and without '\n'; at most 64 KiB.
    Result<QByteArray> readLine();
    /// Exactly `count` bytes.
    Result<QByteArray> read(qint64 count);
    Result<QByteArray> readAll();
    /// Waits for the end; what it wrote to stderr is the error where it failed.
    Result<void> finish();

private:
    GitChild() = default;
    Result<void> waitFor(int descriptor, short events);
    Result<bool> fill(); ///< False at the end of its output.
    void drainErrors();

    qint64 m_pid = -1;
    int m_input = -1;
    int m_output = -1;
    int m_errors = -1;
    QByteArray m_buffer;
    qsizetype m_consumed = 0;
    QByteArray m_errorText;
    qint64 m_total = 0;
    Limits m_limits;
    std::chrono::steady_clock::time_point m_deadline;
};

/// Runs git to its end; all it wrote. Workers only.
Result<QByteArray> runGit(const QList<QByteArray> &arguments, QByteArrayView input = {},
                          GitChild::Limits limits = {});

} // namespace ci::forge
