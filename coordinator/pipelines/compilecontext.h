// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/ciconfig/compiler.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/pipelines/newpipeline.h"
#include "coordinator/queue/queuesettings.h"

namespace ci::pipelines {

/// What a file is compiled against: predefined variables known before the pipeline exists, the
/// project's (protected ones only on protected refs), and those of the run. Values only, so that
/// the compiler may run on a worker. NotFound: no such project.
Result<ciconfig::Context> compileContext(engine::Transaction &transaction,
                                         const SecretBox &box,
                                         const queue::QueueSettings &settings,
                                         const NewPipeline &start);

} // namespace ci::pipelines
