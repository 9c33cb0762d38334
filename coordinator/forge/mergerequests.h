// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"
#include "coordinator/forge/pipelinebirth.h"
#include "coordinator/forge/pushevent.h"

namespace ci::forge {

// What is known of merge requests. There is no entity of them here: a push to
// refs/merge-requests/N/head opens or updates one, deleting that ref closes it, and push options say
// the rest. Engine thread.

bool tellsOfMergeRequests(const PushEvent &event);
/// The merge requests of a push, before any of its pipelines is made: a branch that is pushed with
/// its merge request must know of it. What a push does not tell stays as it was.
Result<void> noteMergeRequests(engine::Transaction &transaction, const PushEvent &event);
Result<void> forgetMergeRequest(engine::Transaction &transaction, ProjectId project, qint64 number);

/// Fills in the origin of a pipeline to be: its merge request, and those open from its branch.
Result<void> findMergeRequests(engine::Transaction &transaction, BirthState &state);

} // namespace ci::forge
