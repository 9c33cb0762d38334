// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/pipelines/newpipeline.h"
#include "coordinator/pipelines/pipelinegraph.h"
#include "coordinator/pipelines/pipelinesetting.h"
#include "coordinator/queue/jobvariables.h"
#include "coordinator/queue/queuesettings.h"

#include <memory>

namespace ci::pipelines {

/// Makes the rows of a pipeline: expands what the coordinator itself must know.
class PipelineCreator
{
public:
    struct Parts
    {
        const Clock &clock;
        const SecretBox &box;
        const queue::QueueSettings &settings;
    };

    PipelineCreator(const Parts &parts, engine::Transaction &transaction)
        : m_parts(parts), m_transaction(transaction) { }

    struct Made
    {
        model::Pipeline pipeline;
        std::vector<model::Job> jobs;
        std::shared_ptr<PipelineGraph> graph;
    };

    Result<Made> create(const NewPipeline &start, const model::PipelinePlan &plan);
    /// Without jobs, finished at once.
    Result<model::Pipeline> createFinished(const NewPipeline &start,
                                           model::PipelineState state,
                                           std::vector<model::ConfigError> errors);

private:
    model::Pipeline draft(const NewPipeline &start, const PipelineSetting &setting) const;
    queue::VariableList pipelineVariables(const PipelineSetting &setting,
                                          const model::Pipeline &pipeline,
                                          const model::Job *job,
                                          const model::JobSpec *spec,
                                          const QString &environment) const;
    model::Job jobOf(const model::Pipeline &pipeline,
                     const PipelineSetting &setting,
                     const model::JobPlan &plan) const;
    Result<model::Job> insertJob(const model::Pipeline &pipeline,
                                 const PipelineSetting &setting,
                                 const model::JobPlan &plan,
                                 int ordinal,
                                 PipelineGraph::Needs &needs);

    Parts m_parts;
    engine::Transaction &m_transaction;
};

} // namespace ci::pipelines
