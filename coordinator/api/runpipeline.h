// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"

namespace ci::api {

/// Starts the run and answers 201 with the pipeline, or why there is none in GitLab's shape.
Answer startRun(Call &call, forge::RunWish wish);

/// A branch or tag by its name, also where it was given as "refs/heads/…" or "refs/tags/…".
QString shortRef(const QString &ref);

} // namespace ci::api
