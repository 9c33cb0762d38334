// SPDX-License-Identifier: MIT
#include "coordinator/engine/commandloop.h"

#include <QLoggingCategory>

#include <algorithm>
#include <chrono>

namespace ci::engine {

Q_LOGGING_CATEGORY(lcEngine, "ci.engine")

using namespace Qt::StringLiterals;
using std::chrono::steady_clock;

namespace {

// A batch ends at whichever comes first, so that an answer never waits long for its neighbours.
constexpr size_t MaxBatchCommands = 256;
constexpr std::chrono::milliseconds MaxBatchTime {5};

qint64 microsecondsSince(steady_clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start)
        .count();
}

} // namespace

void Transaction::afterCommit(std::function<void()> effect)
{
    m_effects.push_back(std::move(effect));
}

void Transaction::answer(std::function<void()> effect)
{
    m_answers.push_back(std::move(effect));
}

void Transaction::onUndo(std::function<void()> undo)
{
    m_undos.push_back(std::move(undo));
}

/// A command that ran in this batch, and what it left to do.
struct CommandLoop::Run
{
    Command command;
    std::unique_ptr<Transaction> transaction;
    Outcome outcome = Outcome::Undo;

    void undoMemory()
    {
        std::for_each(transaction->m_undos.rbegin(), transaction->m_undos.rend(),
                      [](const auto &undo) { undo(); });
        transaction->m_undos.clear();
    }

    void release()
    {
        if (outcome == Outcome::Keep) {
            for (const auto &effect : transaction->m_effects) {
                effect();
            }
        }
        for (const auto &answer : transaction->m_answers) {
            answer();
        }
    }
};

CommandLoop::CommandLoop(db::Database &database, QObject *parent)
    : QObject(parent)
    , m_database(database)
{
}

CommandLoop::~CommandLoop() = default;

void CommandLoop::post(Command command)
{
    const std::lock_guard lock(m_mutex);
    m_queue.push_back(std::move(command));
    if (!m_isScheduled) {
        m_isScheduled = true;
        scheduleBatch();
    }
}

void CommandLoop::post(std::function<Outcome(Transaction &)> run)
{
    post(Command {std::move(run), [](const Error &error) {
                      qCWarning(lcEngine).noquote() << "command lost cause=" << error.detail;
                  }});
}

void CommandLoop::scheduleBatch()
{
    // Queued: post() is called from other threads, and from inside a batch.
    QMetaObject::invokeMethod(this, &CommandLoop::runBatch, Qt::QueuedConnection);
}

std::optional<Command> CommandLoop::takeOne()
{
    const std::lock_guard lock(m_mutex);
    if (m_queue.empty()) {
        return std::nullopt;
    }
    Command command = std::move(m_queue.front());
    m_queue.pop_front();
    return command;
}

void CommandLoop::runBatch()
{
    std::vector<Run> runs;
    Result<void> stored = m_database.control("BEGIN");
    const auto start = steady_clock::now();
    bool hasTransaction = stored.isOk();
    // Commands posted by commands of this batch join it while there is room: what a job's end
    // makes ready is handed out by the same commit.
    while (hasTransaction && runs.size() < MaxBatchCommands
           && steady_clock::now() - start < MaxBatchTime) {
        std::optional<Command> command = takeOne();
        if (!command) {
            break;
        }
        hasTransaction = runCommand(std::move(*command), runs);
    }
    if (stored) {
        stored = hasTransaction ? commit(runs.size())
                                : Result<void>(unavailable(u"the database gave up the batch"_s));
    }
    finishBatch(runs, stored);
}

bool CommandLoop::runCommand(Command command, std::vector<Run> &runs)
{
    Run &run = runs.emplace_back(
        Run {std::move(command), std::make_unique<Transaction>(m_database), Outcome::Undo});
    {
        db::Savepoint savepoint(m_database);
        run.outcome = run.command.run(*run.transaction);
        if (run.transaction->m_isRejected) {
            run.outcome = Outcome::Undo;
        }
        if (run.outcome == Outcome::Keep && !savepoint.release()) {
            run.outcome = Outcome::Undo;
        }
    }
    if (run.outcome == Outcome::Undo) {
        run.undoMemory();
    }
    // SQLite may have rolled everything back by itself, the savepoints of earlier commands
    // included.
    return m_database.isInTransaction();
}

Result<void> CommandLoop::commit(size_t commands)
{
    const bool hasWritten = m_database.hasWritten();
    const auto start = steady_clock::now();
    Result<void> done = m_database.control("COMMIT");
    const qint64 microseconds = microsecondsSince(start);
    const std::lock_guard lock(m_mutex);
    m_counts.commands += static_cast<qint64>(commands);
    ++m_counts.batches;
    if (hasWritten) {
        ++m_counts.commits;
        m_counts.commitMicroseconds += microseconds;
        m_counts.longestCommitMicroseconds
            = std::max(m_counts.longestCommitMicroseconds, microseconds);
    }
    return done;
}

void CommandLoop::finishBatch(std::vector<Run> &runs, const Result<void> &stored)
{
    if (!stored) {
        lose(runs, stored.error());
    } else {
        m_isFailing = false;
        for (Run &run : runs) {
            run.release();
        }
    }
    const std::lock_guard lock(m_mutex);
    m_isScheduled = !m_queue.empty();
    if (m_isScheduled) {
        scheduleBatch();
    }
}

void CommandLoop::lose(std::vector<Run> &runs, const Error &error)
{
    if (m_database.isInTransaction()) {
        (void)m_database.control("ROLLBACK");
    }
    if (!m_isFailing) {
        qCCritical(lcEngine).noquote() << "batch lost commands=" << runs.size()
                                       << "cause=" << error.detail;
    }
    m_isFailing = true;
    // No transaction could be begun: whoever waits is told, rather than waiting for better times.
    while (runs.empty()) {
        std::optional<Command> command = takeOne();
        if (!command) {
            break;
        }
        command->refused(error);
    }
    std::for_each(runs.rbegin(), runs.rend(), [](Run &run) { run.undoMemory(); });
    Q_EMIT rebuildNeeded();
    for (Run &run : runs) {
        run.command.refused(error);
    }
}

LoopCounts CommandLoop::takeCounts()
{
    const std::lock_guard lock(m_mutex);
    LoopCounts counts = m_counts;
    counts.queued = static_cast<qint64>(m_queue.size());
    m_counts.longestCommitMicroseconds = 0;
    return counts;
}

} // namespace ci::engine
