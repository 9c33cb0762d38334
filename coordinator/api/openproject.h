// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"

namespace ci::api {

// For routes on which a secret among the fields says who calls: nothing is known before.

/// The project of the path, by number or path. NotFound says no more than that.
Result<model::Project> projectOfPath(Call &call);

/// Whoever owns the secret, as a caller. NotFound: the account is gone or blocked.
Result<auth::Identity> identityOf(Call &call, UserId owner);

} // namespace ci::api
