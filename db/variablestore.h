// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/model/project.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

/// CI variables; values are sealed with `box` before they reach the disk.
class VariableStore
{
public:
    VariableStore(Database &database, const SecretBox &box) : m_database(database), m_box(box) { }

    Result<model::Variable> insert(model::Variable variable); ///< Conflict: key and scope taken.
    Result<void> update(const model::Variable &variable);
    Result<bool> remove(VariableId id);
    Result<void> removeAllOf(model::VariableScope scope, qint64 owner);
    Result<std::vector<model::Variable>> list(model::VariableScope scope, qint64 owner);
    Result<std::optional<model::Variable>> find(model::VariableScope scope,
                                                qint64 owner,
                                                const QString &key,
                                                const QString &environmentScope);

private:
    Database &m_database;
    const SecretBox &m_box;
};

} // namespace ci::db
