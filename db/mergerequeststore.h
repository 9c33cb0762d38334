// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pipeline.h"
#include "db/query.h"

#include <optional>
#include <vector>

namespace ci::db {

/// Open merge requests: what pushes to their refs have told. Of a MergeRequest the fields that a
/// pipeline finds out for itself (diffBase, isTargetProtected) are not kept.
class MergeRequestStore
{
public:
    explicit MergeRequestStore(Database &database) : m_database(database) { }

    Result<std::optional<model::MergeRequest>> find(ProjectId project, qint64 number);
    Result<void> set(ProjectId project, qint64 number, const model::MergeRequest &request);
    Result<void> remove(ProjectId project, qint64 number);
    /// The numbers of those that come from `branch`, lowest first, at most `most`.
    Result<std::vector<qint64>> openFrom(ProjectId project, const QString &branch, int most);

private:
    Database &m_database;
};

} // namespace ci::db
