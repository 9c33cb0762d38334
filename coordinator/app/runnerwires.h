// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"

#include <QObject>

namespace ci::app {

/// Ties runners' control channels to the queue: who is there, what is canceled, who watches a log.
/// Engine thread.
class RunnerWires final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunnerWires)

public:
    explicit RunnerWires(api::Services &services);

private:
    void greet(const runnerlink::RunnerKey &key, const protocol::ChannelHello &hello);
    void cancelAtRunner(const model::Job &job, model::JobState before);

    api::Services &m_services;
};

} // namespace ci::app
