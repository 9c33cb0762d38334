// SPDX-License-Identifier: MIT
#include "db/stagestore.h"

#include "common/protocol/states.h"
#include "db/reading.h"

namespace ci::db {

namespace {

constexpr const char *SharesOfPipeline = R"(
    SELECT DISTINCT stage, stage_index, state, is_failure_allowed FROM jobs
    WHERE pipeline_id = :pipeline AND is_retried = 0)";

} // namespace

Result<std::vector<StageShare>> StageStore::ofPipeline(PipelineId pipeline)
{
    Query query(m_database, SharesOfPipeline);
    return readAll<StageShare>(query.bind(":pipeline", pipeline), [](const Query &row) {
        return StageShare {row.text(0),
                           static_cast<int>(row.integer(1)),
                           protocol::jobState(row.bytes(2)).value_or(model::JobState::Failed),
                           row.flag(3)};
    });
}

} // namespace ci::db
