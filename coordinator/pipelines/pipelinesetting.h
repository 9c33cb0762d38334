// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/project.h"
#include "coordinator/model/user.h"
#include "coordinator/pipelines/newpipeline.h"
#include "coordinator/queue/jobvariables.h"

#include <optional>
#include <vector>

namespace ci::pipelines {

/// Around a pipeline that is to be made: what decides about its variables, and who may see them.
struct PipelineSetting
{
    model::Project project;
    std::optional<model::User> user;
    std::vector<model::Variable> variables;
    bool isRefProtected = false;
};

/// NotFound: no such project.
Result<PipelineSetting> readSetting(engine::Transaction &transaction,
                                    const SecretBox &box,
                                    const NewPipeline &start);

/// The pipeline as it is known before it is stored; its times are the caller's.
model::Pipeline draftOf(const NewPipeline &start, const PipelineSetting &setting);

} // namespace ci::pipelines
