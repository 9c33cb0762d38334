// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"
#include "db/database.h"

namespace ci::app {

/// Whether `identity` may follow `topic`: the right that the REST call for the same thing asks for.
Result<void> maySee(db::Database &database,
                    const SecretBox &box,
                    const auth::Identity &identity,
                    const protocol::Topic &topic);

/// The same as the live hub asks it: from any thread, through the engine, and only as long as what
/// the caller came with stands.
live::CanSee
askThrough(engine::CommandLoop &loop, auth::Authenticator &authenticator, const SecretBox &box);

} // namespace ci::app
