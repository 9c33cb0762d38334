// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "common/protocol/jobrequest.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/queue/jobflow.h"

namespace ci::queue {

/// Prefix and length as GitLab has them: runners mask words that begin so.
Secret newJobToken();

/// The job in the hands of the runner that asked.
model::Job claimedJob(const model::Job &job,
                      RunnerId runner,
                      const protocol::JobRequest &request,
                      const Secret &token);

/// Why a job fails whose payload cannot be made; Forbidden: its runner cannot run such jobs.
model::FailureReason failureOf(const Error &error);

/// A job that no runner took within the limit fails.
engine::Outcome failStuckJob(engine::Transaction &transaction,
                             const SecretBox &box,
                             JobFlow &flow,
                             JobId job);

} // namespace ci::queue
