// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/release.h"
#include "db/page.h"
#include "db/query.h"

namespace ci::db {

class ReleaseStore
{
public:
    explicit ReleaseStore(Database &database) : m_database(database) { }

    /// With its links. Conflict: the tag has a release, or two links are alike.
    Result<model::Release> insert(model::Release release);
    Result<void> update(const model::Release &release); ///< Name, description, time.
    Result<bool> remove(ReleaseId id);
    Result<std::optional<model::Release>> find(ProjectId project, const QString &tag);
    Result<Listing<model::Release>> list(ProjectId project, Page page); ///< Newest first.

private:
    Result<void> addLinks(model::Release &release);
    Database &m_database;
};

} // namespace ci::db
