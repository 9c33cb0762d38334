// SPDX-License-Identifier: MIT
#include "runner/jobreporter.h"

#include "runner/logging.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

using protocol::JobDirective;
using protocol::JobUpdate;
using protocol::TraceOutcome;
using protocol::UpdateOutcome;
using protocol::UpdateState;
using std::chrono::steady_clock;

namespace {

constexpr qint64 MaxPieceBytes = 1 << 20; // 5.1
constexpr milliseconds FirstPieceDelay {200}; // A short job needs one PATCH; a long one shows soon.
constexpr milliseconds KeepAlive {30'000}; // 5.3
constexpr milliseconds FirstBackoff {250};
constexpr milliseconds LongestBackoff {30'000};
// Our coordinator queues an unconfirmed job again after 60 s: then it must not start here too.
constexpr milliseconds ConfirmTime {45'000};
// A coordinator that calls our log wrong time and again will not be convinced.
constexpr int MaxRewinds = 5;
// 6.5: job_status_final_update_retry_limit. Only answers that time does not mend are counted.
constexpr int MaxRefusals = 10;
// Between attempts while the runner stops: some of them fit into any shutdown_timeout.
constexpr milliseconds LongestHurriedPause {500};

// 408 and 429 ask for patience; no answer and 5xx are the coordinator's own trouble.
bool isRefusal(int status)
{
    return status > 0 && status < 500 && status != 408 && status != 429;
}

} // namespace

JobReporter::JobReporter(CoordinatorClient &client, JobAddress job, JobLog &log, QObject *parent)
    : QObject(parent), m_client(client), m_job(std::move(job)), m_log(log)
{
    for (QTimer *timer : {&m_timer, &m_touchTimer, &m_confirmTimer}) {
        timer->setSingleShot(true);
    }
    connect(&m_timer, &QTimer::timeout, this, &JobReporter::tick);
    connect(&m_touchTimer, &QTimer::timeout, this, &JobReporter::touch);
    connect(&m_log, &JobLog::grew, this, &JobReporter::schedule);
}

void JobReporter::confirm(std::function<void(bool)> done)
{
    m_confirmed = std::move(done);
    m_confirmTimer.start(ConfirmTime);
    sendConfirmation();
}

void JobReporter::sendConfirmation()
{
    JobUpdate update;
    update.state = UpdateState::Running;
    m_client.updateJob(m_job, update, this,
                       [this](const UpdateAnswer &answer) { readConfirmation(answer); });
}

void JobReporter::readConfirmation(const UpdateAnswer &answer)
{
    const bool isAborted = answer.outcome == UpdateOutcome::Aborted
        || answer.news.directive == JobDirective::Abort || answer.status == 400
        || answer.status == 409;
    const bool isDefinite = isAborted || answer.outcome == UpdateOutcome::Done
        || answer.outcome == UpdateOutcome::Incomplete;
    if (!isDefinite && m_confirmTimer.isActive() && !m_isHurried) {
        return retryLater(u"confirmation"_s, answer.detail);
    }
    m_confirmTimer.stop();
    const auto done = std::move(m_confirmed);
    if (isAborted || !isDefinite) {
        qCInfo(lcRunner).noquote() << "job dropped job=" + QByteArray::number(m_job.id)
                                   << "reason=" + answer.detail.toUtf8();
        m_phase = Phase::Done;
        return done(false);
    }
    m_phase = Phase::Running;
    m_backoff = milliseconds {0};
    m_touchTimer.start(KeepAlive);
    m_lastPiece = steady_clock::now() - interval() + FirstPieceDelay;
    done(true);
    heed(answer.news);
    schedule();
}

milliseconds JobReporter::interval() const
{
    return m_watch.count() > 0 ? m_watch : milliseconds {m_interval};
}

void JobReporter::hurry()
{
    m_isHurried = true;
    m_backoff = milliseconds {0};
    if (m_timer.isActive()) {
        m_timer.start(0);
    }
}

void JobReporter::watch(milliseconds interval)
{
    m_watch = interval;
    m_timer.stop();
    schedule();
}

// Sets the timer for the next piece where there is something to send; an idle job costs nothing.
void JobReporter::schedule()
{
    if (m_phase != Phase::Running || m_isBusy || m_timer.isActive() || m_logGivenUp
        || m_sent >= m_log.store().size()) {
        return;
    }
    const auto due = m_lastPiece + std::max(interval(), m_backoff);
    const auto wait = std::chrono::ceil<milliseconds>(due - steady_clock::now());
    m_timer.start(std::max(wait, milliseconds {0}));
}

void JobReporter::tick()
{
    switch (m_phase) {
    case Phase::Confirming:
        return sendConfirmation();
    case Phase::Running:
    case Phase::Finishing:
        return proceed();
    case Phase::Done:
        return;
    }
}

void JobReporter::proceed()
{
    if (m_isBusy) {
        return;
    }
    if (m_sent < m_log.store().size() && !m_logGivenUp) {
        sendPiece();
    } else if (m_phase == Phase::Finishing) {
        sendFinal();
    }
}

void JobReporter::sendPiece()
{
    const TracePiece piece {m_sent, m_log.store().read(m_sent, MaxPieceBytes), m_isDebug};
    if (piece.bytes.isEmpty()) {
        giveUpLog(u"it cannot be read back from its file"_s);
        return proceed();
    }
    m_isBusy = true;
    m_timer.stop();
    m_lastPiece = steady_clock::now();
    m_client.patchTrace(m_job, piece, this,
                        [this, size = piece.bytes.size()](const TraceAnswer &answer) {
                            readPiece(size, answer);
                        });
}

void JobReporter::readPiece(qint64 sentBytes, const TraceAnswer &answer)
{
    m_isBusy = false;
    if (answer.outcome != TraceOutcome::Failed) {
        m_refusals = 0;
        m_backoff = milliseconds {0};
        m_touchTimer.start(KeepAlive);
    }
    switch (answer.outcome) {
    case TraceOutcome::Accepted:
        m_sent += sentBytes;
        break;
    case TraceOutcome::RangeMismatch:
        // Beyond what there is would never be reached.
        m_sent = std::min(answer.held.value_or(0), m_log.store().size());
        m_logGivenUp = m_phase == Phase::Finishing && ++m_rewinds > MaxRewinds;
        break;
    case TraceOutcome::NotFound:
    case TraceOutcome::Aborted:
        m_logGivenUp = m_phase == Phase::Finishing;
        break;
    case TraceOutcome::Failed:
        if (isRefused(answer.status)) {
            giveUpLog(answer.detail);
            return proceed();
        }
        return retryLater(u"log"_s, answer.detail);
    }
    heed(answer.outcome == TraceOutcome::Aborted ? JobNews {JobDirective::Abort, {}}
                                                 : answer.news);
    const bool isBehind = m_log.store().size() - m_sent >= MaxPieceBytes
        && answer.outcome == TraceOutcome::Accepted;
    if (m_phase == Phase::Finishing || isBehind) {
        proceed();
    } else {
        schedule();
    }
}

void JobReporter::touch()
{
    if (m_phase != Phase::Running || m_isBusy) {
        return;
    }
    JobUpdate update;
    update.state = UpdateState::Running;
    m_isBusy = true;
    m_client.updateJob(m_job, update, this, [this](const UpdateAnswer &answer) {
        m_isBusy = false;
        // A failure is ignored: the next one comes as soon.
        m_touchTimer.start(answer.outcome == UpdateOutcome::Failed ? milliseconds {5'000}
                                                                   : KeepAlive);
        heed(answer.outcome == UpdateOutcome::Aborted ? JobNews {JobDirective::Abort, {}}
                                                      : answer.news);
        if (m_phase == Phase::Finishing) {
            proceed();
        } else {
            schedule();
        }
    });
}

void JobReporter::finish(const FinalState &state, std::function<void()> done)
{
    m_final = state;
    m_finished = std::move(done);
    m_phase = Phase::Finishing;
    m_touchTimer.stop();
    m_timer.stop();
    m_backoff = milliseconds {0};
    proceed();
}

void JobReporter::sendFinal()
{
    JobUpdate update;
    update.state = m_final.state;
    update.failureReason = m_final.reason;
    update.exitCode = m_final.exitCode;
    update.checksum = m_log.store().checksum();
    update.size = m_log.store().size();
    m_isBusy = true;
    m_client.updateJob(m_job, update, this,
                       [this](const UpdateAnswer &answer) { readFinal(answer); });
}

void JobReporter::readFinal(const UpdateAnswer &answer)
{
    m_isBusy = false;
    const bool isOver = answer.news.directive == JobDirective::Abort;
    if (answer.outcome == UpdateOutcome::Done || answer.outcome == UpdateOutcome::Aborted || isOver) {
        return end();
    }
    repeatFinal(answer);
}

void JobReporter::repeatFinal(const UpdateAnswer &answer)
{
    if (answer.outcome == UpdateOutcome::LogInvalid) {
        if (++m_rewinds > MaxRewinds) {
            return end();
        }
        m_sent = 0;
        m_logGivenUp = false;
    }
    // Without the log there is nothing to add for a coordinator that waits for more of it.
    const bool isStuck = answer.outcome == UpdateOutcome::Incomplete && m_logGivenUp;
    if (answer.outcome == UpdateOutcome::Failed || isStuck) {
        return isRefused(answer.status) ? end() : retryLater(u"result"_s, answer.detail);
    }
    m_backoff = milliseconds {0};
    const milliseconds wait = answer.news.interval.value_or(m_interval);
    m_timer.start(m_isHurried ? std::min(wait, LongestHurriedPause) : wait);
}

// Whether an answer at the end is one refusal too many.
bool JobReporter::isRefused(int status)
{
    return m_phase == Phase::Finishing && isRefusal(status) && ++m_refusals >= MaxRefusals;
}

void JobReporter::giveUpLog(const QString &reason)
{
    qCWarning(lcRunner).noquote() << "rest of the log given up job=" + QByteArray::number(m_job.id)
                                  << "reason=" + reason.toUtf8();
    m_logGivenUp = true;
    m_refusals = 0;
    m_backoff = milliseconds {0};
}

void JobReporter::heed(const JobNews &news)
{
    if (news.interval && m_phase == Phase::Running) {
        m_interval = *news.interval;
    }
    if (m_phase != Phase::Running) {
        return;
    }
    if (news.directive == JobDirective::CancelGracefully && !m_cancelSaid) {
        m_cancelSaid = true;
        Q_EMIT cancelAsked();
    } else if (news.directive == JobDirective::Abort && !m_abortSaid) {
        m_abortSaid = true;
        Q_EMIT aborted();
    }
}

void JobReporter::retryLater(const QString &what, const QString &detail)
{
    const milliseconds longest = m_isHurried ? LongestHurriedPause : LongestBackoff;
    m_backoff = m_backoff.count() == 0 ? FirstBackoff : std::min(m_backoff * 2, longest);
    qCInfo(lcRunner).noquote() << "coordinator call failed job=" + QByteArray::number(m_job.id)
                               << "what=" + what.toUtf8()
                               << "again_ms=" + QByteArray::number(m_backoff.count())
                               << "reason=" + detail.toUtf8();
    m_timer.start(m_backoff);
}

void JobReporter::end()
{
    m_phase = Phase::Done;
    m_timer.stop();
    if (m_finished) {
        std::exchange(m_finished, nullptr)();
    }
}

} // namespace ci::runner
