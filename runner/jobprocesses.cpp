// SPDX-License-Identifier: MIT
#include "runner/jobprocesses.h"

#include <QMetaObject>

#include <algorithm>
#include <utility>

namespace ci::runner {

JobProcesses::JobProcesses(QObject *parent) : QObject(parent) { }

JobProcesses::~JobProcesses() = default;

JobProcess *JobProcesses::add()
{
    m_processes.push_back(std::make_unique<JobProcess>());
    JobProcess *process = m_processes.back().get();
    connect(process, &JobProcess::gone, this, [this, process] { forget(process); });
    return process;
}

void JobProcesses::endAll(std::function<void()> done)
{
    std::erase_if(m_processes, [](const auto &process) { return process->programId() == 0; });
    if (m_processes.empty()) {
        QMetaObject::invokeMethod(this, std::move(done), Qt::QueuedConnection);
        return;
    }
    m_done = std::move(done);
    for (const auto &process : m_processes) {
        process->end();
    }
}

void JobProcesses::forget(JobProcess *process)
{
    const auto found = std::find_if(m_processes.begin(), m_processes.end(),
                                    [process](const auto &owned) { return owned.get() == process; });
    if (found == m_processes.end()) {
        return;
    }
    // It is in its own signal.
    found->release()->deleteLater();
    m_processes.erase(found);
    if (m_processes.empty() && m_done) {
        std::exchange(m_done, nullptr)();
    }
}

} // namespace ci::runner
