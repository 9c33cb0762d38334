// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"
#include "db/database.h"

namespace ci::app {

/// Whether `user` may follow `topic`: the right that the REST call for the same thing asks for.
bool maySee(db::Database &database,
            const SecretBox &box,
            UserId user,
            const protocol::Topic &topic);

/// The same as the live hub asks it: from any thread, through the engine.
live::CanSee askThrough(engine::CommandLoop &loop, const SecretBox &box);

} // namespace ci::app
