// SPDX-License-Identifier: MIT
#pragma once

#include "runner/coordinatorclient.h"
#include "runner/joblog.h"

#include <QTimer>

#include <chrono>
#include <functional>

namespace ci::runner {

/// How a job ended.
struct FinalState
{
    protocol::UpdateState state = protocol::UpdateState::Success;
    protocol::FailureReason reason = protocol::FailureReason::UnknownFailure;
    int exitCode = 0;
};

/// Tells the coordinator of one job: confirms it, sends its log by offset, says that it still runs
/// when there is nothing to send, and reports its end until that is accepted (reference of the
/// runner API, 5 and 6). A coordinator that is away is tried again with growing pauses; what it
/// missed follows from the offset it names. One that refuses for good is not: the log is given up
/// first, then the end. One call is under way at a time.
class JobReporter final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobReporter)

public:
    /// Both outlive this.
    JobReporter(CoordinatorClient &client, JobAddress job, JobLog &log, QObject *parent = nullptr);

    void setDebug(bool isDebug) { m_isDebug = isDebug; }

    /// Two-phase hand-out: PUT running before anything else. `done(false)`: not ours, drop it and
    /// say nothing more. Then the log is sent as it grows.
    void confirm(std::function<void(bool)> done);

    /// Somebody watches: send new bytes after `interval`; zero: as usual again.
    void watch(milliseconds interval);

    /// Sends the rest of the log and the end; `done` when that was accepted or is pointless.
    void finish(const FinalState &state, std::function<void()> done);

    /// The runner stops: pauses become short, and an unanswered confirmation is given up. How long
    /// the end may take to be accepted is the caller's to bound.
    void hurry();

Q_SIGNALS:
    void cancelAsked(); ///< Politely: after_script may still run.
    void aborted(); ///< At once; the job is no longer ours.

private:
    enum class Phase : quint8 { Confirming, Running, Finishing, Done };

    void sendConfirmation();
    void readConfirmation(const UpdateAnswer &answer);
    void schedule();
    void tick();
    void sendPiece();
    void readPiece(qint64 sentBytes, const TraceAnswer &answer);
    void touch();
    void sendFinal();
    void readFinal(const UpdateAnswer &answer);
    void repeatFinal(const UpdateAnswer &answer);
    bool isRefused(int status);
    void giveUpLog(const QString &reason);
    void heed(const JobNews &news);
    void retryLater(const QString &what, const QString &detail);
    void end();
    void proceed();
    milliseconds interval() const;

    CoordinatorClient &m_client;
    JobAddress m_job;
    JobLog &m_log;
    Phase m_phase = Phase::Confirming;
    std::function<void(bool)> m_confirmed;
    std::function<void()> m_finished;
    FinalState m_final;
    QTimer m_timer; ///< The next piece, or the next attempt.
    QTimer m_touchTimer; ///< Since the last word to the coordinator.
    QTimer m_confirmTimer; ///< Until an unanswered confirmation is given up.
    seconds m_interval {3};
    milliseconds m_watch {0};
    milliseconds m_backoff {0};
    std::chrono::steady_clock::time_point m_lastPiece;
    qint64 m_sent = 0; ///< The coordinator has at least so many bytes.
    int m_rewinds = 0;
    int m_refusals = 0; ///< Of the rest of the log, then of the end.
    bool m_isBusy = false;
    bool m_isDebug = false;
    bool m_logGivenUp = false;
    bool m_isHurried = false;
    bool m_cancelSaid = false;
    bool m_abortSaid = false;
};

} // namespace ci::runner
