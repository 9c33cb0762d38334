// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pipelineplan.h"
#include "db/query.h"

namespace ci::db {

/// What a job does for the coordinator besides running.
struct Duties
{
    QString environment; ///< Expanded; empty: none.
    bool hasRelease = false;
    bool hasPages = false;

    bool isAny() const { return !environment.isEmpty() || hasRelease || hasPages; }
};

class DutyStore
{
public:
    explicit DutyStore(Database &database) : m_database(database) { }

    /// A row only for a job that has any.
    Result<void> insert(JobId job, const model::JobSpec &spec);
    Result<Duties> find(JobId job);

private:
    Database &m_database;
};

} // namespace ci::db
