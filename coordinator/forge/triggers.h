// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/schedule.h"

namespace ci::forge {

/// Trigger tokens: "glptt-" and 40 random characters, stored as hashes. And the one secret of a
/// project for an outer git host. Engine thread; rights are the caller's.
class Triggers
{
public:
    static constexpr int MaxOfProject = 100;
    static constexpr QByteArrayView Prefix {"glptt-"};

    explicit Triggers(const Clock &clock) : m_clock(clock) { }

    struct Minted
    {
        model::TriggerToken token;
        Secret secret; ///< Shown once.
    };
    Result<Minted> mint(engine::Transaction &transaction, model::TriggerToken draft) const;
    Result<model::TriggerToken>
    describe(engine::Transaction &transaction, model::TriggerToken token) const;

    /// nullopt: no such token.
    Result<std::optional<model::TriggerToken>> find(db::Database &database,
                                                    QByteArrayView value) const;
    Result<void> noteUse(engine::Transaction &transaction, model::TriggerToken token) const;

    /// Replaces what was there.
    Result<Secret> setHook(engine::Transaction &transaction, ProjectId project, UserId owner) const;
    /// NotFound: the project has none, or the secret is another.
    Result<model::ExternalHook>
    hookWith(db::Database &database, ProjectId project, const QByteArray &secret) const;

private:
    const Clock &m_clock;
};

} // namespace ci::forge
