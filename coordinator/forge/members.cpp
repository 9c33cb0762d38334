// SPDX-License-Identifier: MIT
#include "coordinator/forge/members.h"

#include "coordinator/forge/projectnames.h"
#include "db/projectstore.h"
#include "db/userstore.h"

#include <algorithm>
#include <array>

namespace ci::forge {

using namespace Qt::StringLiterals;
using model::Role;

namespace {

constexpr std::array GrantableRoles {Role::Guest, Role::Reporter, Role::Developer, Role::Maintainer,
                                     Role::Owner};
constexpr size_t MaxProtectedBranches = 500;

Error noMember() { return notFound(u"404 Member Not Found"_s); }

} // namespace

Result<std::vector<model::Member>> Members::list(db::Database &database, ProjectId project)
{
    return db::ProjectStore(database).members(project);
}

Result<model::Member> Members::find(db::Database &database, ProjectId project, UserId user)
{
    const Result<std::vector<model::Member>> members = list(database, project);
    if (!members) {
        return members.error();
    }
    const auto found = std::find_if(members->begin(), members->end(),
                                    [user](const auto &member) { return member.user == user; });
    return found == members->end() ? Result<model::Member>(noMember())
                                   : Result<model::Member>(*found);
}

Result<void> Members::checkGrant(db::Database &database, const Grant &grant)
{
    if (std::find(GrantableRoles.begin(), GrantableRoles.end(), grant.role) == GrantableRoles.end()) {
        return invalid(u"access_level does not have a valid value"_s);
    }
    if (grant.role > grant.granting) {
        return forbidden(u"403 Forbidden: nobody can give more than they have"_s);
    }
    const Result<std::optional<model::User>> user = db::UserStore(database).find(grant.user);
    if (!user) {
        return user.error();
    }
    return *user ? Result<void>() : Result<void>(notFound(u"404 User Not Found"_s));
}

Result<model::Member> Members::add(engine::Transaction &transaction, const Grant &grant)
{
    if (const Result<void> checked = checkGrant(transaction.database(), grant); !checked) {
        return checked.error();
    }
    if (find(transaction.database(), grant.project, grant.user)) {
        return conflict(u"Member already exists"_s);
    }
    return store(transaction, grant);
}

Result<model::Member> Members::change(engine::Transaction &transaction, const Grant &grant)
{
    if (const Result<void> checked = checkGrant(transaction.database(), grant); !checked) {
        return checked.error();
    }
    const Result<model::Member> member = find(transaction.database(), grant.project, grant.user);
    if (!member) {
        return member;
    }
    if (member->role > grant.granting) {
        return forbidden(u"403 Forbidden: their role is above yours"_s);
    }
    const Result<void> stays = grant.role < Role::Owner ? checkOwnerStays(transaction, *member)
                                                        : Result<void>();
    return stays ? store(transaction, grant) : Result<model::Member>(stays.error());
}

Result<void> Members::remove(engine::Transaction &transaction, const Grant &grant)
{
    const Result<model::Member> member = find(transaction.database(), grant.project, grant.user);
    if (!member) {
        return member.error();
    }
    if (member->role > grant.granting) {
        return forbidden(u"403 Forbidden: their role is above yours"_s);
    }
    if (const Result<void> stays = checkOwnerStays(transaction, *member); !stays) {
        return stays;
    }
    const Result<bool> removed
        = db::ProjectStore(transaction.database()).removeMember(grant.project, grant.user);
    if (!removed) {
        return removed.error();
    }
    announce(transaction, grant);
    return {};
}

Result<void> Members::checkOwnerStays(engine::Transaction &transaction, const model::Member &leaving)
{
    if (leaving.role < Role::Owner) {
        return {};
    }
    const Result<std::vector<model::Member>> members = list(transaction.database(), leaving.project);
    if (!members) {
        return members.error();
    }
    const bool hasAnother = std::any_of(members->begin(), members->end(), [&](const auto &member) {
        return member.role == Role::Owner && member.user != leaving.user;
    });
    return hasAnother ? Result<void>() : Result<void>(conflict(u"the last owner must stay"_s));
}

Result<model::Member> Members::store(engine::Transaction &transaction, const Grant &grant)
{
    const Result<void> stored = db::ProjectStore(transaction.database())
                                    .setMember(grant.project, grant.user, grant.role);
    if (!stored) {
        return stored.error();
    }
    announce(transaction, grant);
    return find(transaction.database(), grant.project, grant.user);
}

void Members::announce(engine::Transaction &transaction, const Grant &grant)
{
    transaction.afterCommit([this, user = grant.user, project = grant.project] {
        Q_EMIT m_news.rightsChanged(user, project);
    });
}

Result<void> Members::protectBranch(engine::Transaction &transaction,
                                    ProjectId project,
                                    const QString &pattern)
{
    if (const Result<void> checked = checkBranchPattern(pattern); !checked) {
        return checked;
    }
    db::ProjectStore store(transaction.database());
    const Result<std::vector<QString>> branches = store.protectedBranches(project);
    if (!branches) {
        return branches.error();
    }
    if (std::find(branches->begin(), branches->end(), pattern) != branches->end()) {
        return conflict(u"Protected branch '%1' already exists"_s.arg(pattern));
    }
    if (branches->size() >= MaxProtectedBranches) {
        return conflict(u"there are %1 protected branches already"_s.arg(branches->size()));
    }
    transaction.afterCommit([this, project] { Q_EMIT m_news.rightsChanged(UserId {}, project); });
    return store.protectBranch(project, pattern);
}

Result<void> Members::unprotectBranch(engine::Transaction &transaction,
                                      ProjectId project,
                                      const QString &pattern)
{
    const Result<bool> removed
        = db::ProjectStore(transaction.database()).unprotectBranch(project, pattern);
    if (!removed) {
        return removed.error();
    }
    if (!*removed) {
        return notFound(u"404 Protected Branch Not Found"_s);
    }
    transaction.afterCommit([this, project] { Q_EMIT m_news.rightsChanged(UserId {}, project); });
    return {};
}

} // namespace ci::forge
