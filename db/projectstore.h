// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/project.h"
#include "db/page.h"
#include "db/query.h"

#include <QHash>

#include <vector>

namespace ci::db {

/// Who asks for a list of projects: only what they may see is in it.
struct Viewer
{
    std::optional<UserId> user; ///< nullopt: nobody is signed in.
    bool isAdmin = false;
};

struct GroupFilter
{
    Viewer viewer;
    QString search;
    bool withSubgroups = false;
};

/// Projects, members, protected branches and the refs seen.
class ProjectStore
{
public:
    explicit ProjectStore(Database &database) : m_database(database) { }

    Result<model::Project> insert(model::Project project); ///< Conflict where the path is taken.
    Result<void> update(const model::Project &project);
    Result<void> remove(ProjectId id);
    Result<std::optional<model::Project>> find(ProjectId id);
    Result<std::optional<model::Project>> findByPath(const QString &fullPath);
    Result<Listing<model::Project>> list(const Viewer &viewer, const QString &search, Page page);
    Result<Listing<model::Project>> ofGroup(const model::Group &group,
                                            const GroupFilter &filter,
                                            Page page);
    Result<std::vector<model::Project>> all();
    Result<void> touch(ProjectId id, Timestamp activeAt);

    Result<model::Role> roleOf(ProjectId project, UserId user);
    Result<std::vector<model::Member>> members(ProjectId project);
    Result<void> setMember(ProjectId project, UserId user, model::Role role);
    Result<bool> removeMember(ProjectId project, UserId user);

    /// Names or wildcards ("release/*").
    Result<std::vector<QString>> protectedBranches(ProjectId project);
    Result<void> protectBranch(ProjectId project, const QString &name);
    Result<bool> unprotectBranch(ProjectId project, const QString &name);
    /// By a branch's name, or a full one that is none (refs/merge-requests/…) and so not protected.
    Result<bool> isProtected(ProjectId project, const QString &ref);

    /// Full ref name → sha.
    Result<QHash<QString, QByteArray>> seenRefs(ProjectId project);
    Result<bool> hasSeenRefs(ProjectId project);
    Result<void> setSeenRef(ProjectId project, const QString &ref, const QByteArray &sha);
    Result<void> removeSeenRef(ProjectId project, const QString &ref);

private:
    Database &m_database;
};

} // namespace ci::db
