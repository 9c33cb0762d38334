// SPDX-License-Identifier: MIT
#pragma once

#include "runner/channel.h"
#include "runner/coordinatorclient.h"
#include "runner/jobrun.h"
#include "runner/jobslots.h"
#include "runner/terminalhost.h"
#include "runner/terminals.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <map>
#include <memory>

namespace ci::runner {

/// What all entries of one process share.
struct RunnerShared
{
    RunnerConfig config;
    QByteArray systemId;
    JobUser defaultUser; ///< Of --user, or ourselves.
    QThreadPool *workers = nullptr;
    int busy = 0; ///< Jobs running and questions that may bring one, of all entries.
};

/// One [[runners]] entry at work: asks for jobs, runs them, keeps the control channel. A question
/// held by the coordinator counts as a job, so that no more come than may run.
class RunnerUnit final : public QObject, private TerminalHost
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunnerUnit)

public:
    /// NotFound: the entry's `run_as` is no user.
    static Result<std::unique_ptr<RunnerUnit>> create(const RunnerEntry &entry,
                                                      RunnerShared &shared);
    ~RunnerUnit() override;
    /// Who its jobs run as. NotFound: `run_as` is no user.
    static Result<JobUser> userOf(const RunnerEntry &entry, const RunnerShared &shared);

    /// Whether it speaks for this entry: the same coordinator and token.
    bool isOf(const RunnerEntry &entry) const;
    /// Other settings from the next job on; an entry that rested asks again.
    void change(const RunnerEntry &entry, const JobUser &user);
    bool isStarted() const { return m_isAsking; }
    bool sharesFolders(const RunnerUnit &other) const { return m_entry.token == other.m_entry.token; }
    void start();
    /// Asks no more, and drops the questions under way.
    void stopAsking();
    /// Another entry's job or question is over: asks, unless it is pausing.
    void offerRoom();
    /// Every job at once, as failed.
    void interruptJobs();
    qsizetype jobCount() const { return static_cast<qsizetype>(m_jobs.size()); }

Q_SIGNALS:
    void roomMade(); ///< A job or a question is over.
    void jobTaken();
    void jobEnded();

private:
    struct RunningJob
    {
        std::unique_ptr<JobRun> run;
        QByteArray project;
        JobSlot slot;
    };

    RunnerUnit(const RunnerEntry &entry, RunnerShared &shared, JobUser user);

    Result<TerminalPlace> terminalPlace(JobId job) override;
    void connectChannel();
    void connectTerminals();
    bool hasRoom() const;
    void ask();
    void sendQuestion();
    void take(const RequestAnswer &answer, milliseconds waited);
    /// Gives the pause until the next question.
    milliseconds read(const RequestAnswer &answer, milliseconds waited);
    void noteRefusal();
    bool isResting() const;
    void startJob(const protocol::JobPayload &payload);
    void watchJob(JobRun *run);
    void removeJob(JobId id);
    JobRun *find(JobId id) const;
    protocol::ChannelHello hello() const;

    RunnerEntry m_entry;
    RunnerShared &m_shared;
    JobUser m_user;
    CoordinatorClient m_client;
    RunnerChannel m_channel;
    RunnerTerminals m_terminals;
    JobSlots m_slots;
    std::map<JobId, RunningJob> m_jobs;
    std::unique_ptr<QObject> m_questions; ///< Context of those under way; its end drops them.
    QTimer m_askTimer;
    int m_asking = 0;
    int m_refusals = 0;
    quint64 m_questionsSent = 0;
    quint64 m_refusedUpTo = 0; ///< Questions sent until the last refusal that was counted.
    bool m_isAsking = false; ///< Between start() and stopAsking().
};

} // namespace ci::runner
