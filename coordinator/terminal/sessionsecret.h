// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/terminal/relaynews.h"

#include <optional>

namespace ci::terminal {

/// What a runner proves a session with when it dials its stream. It names the owner and is signed
/// with the relay's key, so that a coordinator that was started again knows whose session it is
/// without having stored anything.
Secret makeSecret(const Secret &key, const SessionOwner &owner);

/// The owner, if the secret was made by this key for this session of this runner.
std::optional<SessionOwner> ownerFromSecret(const Secret &key,
                                            RunnerId runner,
                                            const QByteArray &session,
                                            const Secret &secret);

} // namespace ci::terminal
