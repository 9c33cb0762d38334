// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/link.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

/// Which pipelines bridges have started or mirror.
class LinkStore
{
public:
    explicit LinkStore(Database &database) : m_database(database) { }

    Result<void> insert(const model::PipelineLink &link);
    /// Of a bridge.
    Result<std::optional<model::PipelineLink>> ofJob(JobId job);
    /// The bridge that started a pipeline; nullopt: something else did.
    Result<std::optional<model::PipelineLink>> upstreamOf(PipelineId pipeline);
    /// Everything whose state follows from this pipeline's.
    Result<std::vector<model::PipelineLink>> followersOf(PipelineId pipeline);
    /// Child pipelines that a pipeline's own jobs have started, retried ones too.
    Result<std::vector<PipelineId>> childrenOf(PipelineId pipeline);
    /// All pipelines below `root`, and it.
    Result<qint64> countFamily(PipelineId root);

private:
    Database &m_database;
};

} // namespace ci::db
