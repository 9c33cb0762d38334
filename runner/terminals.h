// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/objectthread.h"
#include "common/protocol/runnerchannel.h"
#include "runner/channeladdress.h"
#include "runner/terminalhost.h"

#include <QHash>
#include <QObject>

#include <memory>

namespace ci::runner {

class TerminalPool;

/// All terminals of one runner entry: a shell each, and the WebSocket to the coordinator each. They
/// run on a thread of their own, so that a flood of output does not hold up the jobs. This object
/// lives on the thread of the jobs, is called there and emits there. `host` outlives it.
///
/// Holding a job: after the script has ended, keep the job while count(job) > 0 and the timeout has
/// not passed; then closeJob(), and end the job's own processes.
class RunnerTerminals final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunnerTerminals)

public:
    RunnerTerminals(CoordinatorAddress address, TerminalHost &host, QObject *parent = nullptr);
    /// Kills every shell with all its processes.
    ~RunnerTerminals() override;

    /// Starts a shell for the session and dials its stream; or refused().
    void open(const protocol::ChannelTerminalOpen &order);
    void close(const QByteArray &session);
    void closeJob(JobId job);

    /// Shells alive in the job.
    int count(JobId job) const;
    /// For the channel's hello.
    QList<QByteArray> sessions() const;

Q_SIGNALS:
    void opened(ci::JobId job);
    /// A shell is gone with all its processes; `left` others remain in the job.
    void closed(ci::JobId job, int left);
    void refused(const ci::protocol::ChannelTerminalRefused &refusal);

private:
    void forget(const QByteArray &session);

    TerminalHost &m_host;
    QHash<QByteArray, JobId> m_jobs; ///< By session.
    std::unique_ptr<ObjectThread<TerminalPool>> m_thread;
};

} // namespace ci::runner
