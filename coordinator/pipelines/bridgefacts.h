// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/pipelines/pipelineservice.h"
#include "coordinator/queue/jobvariables.h"

namespace ci::pipelines {

/// A bridge with all that decides which pipeline it starts.
struct BridgeFacts
{
    model::Job job;
    queue::JobRecords records;
    queue::VariableList variables; ///< As a job of a runner would have them, but for its own.

    const model::TriggerSpec &trigger() const { return *records.spec.trigger; }
};

struct BridgeParts
{
    const SecretBox &box;
    const queue::QueueSettings &settings;
    PipelineService &pipelines;
    Timestamp now;
};

/// Conflict: the job is no bridge that waits for its pipeline.
Result<BridgeFacts>
readBridge(engine::Transaction &transaction, const BridgeParts &parts, JobId bridge);

/// What the pipeline is given: the file's variables of the bridge with what they refer to, and with
/// `forward:pipeline_variables` those of its own pipeline below them.
std::vector<model::GivenVariable> variablesForDownstream(const BridgeFacts &facts);

} // namespace ci::pipelines
