// SPDX-License-Identifier: MIT
#include "coordinator/forge/groups.h"

#include "coordinator/forge/projectnames.h"
#include "db/groupstore.h"
#include "db/userstore.h"
#include "db/variablestore.h"

#include <algorithm>
#include <array>

namespace ci::forge {

using namespace Qt::StringLiterals;
using engine::Transaction;
using model::Role;

namespace {

constexpr qsizetype MaxGroupName = 255;
constexpr qsizetype MaxGroupDescription = 500;
constexpr std::array GroupRoles {Role::Guest, Role::Reporter, Role::Developer, Role::Maintainer,
                                 Role::Owner};

Result<void> checkGroupText(const QString &name, const QString &description)
{
    const bool isNameOk = !name.trimmed().isEmpty() && name.size() <= MaxGroupName
        && std::all_of(name.begin(), name.end(), [](QChar c) { return c.isPrint(); });
    if (!isNameOk) {
        return invalid(
            u"name must have 1 to %1 printable characters"_s.arg(MaxGroupName));
    }
    return description.size() <= MaxGroupDescription
        ? Result<void>()
        : Result<void>(invalid(u"description is too long (maximum is %1 characters)"_s.arg(
            MaxGroupDescription)));
}

Error noGroupMember() { return notFound(u"404 Member Not Found"_s); }

} // namespace

Result<model::Group> Groups::create(Transaction &transaction, const NewGroup &wish)
{
    model::Group group;
    group.name = wish.name.isEmpty() ? wish.path : wish.name;
    group.path = wish.path.isEmpty() ? pathFromName(wish.name) : wish.path;
    if (wish.parent) {
        if (wish.parent->user) {
            return invalid(u"parent_id: the namespace of a user cannot hold groups"_s);
        }
        group.path.prepend(wish.parent->path + u'/');
    }
    group.description = wish.description;
    group.visibility = wish.visibility;
    group.createdAt = m_clock.now();
    Result<void> checked = checkGroupText(group.name, group.description);
    checked = checked ? checkGroupPath(group.path) : checked;
    if (!checked) {
        return checked.error();
    }
    db::GroupStore store(transaction.database());
    Result<model::Group> stored = store.insert(group);
    if (!stored) {
        return stored;
    }
    const Result<void> owned = store.setMember(stored->id, wish.creator, Role::Owner);
    announce(transaction, wish.creator);
    return owned ? stored : Result<model::Group>(owned.error());
}

Result<model::Group> Groups::change(Transaction &transaction,
                                    const model::Group &group,
                                    const GroupChange &change)
{
    model::Group changed = group;
    changed.name = change.name.value_or(group.name);
    changed.description = change.description.value_or(group.description);
    changed.visibility = change.visibility.value_or(group.visibility);
    if (group.user) {
        return forbidden(u"403 Forbidden: this is the namespace of a user"_s);
    }
    if (const Result<void> checked = checkGroupText(changed.name, changed.description); !checked) {
        return checked.error();
    }
    db::GroupStore store(transaction.database());
    Result<void> done = store.update(changed);
    if (done && change.path && *change.path != group.lastPart()) {
        const QString parent = group.parentPath();
        changed.path = parent.isEmpty() ? *change.path : parent + u'/' + *change.path;
        done = checkGroupPath(changed.path);
        done = done ? store.move(group, changed.path) : done;
    }
    if (!done) {
        return done.error();
    }
    announce(transaction, {});
    return changed;
}

Result<void> Groups::remove(Transaction &transaction, const model::Group &group)
{
    if (group.user) {
        return forbidden(u"403 Forbidden: this is the namespace of a user"_s);
    }
    db::GroupStore store(transaction.database());
    const Result<qint64> below = store.countBelow(group.path);
    if (!below) {
        return below.error();
    }
    if (*below > 0) {
        return conflict(u"the group still holds %1 groups or projects: delete them first"_s.arg(
            *below));
    }
    Result<void> done = db::VariableStore(transaction.database(), m_box)
                            .removeAllOf(model::VariableScope::Group, group.id.value());
    done = done ? store.remove(group.id) : done;
    announce(transaction, {});
    return done;
}

Result<model::GroupMember> Groups::member(db::Database &database, GroupId group, UserId user)
{
    const Result<std::vector<model::GroupMember>> members
        = db::GroupStore(database).members(group);
    if (!members) {
        return members.error();
    }
    const auto found = std::find_if(members->begin(), members->end(),
                                    [user](const auto &each) { return each.user == user; });
    return found == members->end() ? Result<model::GroupMember>(noGroupMember())
                                   : Result<model::GroupMember>(*found);
}

Result<void> Groups::checkGrant(Transaction &transaction, const Grant &grant)
{
    if (std::find(GroupRoles.begin(), GroupRoles.end(), grant.role) == GroupRoles.end()) {
        return invalid(u"access_level does not have a valid value"_s);
    }
    if (grant.role > grant.granting) {
        return forbidden(u"403 Forbidden: nobody can give more than they have"_s);
    }
    const Result<std::optional<model::User>> user
        = db::UserStore(transaction.database()).find(grant.user);
    if (!user) {
        return user.error();
    }
    return *user ? Result<void>() : Result<void>(notFound(u"404 User Not Found"_s));
}

Result<model::GroupMember> Groups::add(Transaction &transaction, const Grant &grant)
{
    if (const Result<void> checked = checkGrant(transaction, grant); !checked) {
        return checked.error();
    }
    if (member(transaction.database(), grant.group, grant.user)) {
        return conflict(u"Member already exists"_s);
    }
    return store(transaction, grant);
}

Result<model::GroupMember> Groups::change(Transaction &transaction, const Grant &grant)
{
    if (const Result<void> checked = checkGrant(transaction, grant); !checked) {
        return checked.error();
    }
    const Result<model::GroupMember> before
        = member(transaction.database(), grant.group, grant.user);
    if (!before) {
        return before;
    }
    const Result<void> stays
        = grant.role < Role::Owner ? checkOwnerStays(transaction, *before) : Result<void>();
    return stays ? store(transaction, grant) : Result<model::GroupMember>(stays.error());
}

Result<void> Groups::removeMember(Transaction &transaction, const Grant &grant)
{
    const Result<model::GroupMember> leaving
        = member(transaction.database(), grant.group, grant.user);
    if (!leaving) {
        return leaving.error();
    }
    if (const Result<void> stays = checkOwnerStays(transaction, *leaving); !stays) {
        return stays;
    }
    const Result<bool> removed
        = db::GroupStore(transaction.database()).removeMember(grant.group, grant.user);
    announce(transaction, grant.user);
    return removed ? Result<void>() : Result<void>(removed.error());
}

Result<void> Groups::checkOwnerStays(Transaction &transaction, const model::GroupMember &leaving)
{
    if (leaving.role < Role::Owner) {
        return {};
    }
    const Result<std::vector<model::GroupMember>> members
        = db::GroupStore(transaction.database()).members(leaving.group);
    if (!members) {
        return members.error();
    }
    const bool hasAnother = std::any_of(members->begin(), members->end(), [&](const auto &each) {
        return each.role == Role::Owner && each.user != leaving.user;
    });
    return hasAnother ? Result<void>() : Result<void>(conflict(u"the last owner must stay"_s));
}

Result<model::GroupMember> Groups::store(Transaction &transaction, const Grant &grant)
{
    const Result<void> stored = db::GroupStore(transaction.database())
                                    .setMember(grant.group, grant.user, grant.role);
    if (!stored) {
        return stored.error();
    }
    announce(transaction, grant.user);
    return member(transaction.database(), grant.group, grant.user);
}

void Groups::announce(Transaction &transaction, UserId user)
{
    transaction.afterCommit([this, user] { Q_EMIT m_news.rightsChanged(user, ProjectId {}); });
}

} // namespace ci::forge
