// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "coordinator/engine/commandloop.h"

#include <unordered_map>

namespace ci::queue {

/// Which group a project is in, remembered: a project never changes its group.
class ProjectGroups
{
public:
    /// The null group where the project is not there.
    GroupId groupOf(engine::Transaction &transaction, ProjectId project);

private:
    std::unordered_map<ProjectId, GroupId> m_groups;
};

} // namespace ci::queue
