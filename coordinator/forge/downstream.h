// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/forge/bridgeorder.h"
#include "coordinator/forge/projectqueues.h"

namespace ci::forge {

/// Makes the pipelines that jobs start. In order with all others of the project it is for; a bridge
/// whose pipeline cannot be made fails and says why. Engine thread.
class Downstream
{
public:
    Downstream(const PipelineBirth::Parts &parts,
               PipelineBirth &birth,
               ProjectQueues &queues,
               QObject *context)
        : m_parts(parts), m_birth(birth), m_queues(queues), m_context(context)
    {
    }
    Q_DISABLE_COPY_MOVE(Downstream)

    void start(JobId bridge);

private:
    void carryOut(JobId bridge, const BridgeOrder &order);
    void follow(JobId bridge, PipelineId upstream);
    void give(JobId bridge, const std::shared_ptr<BirthState> &state);
    void finish(JobId bridge, const Result<std::optional<model::Pipeline>> &made);
    void retryOrFail(JobId bridge, const Error &error);
    void fail(JobId bridge, const engine::JobChange &change);
    void later(JobId bridge);

    const PipelineBirth::Parts m_parts;
    PipelineBirth &m_birth;
    ProjectQueues &m_queues;
    QObject *m_context;
};

} // namespace ci::forge
