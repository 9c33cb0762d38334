// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"
#include "db/pipelinestore.h"

namespace ci::api {

/// One page of the open project's pipelines that `filter` lets through.
Answer pipelineListing(Call &call, const db::PipelineFilter &filter);

} // namespace ci::api
