// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/words.h"
#include "coordinator/auth/access.h"
#include "db/projectstore.h"
#include "db/userstore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject memberJson(const model::Member &member)
{
    return {
        {u"id"_s, member.user.value()},
        {u"username"_s, member.username},
        {u"name"_s, member.name},
        {u"access_level"_s, static_cast<int>(member.role)},
    };
}

model::Role roleField(Fields &fields)
{
    const std::optional<qint64> level = fields.integer("access_level");
    const std::optional<model::Role> role = level ? roleFrom(*level) : std::nullopt;
    if (!role) {
        fields.refuse("access_level", u"must be 10, 20, 30, 40 or 50"_s);
    }
    return role.value_or(model::Role::None);
}

/// `user_id`, or `username` where that is easier for a person.
Result<UserId> memberField(Call &call)
{
    if (const std::optional<qint64> id = call.fields().integer("user_id")) {
        return UserId {*id};
    }
    const QString name = call.fields().required("username");
    const Result<std::optional<model::User>> user = db::UserStore(call.database()).findByName(name);
    if (!user) {
        return user.error();
    }
    return *user ? Result<UserId>((*user)->id) : Result<UserId>(notFound(u"no such user"_s));
}

Result<forge::Members::Grant> grantFor(Call &call, UserId user, model::Role role)
{
    const Result<auth::Standing> standing =
        auth::standingIn(call.database(), call.identity(), call.project());
    if (!standing) {
        return standing.error();
    }
    return forge::Members::Grant {call.project().id, user, role, standing->role};
}

Answer memberAnswer(const Result<model::Member> &member, int status)
{
    return member ? Answer(jsonResponse(status, memberJson(*member))) : Answer(member.error());
}

/// GitLab numbers protected branches; ours are known by name, so the number is the place in the
/// list.
QJsonObject branchRule(qint64 place, const QString &name)
{
    return {{u"id"_s, place}, {u"name"_s, name}};
}

} // namespace

Answer listMembers(Call &call)
{
    return listing(
        call, call.services().members.list(call.database(), call.project().id), memberJson);
}

Answer showMember(Call &call)
{
    const Result<qint64> user = call.number("user_id");
    if (!user) {
        return user.error();
    }
    const auto members = call.services().members.list(call.database(), call.project().id);
    if (!members) {
        return members.error();
    }
    const auto found = std::find_if(members->begin(), members->end(), [&](const model::Member &each) {
        return each.user == UserId {*user};
    });
    return found != members->end() ? Answer(jsonResponse(200, memberJson(*found)))
                                   : Answer(notFound(u"404 Member Not Found"_s));
}

Answer addMember(Call &call)
{
    const Result<UserId> user = memberField(call);
    const model::Role role = roleField(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    if (!user) {
        return user.error();
    }
    const Result<forge::Members::Grant> grant = grantFor(call, *user, role);
    if (!grant) {
        return grant.error();
    }
    return memberAnswer(call.services().members.add(call.transaction(), *grant), 201);
}

Answer changeMember(Call &call)
{
    const Result<qint64> user = call.number("user_id");
    const model::Role role = roleField(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    if (!user) {
        return user.error();
    }
    const Result<forge::Members::Grant> grant = grantFor(call, UserId {*user}, role);
    if (!grant) {
        return grant.error();
    }
    return memberAnswer(call.services().members.change(call.transaction(), *grant), 200);
}

Answer removeMember(Call &call)
{
    const Result<qint64> user = call.number("user_id");
    if (!user) {
        return user.error();
    }
    const Result<forge::Members::Grant> grant = grantFor(call, UserId {*user}, model::Role::None);
    if (!grant) {
        return grant.error();
    }
    const Result<void> removed = call.services().members.remove(call.transaction(), *grant);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

Answer listProtectedBranches(Call &call)
{
    qint64 place = 0;
    return listing(call,
                   db::ProjectStore(call.database()).protectedBranches(call.project().id),
                   [&place](const QString &name) { return branchRule(++place, name); });
}

Answer protectBranch(Call &call)
{
    const QString name = call.fields().required("name");
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<void> made =
        call.services().members.protectBranch(call.transaction(), call.project().id, name);
    if (!made) {
        return made.error();
    }
    const auto all = db::ProjectStore(call.database()).protectedBranches(call.project().id);
    return jsonResponse(201, branchRule(all ? static_cast<qint64>(all->size()) : 0, name));
}

Answer unprotectBranch(Call &call)
{
    const Result<void> removed = call.services().members.unprotectBranch(
        call.transaction(), call.project().id, call.value("name"));
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

} // namespace ci::api
