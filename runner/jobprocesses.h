// SPDX-License-Identifier: MIT
#pragma once

#include "runner/jobprocess.h"

#include <QObject>

#include <functional>
#include <memory>
#include <vector>

namespace ci::runner {

/// All processes of one job. What a program leaves in the background stays until endAll(): a server
/// that the script started is there for after_script and for a terminal.
class JobProcesses final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JobProcesses)

public:
    explicit JobProcesses(QObject *parent = nullptr);
    ~JobProcesses() override;

    /// Ours; the caller connects and starts it.
    JobProcess *add();

    /// Kills everything; `done` once nothing of the job lives (also when nothing ever did).
    void endAll(std::function<void()> done);

private:
    void forget(JobProcess *process);

    std::vector<std::unique_ptr<JobProcess>> m_processes;
    std::function<void()> m_done;
};

} // namespace ci::runner
