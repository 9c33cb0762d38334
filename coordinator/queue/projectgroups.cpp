// SPDX-License-Identifier: MIT
#include "coordinator/queue/projectgroups.h"

#include "db/projectstore.h"

namespace ci::queue {

GroupId ProjectGroups::groupOf(engine::Transaction &transaction, ProjectId project)
{
    if (const auto known = m_groups.find(project); known != m_groups.end()) {
        return known->second;
    }
    const Result<std::optional<model::Project>> found
        = db::ProjectStore(transaction.database()).find(project);
    if (!found || !*found) {
        return {};
    }
    return m_groups.insert_or_assign(project, (*found)->group).first->second;
}

} // namespace ci::queue
