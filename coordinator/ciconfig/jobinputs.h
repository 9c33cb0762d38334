// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/runform.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/model/pipelineplan.h"

#include <vector>

namespace ci::ciconfig {

/// The job with the defaults of its `inputs` in place of `${{ job.inputs.NAME }}` and
/// `${{ inputs.NAME }}`. Blocks that name something else stay: steps have expressions of their own.
NodePtr withJobInputs(const NodePtr &job);

/// Keeps in `spec` what is needed to put in other values later. `raw` is the spec with nothing put in.
void keepInputs(model::JobSpec &spec, const Node &job, model::JobSpec raw);

/// The values that a job has now, as the defaults of its fields.
std::vector<InputField> jobInputFields(const model::JobSpec &spec);

/// The spec with these values put in; those that are not given stay as they were. They reach
/// scripts, image, services, artifacts and caches. Invalid: one message a line.
Result<model::JobSpec> withGivenInputs(model::JobSpec spec,
                                       const std::vector<model::GivenInput> &given);

} // namespace ci::ciconfig
