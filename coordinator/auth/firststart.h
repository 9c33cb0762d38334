// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/auth/accesstokens.h"
#include "coordinator/auth/users.h"

namespace ci::auth {

/// From the environment: CAPSTAN_ROOT_PASSWORD, CAPSTAN_ROOT_TOKEN, CAPSTAN_REGISTRATION_TOKEN.
/// Empty: not given.
struct FirstStartWishes
{
    Secret rootPassword;
    Secret rootToken;
    Secret registrationToken;

    static FirstStartWishes fromEnvironment();
};

/// Makes sure that there is a `root` who can sign in. Call in a command at each start; the
/// registration token is for the registry of runners to store. The hash of root's password is made
/// on a worker and stored a moment later, so that the start does not wait for it (Users::whenSetUp
/// does); killed before that, the next start does it again.
///
/// Gives the generated password, to be printed once; empty where none was generated.
Result<Secret> ensureRoot(engine::Transaction &transaction,
                          Users &users,
                          AccessTokens &tokens,
                          Users::Parts parts,
                          const FirstStartWishes &wishes);

} // namespace ci::auth
