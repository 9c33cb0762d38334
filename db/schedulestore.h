// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/model/schedule.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

class ScheduleStore
{
public:
    ScheduleStore(Database &database, const SecretBox &box) : m_database(database), m_box(box) { }

    Result<model::Schedule> insert(model::Schedule schedule); ///< Sets the id.
    Result<std::optional<model::Schedule>> find(ScheduleId id);
    Result<std::vector<model::Schedule>> ofProject(ProjectId project);
    /// Active ones whose time has come, the longest due first.
    Result<std::vector<model::Schedule>> due(Timestamp now, int most);
    Result<std::optional<Timestamp>> nextDue();
    Result<void> update(const model::Schedule &schedule);
    Result<bool> remove(ScheduleId id);

private:
    model::Schedule read(const Query &row) const;
    Query &bindAll(Query &query, const model::Schedule &schedule) const;

    Database &m_database;
    const SecretBox &m_box;
};

} // namespace ci::db
