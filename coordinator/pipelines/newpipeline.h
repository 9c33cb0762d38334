// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/link.h"
#include "coordinator/model/pipeline.h"

#include <optional>
#include <vector>

namespace ci::pipelines {

/// What starts a pipeline, before its file is read.
struct NewPipeline
{
    ProjectId project;
    QString ref; ///< Branch or tag name.
    bool isTag = false;
    model::Commit commit;
    QByteArray beforeSha; ///< Empty: 40 zeros.
    QString source; ///< CI_PIPELINE_SOURCE: "push", "web", "api".
    std::optional<UserId> user;
    std::vector<model::GivenVariable> variables; ///< Of the run: outrank the file's and project's.
    std::vector<model::GivenInput> inputs = {}; ///< For `spec:inputs` of the file.
    std::optional<model::PipelineLink> bridge; ///< The job that starts it; its pipeline is not known.
    std::optional<ScheduleId> schedule;
    model::Origin origin;
};

} // namespace ci::pipelines
