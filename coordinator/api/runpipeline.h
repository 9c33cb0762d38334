// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"

namespace ci::api {

/// Starts the run and answers 201 with the pipeline, or why there is none in GitLab's shape.
Answer startRun(Call &call, forge::RunWish wish);

} // namespace ci::api
