// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>

namespace ci::runner {

class JobVariables;

/// What of a job's variables bash gets in which way.
struct ShellEnvironment
{
    QList<QByteArray> environment; ///< "NAME=value", for execve.
    /// Lines for the beginning of a script: variables that would change bash itself while it starts
    /// (BASH_ENV, LD_PRELOAD, …) and those too long for execve.
    QByteArray assignments;
};

/// `base` (HOME, PATH, …) and over it the job's variables.
ShellEnvironment shellEnvironment(const QList<QByteArray> &base, const JobVariables &variables);

/// A bash script that stops at the first failure and shows each command before it runs, as GitLab
/// Runner's does: green "$ command", of several lines only the first.
struct ScriptText
{
    QByteArray assignments;
    QList<QByteArray> commands;
    bool trace = false; ///< CI_DEBUG_TRACE: `set -o xtrace`.
};

QByteArray writeScript(const ScriptText &script);

} // namespace ci::runner
