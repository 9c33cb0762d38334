// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"

#include <optional>

namespace ci::queue {

/// The instance's runner registration token: sealed in the database, since the page shows it.
class RegistrationToken
{
public:
    explicit RegistrationToken(const SecretBox &box) : m_box(box) { }

    /// At start: `given` replaces the stored one; where there is none, one is made.
    Result<void> prepare(engine::Transaction &transaction, const std::optional<Secret> &given) const;
    Result<Secret> current(db::Database &database) const; ///< NotFound: there is none.
    Result<Secret> reset(engine::Transaction &transaction) const;

private:
    Result<void> store(engine::Transaction &transaction, const Secret &token) const;

    const SecretBox &m_box;
};

} // namespace ci::queue
