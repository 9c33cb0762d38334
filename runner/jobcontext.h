// SPDX-License-Identifier: MIT
#pragma once

#include "runner/config.h"
#include "runner/coordinatorclient.h"
#include "runner/joblog.h"
#include "runner/jobprocesses.h"
#include "runner/jobvariables.h"
#include "runner/scriptwriter.h"
#include "runner/workspace.h"

#include <QThreadPool>

#include <optional>

namespace ci::runner {

/// What a job is made of, for its stages. Lives as long as its JobRun.
struct JobContext
{
    RunnerEntry entry;
    QByteArray systemId;
    protocol::JobPayload payload;
    JobSlot slot;
    JobUser user; ///< Whom its processes run as.
    bool changesUser = false; ///< We are root and `user` is not.
    Workspace workspace;
    JobVariables variables;
    CoordinatorClient *client = nullptr;
    QThreadPool *workers = nullptr;
    JobLog *log = nullptr;
    JobProcesses *processes = nullptr;

    const JobUser *actingUser() const { return changesUser ? &user : nullptr; }
    JobAddress address() const { return {payload.id, payload.token}; }
    ShellEnvironment shell() const;
    /// A command in the project directory with the job's environment and user.
    KeeperCommand command(const QByteArray &program, const QList<QByteArray> &arguments) const;
};

/// Plans directories, collects and resolves the variables (reference of the runner API, 9: those
/// marked R). The log, the processes and so on are the caller's.
Result<void> fillContext(JobContext &context);

/// What must not be seen in the job's log.
MaskRules maskRules(const protocol::JobPayload &payload);

/// What masked variables came to when fillContext() resolved them: the job sees that, not their text.
MaskRules resolvedMaskRules(const JobVariables &variables);

/// "NAME=value" of the machine and the user: all that a job sees of us.
QList<QByteArray> baseEnvironment(const JobUser &user);

/// Where bash is.
QByteArray bashPath();

} // namespace ci::runner
