// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/pipeline.h"

#include <vector>

namespace ci::pipelines {

/// The pipeline one of whose jobs started this one; nullopt: none did.
Result<std::optional<model::Pipeline>> parentOf(engine::Transaction &transaction,
                                                const SecretBox &box,
                                                PipelineId pipeline);

/// Child pipelines that its own jobs have started.
Result<std::vector<PipelineId>> childrenOf(engine::Transaction &transaction, PipelineId pipeline);

/// From the pipeline itself up to what began it all; bounded.
Result<std::vector<model::Pipeline>> lineOf(engine::Transaction &transaction,
                                            const SecretBox &box,
                                            const model::Pipeline &pipeline);

/// What keeps a pipeline of `line` from starting one more.
enum class FamilyLimit : quint8 { None, Depth, Size, Loop };

/// `target`, `ref`: of the pipeline to be; it is a child where the project is that of `line`'s first
/// and it is started by `trigger:include`.
struct Descent
{
    ProjectId project;
    QString ref;
    bool isChild = false;
};
/// Pure, but for the size of the family, which the caller counts.
FamilyLimit limitOf(const std::vector<model::Pipeline> &line, const Descent &descent, qint64 family);

/// Whether both have the same root through parents and children of one project.
Result<bool> areRelated(engine::Transaction &transaction,
                        const SecretBox &box,
                        const model::Pipeline &one,
                        const model::Pipeline &other);

} // namespace ci::pipelines
