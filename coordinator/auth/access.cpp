// SPDX-License-Identifier: MIT
#include "coordinator/auth/access.h"

namespace ci::auth {

namespace {

Result<model::Project> withRight(db::Database &database,
                                 const Identity &identity,
                                 Result<std::optional<model::Project>> found,
                                 Right right)
{
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return missingProject(identity);
    }
    model::Project project = **std::move(found);
    const Result<Standing> standing = standingIn(database, identity, project);
    if (!standing) {
        return standing.error();
    }
    if (const Result<void> checked = allowed(identity, right, *standing); !checked) {
        return checked.error();
    }
    return project;
}

} // namespace

Result<Standing> standingIn(db::Database &database,
                            const Identity &identity,
                            const model::Project &project)
{
    Standing standing {.role = model::Role::None,
                       .visibility = project.visibility,
                       .isArchived = project.isArchived,
                       .project = project.id};
    if (identity.isAdmin()) {
        standing.role = model::Role::Owner;
    } else if (identity.user && identity.means != Means::Job) {
        const Result<model::Role> role = db::ProjectStore(database).roleOf(project.id,
                                                                           identity.user->id);
        if (!role) {
            return role.error();
        }
        standing.role = *role;
    }
    return standing;
}

db::Viewer viewerOf(const Identity &identity)
{
    const bool isJob = identity.means == Means::Job;
    return {isJob ? std::nullopt : identity.userId(), identity.isAdmin()};
}

Result<model::Project> projectWith(db::Database &database,
                                   const Identity &identity,
                                   ProjectId id,
                                   Right right)
{
    return withRight(database, identity, db::ProjectStore(database).find(id), right);
}

Result<model::Project> projectWith(db::Database &database,
                                   const Identity &identity,
                                   const QString &fullPath,
                                   Right right)
{
    return withRight(database, identity, db::ProjectStore(database).findByPath(fullPath), right);
}

Result<void> allowedOnRef(db::Database &database,
                          const Identity &identity,
                          Right right,
                          const model::Project &project,
                          const QString &ref)
{
    const Result<Standing> standing = standingIn(database, identity, project);
    if (!standing) {
        return standing.error();
    }
    const Result<bool> isProtected = db::ProjectStore(database).isProtected(project.id, ref);
    if (!isProtected) {
        return isProtected.error();
    }
    return allowed(identity, right, *standing, {.isRefProtected = *isProtected});
}

Result<void> allowedOnJob(db::Database &database,
                          const Identity &identity,
                          Right right,
                          const model::Project &project,
                          const JobInQuestion &job)
{
    const Result<Standing> standing = standingIn(database, identity, project);
    if (!standing) {
        return standing.error();
    }
    bool isProtected = job.isRefProtected;
    if (!isProtected && !job.isTag) {
        const Result<bool> now = db::ProjectStore(database).isProtected(project.id, job.ref);
        if (!now) {
            return now.error();
        }
        isProtected = *now;
    }
    const bool isStarter = identity.user && job.starter == identity.user->id;
    return allowed(identity, right, *standing,
                   {.isRefProtected = isProtected, .isStarter = isStarter});
}

} // namespace ci::auth
