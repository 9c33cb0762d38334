// SPDX-License-Identifier: MIT
#include "runner/scriptstage.h"

#include <csignal>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

// A shell reports a program that died of signal N as 128 + N.
constexpr int SignalBase = 128;

} // namespace

ScriptStage::ScriptStage(JobContext &context, ScriptPlan plan)
    : Stage(context), m_plan(std::move(plan))
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        m_limitPassed = true;
        stop(m_context.entry.killGrace);
    });
}

Result<QByteArray> ScriptStage::writeFile(const ShellEnvironment &shell) const
{
    const QByteArray path = m_context.workspace.temporaryDirectory + '/' + m_plan.name;
    const QByteArray text = writeScript(
        {shell.assignments, m_plan.commands, m_context.variables.flag("CI_DEBUG_TRACE")});
    const ActAs user(m_context.actingUser());
    if (Result<void> written = writePrivateFile(path, text); !written) {
        return written.error();
    }
    return path;
}

void ScriptStage::start()
{
    const ShellEnvironment shell = m_context.shell();
    const Result<QByteArray> path = writeFile(shell);
    if (!path) {
        return Q_EMIT ended({StageEnd::Kind::SystemFailure, 0, path.error().detail.toUtf8()});
    }
    m_process = m_context.processes->add();
    connect(m_process, &JobProcess::outputRead, m_context.log, &JobLog::write);
    connect(m_process, &JobProcess::finished, this, &ScriptStage::finish);
    KeeperCommand command = m_context.command(bashPath(), {*path});
    command.environment = shell.environment;
    if (m_context.entry.shellLogin) {
        command.arguments.prepend("--login");
    }
    if (const Result<void> started = m_process->start(command); !started) {
        return Q_EMIT ended({StageEnd::Kind::SystemFailure, 0, started.error().detail.toUtf8()});
    }
    if (m_plan.limit.count() > 0) {
        m_limit.start(m_plan.limit);
    }
}

void ScriptStage::stop(std::chrono::milliseconds grace)
{
    if (m_process && grace.count() > 0) {
        m_process->terminate(grace);
    } else if (m_process) {
        m_process->end();
    }
}

void ScriptStage::finish(ProgramEnd end)
{
    m_limit.stop();
    if (m_limitPassed) {
        return Q_EMIT ended({StageEnd::Kind::TimedOut, 0, {}});
    }
    switch (end.kind) {
    case ProgramEnd::Kind::Exited:
        return Q_EMIT ended({end.value == 0 ? StageEnd::Kind::Ok : StageEnd::Kind::Failed,
                             end.value,
                             {}});
    case ProgramEnd::Kind::Signaled:
        return Q_EMIT ended({StageEnd::Kind::Failed, SignalBase + end.value, {}});
    case ProgramEnd::Kind::CannotStart:
        return Q_EMIT ended({StageEnd::Kind::SystemFailure,
                             0,
                             systemError(u"cannot start bash"_s, end.value).detail.toUtf8()});
    }
}

} // namespace ci::runner
