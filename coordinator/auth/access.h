// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/auth/rights.h"
#include "db/projectstore.h"

#include <QString>

namespace ci::auth {

// Rights with what the database knows. Engine thread, or a worker with a read-only connection.

/// The caller's standing in `project`. An administrator's role is Owner everywhere.
Result<Standing> standingIn(db::Database &database,
                            const Identity &identity,
                            const model::Project &project);

/// By whose memberships a list is chosen. A job's token is no person: it sees what is public, not what
/// the user who started the job may see.
db::Viewer viewerOf(const Identity &identity);

/// The project, if the caller has `right` in it; else the error to answer with.
Result<model::Project> projectWith(db::Database &database,
                                   const Identity &identity,
                                   ProjectId id,
                                   Right right);
Result<model::Project> projectWith(db::Database &database,
                                   const Identity &identity,
                                   const QString &fullPath,
                                   Right right);

/// For a right that depends on a ref: looks up whether `ref` (branch or tag name) is protected.
Result<void> allowedOnRef(db::Database &database,
                          const Identity &identity,
                          Right right,
                          const model::Project &project,
                          const QString &ref);

/// For a right over a job or its terminal. `isRefProtected` is the job's own, from when its
/// pipeline was made, or that of now: whichever asks for more.
struct JobInQuestion
{
    QString ref;
    bool isTag = false;
    bool isRefProtected = false;
    std::optional<UserId> starter;
};
Result<void> allowedOnJob(db::Database &database,
                          const Identity &identity,
                          Right right,
                          const model::Project &project,
                          const JobInQuestion &job);

} // namespace ci::auth
