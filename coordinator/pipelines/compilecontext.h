// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/ciconfig/compiler.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/pipelines/newpipeline.h"
#include "coordinator/queue/queuesettings.h"

namespace ci::pipelines {

/// Whether variables that are kept for the project, its groups and the instance take part. They may
/// be secret, and what a file makes of them shows in messages, includes and rules.
enum class StoredVariables : quint8 { Taken, LeftOut };

/// What a file is compiled against: predefined variables known before the pipeline exists, the
/// stored ones (protected ones only on protected refs), and those of the run. Values only, so that
/// the compiler may run on a worker. NotFound: no such project.
Result<ciconfig::Context> compileContext(engine::Transaction &transaction,
                                         const SecretBox &box,
                                         const queue::QueueSettings &settings,
                                         const NewPipeline &start,
                                         StoredVariables stored = StoredVariables::Taken);

} // namespace ci::pipelines
