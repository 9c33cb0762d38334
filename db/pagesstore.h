// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pages.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

class PagesStore
{
public:
    explicit PagesStore(Database &database) : m_database(database) { }

    Result<model::PagesDeployment> insert(model::PagesDeployment deployment);
    Result<bool> remove(PagesId id);
    Result<std::vector<model::PagesDeployment>> ofProject(ProjectId project);
    Result<std::vector<model::PagesDeployment>> expired(Timestamp now, int most);
    Result<std::vector<PagesId>> allIds(); ///< To find files that no row knows.

private:
    Database &m_database;
};

} // namespace ci::db
