// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "runner/joboutcome.h"
#include "runner/jobreporter.h"
#include "runner/stageplan.h"
#include "runner/terminalhost.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace ci::runner {

/// A job as it came, and what it needs of the runner.
struct JobOrder
{
    RunnerEntry entry;
    QByteArray systemId;
    protocol::JobPayload payload;
    JobSlot slot;
    JobUser user;
    bool changesUser = false;
    seconds sessionTimeout {1800};
    CoordinatorClient *client = nullptr; ///< Outlives the job.
    QThreadPool *workers = nullptr;
};

/// One job from its confirmation to its accepted end. Its stages follow one another; a cancel, the
/// timeout and the runner's stop each cut in, and say which of the remaining stages still run.
class JobRun final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobRun)

public:
    explicit JobRun(JobOrder order, QObject *parent = nullptr);
    ~JobRun() override;

    void start();

    JobId id() const { return JobId(m_context.payload.id); }

    /// The script stops; after_script and the uploads that want a failed job still run.
    void cancel();
    /// Everything stops at once, nothing more runs.
    void abort();
    /// The runner stops: as abort(), reported as a system failure.
    void interrupt();
    /// Gives up waiting for a coordinator that is away.
    void hurry() { m_reporter.hurry(); }

    void watch(milliseconds interval) { m_reporter.watch(interval); }

    /// How many shells are open in the job; while there are any its end waits.
    void setTerminals(int count);
    Result<TerminalPlace> terminalPlace() const;
    std::optional<Timestamp> heldUntil() const { return m_heldUntil; }

Q_SIGNALS:
    void held(ci::Timestamp until); ///< All is done but for the terminals.
    void released(); ///< No longer held.
    void terminalsMustEnd();
    void ended(); ///< Once, last.

private:
    enum class Phase : quint8 { Confirming, Stages, Held, Ending, Reporting };

    void begin();
    void greet();
    void advance();
    bool isWanted(const StageRow &row) const;
    void run(const StageRow &row);
    void take(const StageRow &row, const StageEnd &end);
    void fail(const JobFailure &failure);
    /// Something from outside ends the job; without `grace` the present stage goes on.
    void cutShort(const JobFailure &failure, std::optional<std::chrono::milliseconds> grace);
    void stopStage(std::chrono::milliseconds grace);
    void timeOut();
    void hold();
    void release();
    void endProcesses();
    void conclude();
    void report();

    JobContext m_context;
    MaskRules m_rules;
    JobLog m_log;
    JobProcesses m_processes;
    JobReporter m_reporter;
    std::vector<StageRow> m_plan;
    size_t m_next = 0;
    std::unique_ptr<Stage> m_stage;
    StageKind m_current = StageKind::Prepare;
    std::optional<JobFailure> m_failure;
    QTimer m_timeout; ///< Of the job; stops when its stages are done.
    QTimer m_holdTimer;
    QTimer m_terminalsTimer; ///< How long the end waits for shells that were told to end.
    seconds m_sessionTimeout;
    std::optional<Timestamp> m_heldUntil;
    int m_terminals = 0;
    Phase m_phase = Phase::Confirming;
    bool m_isReady = false; ///< A shell finds the sources.
    bool m_scriptRan = false;
    bool m_isTimeUp = false; ///< Of the whole job, whatever it fails of.
    bool m_processesGone = false;
};

} // namespace ci::runner
