// SPDX-License-Identifier: MIT
#include "coordinator/auth/groupaccess.h"

#include "db/groupstore.h"

#include <array>

namespace ci::auth {

using namespace Qt::StringLiterals;
using model::Role;

namespace {

struct GroupRightRow
{
    GroupRight right;
    Role minimum; ///< None: whoever sees the group.
    bool isReading;
};

// GitLab's documentation of permissions, "Group permissions"; one row per right, in its order.
constexpr std::array GroupRights {
    GroupRightRow {GroupRight::SeeGroup, Role::None, true},
    GroupRightRow {GroupRight::SeeGroupMembers, Role::Guest, true},
    GroupRightRow {GroupRight::CreateInGroup, Role::Developer, false},
    GroupRightRow {GroupRight::CreateSubgroup, Role::Maintainer, false},
    GroupRightRow {GroupRight::ManageGroupVariables, Role::Owner, false},
    GroupRightRow {GroupRight::ManageGroupMembers, Role::Owner, false},
    GroupRightRow {GroupRight::ManageGroup, Role::Owner, false},
    GroupRightRow {GroupRight::DeleteGroup, Role::Owner, false},
};

constexpr bool areGroupRightsOrdered()
{
    for (size_t i = 0; i < GroupRights.size(); ++i) {
        if (GroupRights[i].right != static_cast<GroupRight>(i)) {
            return false;
        }
    }
    return GroupRights.back().right == GroupRight::DeleteGroup;
}
static_assert(areGroupRightsOrdered());

Error missingGroup(const Identity &identity)
{
    return identity.isNobody() ? Error {ErrorKind::Unauthenticated, u"401 Unauthorized"_s}
                               : notFound(u"404 Group Not Found"_s);
}

Result<bool> seesGroup(db::Database &database, const Identity &identity, const model::Group &group)
{
    // A job's token is for its own project.
    const bool isPerson = identity.user && identity.means != Means::Job;
    if (group.visibility == model::Visibility::Public || identity.isAdmin()) {
        return true;
    }
    if (!isPerson) {
        return false;
    }
    if (group.visibility == model::Visibility::Internal || group.user == identity.user->id) {
        return true;
    }
    return db::GroupStore(database).isConnected(group, identity.user->id);
}

} // namespace

Result<Role> groupRole(db::Database &database, const Identity &identity, const model::Group &group)
{
    if (identity.isAdmin()) {
        return Role::Owner;
    }
    if (!identity.user || identity.means == Means::Job) {
        return Role::None;
    }
    return db::GroupStore(database).roleOf(group, identity.user->id);
}

Result<void> allowedInGroup(db::Database &database,
                            const Identity &identity,
                            GroupRight right,
                            const model::Group &group)
{
    const Result<bool> sees = seesGroup(database, identity, group);
    const Result<Role> role = groupRole(database, identity, group);
    if (!sees || !role) {
        return sees ? role.error() : sees.error();
    }
    if (!*sees) {
        return missingGroup(identity);
    }
    const GroupRightRow &row = GroupRights[static_cast<size_t>(right)];
    if (!row.isReading && identity.scope == Scope::Read) {
        return forbidden(u"403 Forbidden: the token's scope only allows reading"_s);
    }
    if (*role < row.minimum) {
        return identity.isNobody() ? missingGroup(identity) : forbidden(u"403 Forbidden"_s);
    }
    return {};
}

Result<model::Group> groupWith(db::Database &database,
                               const Identity &identity,
                               const QString &name,
                               GroupRight right)
{
    bool isNumber = false;
    const qint64 number = name.toLongLong(&isNumber);
    db::GroupStore store(database);
    Result<std::optional<model::Group>> found
        = isNumber ? store.find(GroupId {number}) : store.findByPath(name);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return missingGroup(identity);
    }
    const Result<void> checked = allowedInGroup(database, identity, right, **found);
    return checked ? Result<model::Group>(std::move(**found))
                   : Result<model::Group>(checked.error());
}

} // namespace ci::auth
