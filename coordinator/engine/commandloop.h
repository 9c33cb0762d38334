// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "db/database.h"

#include <QObject>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ci::engine {

/// What one command sees: the database inside its savepoint, and where its effects go.
class Transaction
{
public:
    explicit Transaction(db::Database &database) : m_database(database) { }
    Q_DISABLE_COPY_MOVE(Transaction)

    db::Database &database() { return m_database; }

    /// Runs after the commit, if the command was kept: news, hand-outs.
    void afterCommit(std::function<void()> effect);

    /// Runs after the commit whether the command was kept or undone: the answer to whoever asked.
    void answer(std::function<void()> effect);

    /// Undoes a change of memory when the command is undone or its batch lost; newest first.
    void onUndo(std::function<void()> undo);

    /// The command is undone whatever it returns: a part of it failed half-way, somewhere its
    /// caller does not look.
    void reject() { m_isRejected = true; }

private:
    friend class CommandLoop;
    db::Database &m_database;
    std::vector<std::function<void()>> m_effects;
    std::vector<std::function<void()>> m_answers;
    std::vector<std::function<void()>> m_undos;
    bool m_isRejected = false;
};

enum class Outcome : quint8 {
    Keep,
    Undo, ///< The savepoint is rolled back; answers are given, effects are not.
};

struct Command
{
    std::function<Outcome(Transaction &)> run;
    /// Called instead of all effects and answers when the batch could not be stored.
    std::function<void(const Error &)> refused;
};

/// Numbers for /-/metrics.
struct LoopCounts
{
    qint64 commands = 0;
    qint64 batches = 0;
    qint64 commits = 0; ///< Batches that wrote.
    qint64 commitMicroseconds = 0;
    qint64 longestCommitMicroseconds = 0; ///< Since the last look.
    qint64 queued = 0; ///< Waiting now.
};

/// The one place where the database is written and decisions are made. Commands are taken in
/// order; what has gathered (at most 256 commands or 5 ms of work, never waiting for more) runs in
/// one transaction, each in its own savepoint, with one commit; only then answers and news go out.
/// So durability costs one sync per batch. Lives on the engine thread; post() from any thread.
class CommandLoop final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CommandLoop)

public:
    explicit CommandLoop(db::Database &database, QObject *parent = nullptr);
    ~CommandLoop() override;

    void post(Command command);
    /// For commands that nobody waits for: a refusal is logged.
    void post(std::function<Outcome(Transaction &)> run);

    LoopCounts takeCounts();

    /// True while the last batch could not be stored (full disk): no jobs are handed out.
    bool isFailing() const { return m_isFailing; }

Q_SIGNALS:
    /// The batch was lost after commands had changed memory in ways onUndo() cannot mend: rebuild
    /// indexes from the database.
    void rebuildNeeded();

private:
    struct Run;

    void scheduleBatch();
    void runBatch();
    std::optional<Command> takeOne();
    bool runCommand(Command command, std::vector<Run> &runs); ///< False: the transaction is gone.
    Result<void> commit(size_t commands);
    void finishBatch(std::vector<Run> &runs, const Result<void> &stored);
    void lose(std::vector<Run> &runs, const Error &error);

    db::Database &m_database;
    std::mutex m_mutex; ///< Guards the three below: post() is called from any thread.
    std::deque<Command> m_queue;
    bool m_isScheduled = false;
    LoopCounts m_counts;
    bool m_isFailing = false;
};

} // namespace ci::engine
