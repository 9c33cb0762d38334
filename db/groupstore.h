// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/project.h"
#include "db/page.h"
#include "db/projectstore.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

/// Which groups a list shows, of those that its viewer may see.
struct GroupListFilter
{
    QString search;
    QString parent; ///< Only right below this path, where `isBelow`.
    bool isBelow = false;
    bool onlyTopLevel = false;
    int minimumRole = 0; ///< The viewer's own in it, inherited ones too.
};

/// Groups and their members. A group lies below another by its path: "a/b" below "a".
class GroupStore
{
public:
    explicit GroupStore(Database &database) : m_database(database) { }

    Result<model::Group> insert(model::Group group); ///< Conflict where the path is taken.
    Result<void> update(const model::Group &group); ///< Name, description, visibility.
    /// Of the group and of all below it. Conflict where one of the paths is taken.
    Result<void> move(const model::Group &group, const QString &newPath);
    Result<void> remove(GroupId id); ///< Conflict while it holds projects.
    Result<std::optional<model::Group>> find(GroupId id);
    Result<std::optional<model::Group>> findByPath(const QString &path);
    /// Root first, `path` itself last; those that exist.
    Result<std::vector<model::Group>> lineage(const QString &path);
    /// Without the namespaces of users.
    Result<Listing<model::Group>> list(const Viewer &viewer,
                                       const GroupListFilter &filter,
                                       Page page);
    Result<qint64> countBelow(const QString &path); ///< Groups and projects at or below it.

    /// Inherited ones too.
    Result<model::Role> roleOf(const model::Group &group, UserId user);
    /// Whether the user has a role in the group, above it, or in anything below it.
    Result<bool> isConnected(const model::Group &group, UserId user);
    Result<std::vector<model::GroupMember>> members(GroupId group);
    Result<void> setMember(GroupId group, UserId user, model::Role role);
    Result<bool> removeMember(GroupId group, UserId user);

private:
    Database &m_database;
};

} // namespace ci::db
