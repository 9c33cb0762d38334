// SPDX-License-Identifier: MIT
#include "runner/scriptwriter.h"

#include "runner/jobvariables.h"
#include "runner/variabletext.h"

#include <algorithm>
#include <array>

namespace ci::runner {

namespace {

// The kernel takes 128 KiB for one string of the environment (MAX_ARG_STRLEN).
constexpr qsizetype MaxEnvironmentString = 120 * 1024;

// These steer bash or the loader before the first line of the script is read.
constexpr std::array StartVariables {
    QByteArrayView("BASH_ENV"), QByteArrayView("ENV"),       QByteArrayView("POSIXLY_CORRECT"),
    QByteArrayView("PS4"),      QByteArrayView("BASH_COMPAT"), QByteArrayView("BASH_XTRACEFD"),
    QByteArrayView("TMPDIR"),   QByteArrayView("IFS"),
};

// bash refuses an assignment to them, which would end the script.
constexpr std::array ReadOnlyVariables {
    QByteArrayView("SHELLOPTS"), QByteArrayView("BASHOPTS"), QByteArrayView("UID"),
    QByteArrayView("EUID"),      QByteArrayView("PPID"),     QByteArrayView("BASH_VERSINFO"),
};

template<size_t Size>
bool holds(const std::array<QByteArrayView, Size> &names, const QByteArray &name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool isForScript(const QByteArray &name)
{
    return holds(StartVariables, name) || name.startsWith("LD_");
}

bool isRefused(const QByteArray &name)
{
    return holds(ReadOnlyVariables, name) || name.startsWith("BASH_FUNC_");
}

QByteArray shownCommand(const QByteArray &command)
{
    const qsizetype end = command.indexOf('\n');
    const bool isLong = end >= 0 && !command.sliced(end).trimmed().isEmpty();
    const QByteArray first = end >= 0 ? command.first(end) : command;
    return "\033[32;1m$ " + first + (isLong ? " # collapsed multi-line command" : "")
        + "\033[0;m";
}

} // namespace

ShellEnvironment shellEnvironment(const QList<QByteArray> &base, const JobVariables &variables)
{
    ShellEnvironment shell;
    for (const QByteArray &entry : base) {
        if (!variables.value(entry.first(entry.indexOf('=')))) {
            shell.environment.append(entry);
        }
    }
    for (const JobVariables::Variable &variable : variables.all()) {
        const bool isLong = variable.name.size() + variable.value.size() > MaxEnvironmentString;
        if (isRefused(variable.name)) {
            continue;
        }
        if (!isForScript(variable.name) && !isLong) {
            shell.environment.append(variable.name + '=' + variable.value);
        } else if (isShellName(variable.name)) {
            // A long one is not exported: every program started would fail for it.
            shell.assignments += (isLong ? "" : "export ") + variable.name + '='
                + shellQuoted(variable.value) + '\n';
        }
    }
    return shell;
}

QByteArray writeScript(const ScriptText &script)
{
    QByteArray text = "set -eo pipefail\nset +o noclobber\n" + script.assignments;
    if (script.trace) {
        text += "set -o xtrace\n";
    }
    for (const QByteArray &command : script.commands) {
        const QByteArray line = QByteArray(command).replace('\0', "");
        if (!line.trimmed().isEmpty()) {
            text += "builtin printf '%s\\n' " + shellQuoted(shownCommand(line)) + '\n';
        }
        text += line + '\n';
    }
    return text;
}

} // namespace ci::runner
