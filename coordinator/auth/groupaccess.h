// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/auth/identity.h"
#include "coordinator/model/project.h"
#include "db/database.h"

#include <QString>

namespace ci::auth {

/// What may be done with a group. Roles are inherited from the groups above.
enum class GroupRight : quint8 {
    SeeGroup,
    SeeGroupMembers,
    CreateInGroup, ///< Projects.
    CreateSubgroup,
    ManageGroupVariables,
    ManageGroupMembers,
    ManageGroup, ///< Name, path, settings.
    DeleteGroup,
};

/// The caller's role in `group`: an administrator's is Owner everywhere.
Result<model::Role> groupRole(db::Database &database,
                              const Identity &identity,
                              const model::Group &group);

/// Ok, or the error to answer with: NotFound where the group is invisible to the caller.
Result<void> allowedInGroup(db::Database &database,
                            const Identity &identity,
                            GroupRight right,
                            const model::Group &group);

/// The group that a number or a full path names, if the caller has `right` in it.
Result<model::Group> groupWith(db::Database &database,
                               const Identity &identity,
                               const QString &name,
                               GroupRight right);

} // namespace ci::auth
