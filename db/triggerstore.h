// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/schedule.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

/// Trigger tokens and the secrets of outer git hosts.
class TriggerStore
{
public:
    explicit TriggerStore(Database &database) : m_database(database) { }

    Result<model::TriggerToken> insert(model::TriggerToken token); ///< Sets the id.
    Result<std::optional<model::TriggerToken>> find(TriggerTokenId id);
    Result<std::optional<model::TriggerToken>> findByHash(const QByteArray &hash);
    Result<std::vector<model::TriggerToken>> ofProject(ProjectId project);
    Result<void> update(const model::TriggerToken &token); ///< Owner, description, times.
    Result<bool> remove(TriggerTokenId id);

    Result<std::optional<model::ExternalHook>> hookOf(ProjectId project);
    Result<void> setHook(const model::ExternalHook &hook);
    Result<bool> removeHook(ProjectId project);

private:
    Database &m_database;
};

} // namespace ci::db
