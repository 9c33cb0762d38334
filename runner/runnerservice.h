// SPDX-License-Identifier: MIT
#pragma once

#include "runner/runnerunit.h"

#include <QObject>
#include <QThreadPool>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace ci::runner {

/// `run` and `run-single`: all entries of a configuration at work in one process.
class RunnerService final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunnerService)

public:
    /// How the service stops.
    enum class Stop : quint8 {
        Graceful, ///< SIGQUIT: running jobs finish.
        Quick, ///< SIGTERM, SIGINT: they fail, and have shutdown_timeout to report it.
        Now, ///< A second signal.
    };

    /// For run-single: ends by itself.
    struct Limits
    {
        int maxJobs = 0; ///< 0: any number.
        seconds waitTimeout {0}; ///< Without a job for so long; 0: waits for ever.
    };

    static Result<std::unique_ptr<RunnerService>> create(const RunnerConfig &config,
                                                         const QByteArray &systemId,
                                                         const JobUser &user);
    ~RunnerService() override;

    /// The configuration was read again (SIGHUP). Entries of the same address and token go on with
    /// their new settings, new ones begin, and those that are gone take no more jobs and leave with
    /// their last. All or nothing: an error changes nothing.
    Result<void> reload(const RunnerConfig &config);
    void setLimits(const Limits &limits);
    void start();
    void stop(Stop how);

Q_SIGNALS:
    void stopped(); ///< Nothing runs any more.

private:
    RunnerService();
    struct Place;
    Result<std::vector<Place>> placesFor(const RunnerConfig &config);
    Result<std::unique_ptr<RunnerUnit>> makeUnit(const RunnerEntry &entry);
    void setConfig(const RunnerConfig &config);
    void dismissIdle();
    void startReady();
    bool isIdle() const;
    void finishIfIdle();
    void offerRoom();
    void countJob();

    RunnerShared m_shared;
    QThreadPool m_workers;
    std::vector<std::unique_ptr<RunnerUnit>> m_units;
    std::vector<std::unique_ptr<RunnerUnit>> m_leaving; ///< Their entries are gone.
    std::optional<Stop> m_stop;
    Limits m_limits;
    QTimer m_shutdownTimer;
    QTimer m_idleTimer;
    size_t m_nextUnit = 0; ///< Who is offered room first.
    int m_jobsTaken = 0;
};

} // namespace ci::runner
