// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "coordinator/model/job.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

/// What jobs add to the state of their stage; jobs that add the same are one row.
struct StageShare
{
    QString stage;
    int stageIndex = 0;
    model::JobState state = model::JobState::Created;
    bool isFailureAllowed = false;
};

/// The stages of a pipeline, for lists: they need far less than the jobs.
class StageStore
{
public:
    explicit StageStore(Database &database) : m_database(database) { }

    Result<std::vector<StageShare>> ofPipeline(PipelineId pipeline); ///< Newest attempts only.

private:
    Database &m_database;
};

} // namespace ci::db
