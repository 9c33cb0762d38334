// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"
#include "runner/jobuser.h"

#include <QByteArray>
#include <QList>

#include <optional>

namespace ci::runner {

/// Where and as whom a job's shell runs.
struct TerminalPlace
{
    QByteArray directory; ///< The job's project directory.
    QList<QByteArray> environment; ///< "KEY=value", the job's; TERM is set by the pty.
    std::optional<JobUser> user; ///< nullopt: as we are.
    QByteArray shell = "/bin/bash";
    bool loginShell = false; ///< `shell_login` of the configuration.
};

/// The running jobs, as terminals need them. Called on the thread that owns RunnerTerminals.
class TerminalHost
{
public:
    virtual ~TerminalHost() = default;

    /// The place of a job that runs here and may have a terminal now; an error's detail is shown to
    /// the person who asked ("the job is still preparing its environment").
    virtual Result<TerminalPlace> terminalPlace(JobId job) = 0;
};

} // namespace ci::runner
