// SPDX-License-Identifier: MIT
#pragma once

#include "runner/stage.h"

#include <QPointer>
#include <QTimer>

namespace ci::runner {

/// What a ScriptStage runs.
struct ScriptPlan
{
    QByteArray name; ///< Of its file in the temporary directory.
    QList<QByteArray> commands;
    std::chrono::milliseconds limit {0}; ///< 0: none but the job's.
};

/// Runs commands in one bash, in the project directory, as the job's user.
class ScriptStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ScriptStage)

public:
    ScriptStage(JobContext &context, ScriptPlan plan);

    void start() override;
    void stop(std::chrono::milliseconds grace) override;

private:
    Result<QByteArray> writeFile(const ShellEnvironment &shell) const;
    void finish(ProgramEnd end);

    ScriptPlan m_plan;
    QPointer<JobProcess> m_process;
    QTimer m_limit;
    bool m_limitPassed = false;
};

} // namespace ci::runner
