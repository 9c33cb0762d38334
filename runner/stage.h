// SPDX-License-Identifier: MIT
#pragma once

#include "runner/jobcontext.h"

#include <QObject>

#include <chrono>

namespace ci::runner {

/// How a stage ended.
struct StageEnd
{
    enum class Kind : quint8 {
        Ok,
        Failed, ///< The job's own fault: exitCode says how.
        TimedOut, ///< Its own limit passed.
        SystemFailure, ///< The machine or the runner: detail says what.
    };
    Kind kind = Kind::Ok;
    int exitCode = 0;
    QByteArray detail;
};

/// One step of a job's life. Made, started, and destroyed after ended().
class Stage : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Stage)

public:
    explicit Stage(JobContext &context) : m_context(context) { }

    /// ended() follows exactly once, perhaps before this returns.
    virtual void start() = 0;

    /// Ends it early: processes get SIGTERM, and SIGKILL after `grace`. ended() still follows.
    virtual void stop(std::chrono::milliseconds grace) = 0;

Q_SIGNALS:
    void ended(const ci::runner::StageEnd &end);

protected:
    JobContext &m_context;
};

} // namespace ci::runner
