// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/words.h"
#include "coordinator/auth/access.h"
#include "coordinator/auth/groupaccess.h"
#include "db/groupstore.h"
#include "db/projectstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject groupJson(Call &call, const model::Group &group)
{
    const auto parent = db::GroupStore(call.database()).findByPath(group.parentPath());
    const bool hasParent = parent && *parent;
    return {
        {u"id"_s, group.id.value()},
        {u"name"_s, group.name},
        {u"path"_s, group.lastPart()},
        {u"full_path"_s, group.path},
        {u"full_name"_s, QString(group.path).replace(u"/"_s, u" / "_s)},
        {u"description"_s, group.description},
        {u"visibility"_s, wordOf(word(group.visibility))},
        {u"web_url"_s, call.site().link("/groups/"_L1 + group.path)},
        {u"parent_id"_s, hasParent ? QJsonValue((*parent)->id.value()) : QJsonValue()},
        {u"avatar_url"_s, QJsonValue()},
        {u"created_at"_s, time(group.createdAt)},
    };
}

Answer groupAnswer(Call &call, int status, const Result<model::Group> &group)
{
    return group ? Answer(jsonResponse(status, groupJson(call, *group))) : Answer(group.error());
}

std::optional<model::Visibility> groupVisibilityField(Fields &fields)
{
    const std::optional<QString> text = fields.text("visibility");
    const std::optional<model::Visibility> visibility =
        text ? visibilityFrom(*text) : std::nullopt;
    if (text && !visibility) {
        fields.refuse("visibility", u"must be private, internal or public"_s);
    }
    return visibility;
}

Answer groupListing(Call &call, db::GroupListFilter filter)
{
    Fields &fields = call.fields();
    const db::Page page = pageFrom(fields);
    filter.search = fields.text("search").value_or(QString());
    filter.onlyTopLevel = fields.flag("top_level_only").value_or(false);
    filter.minimumRole = int(fields.integer("min_access_level").value_or(0));
    if (fields.flag("owned").value_or(false)) {
        filter.minimumRole = static_cast<int>(model::Role::Owner);
    }
    return listing(call,
                   page,
                   db::GroupStore(call.database()).list(auth::viewerOf(call.identity()), filter, page),
                   [&call](const model::Group &group) { return groupJson(call, group); });
}

QJsonObject groupMemberJson(const model::GroupMember &member)
{
    return {
        {u"id"_s, member.user.value()},
        {u"username"_s, member.username},
        {u"name"_s, member.name},
        {u"state"_s, u"active"_s},
        {u"access_level"_s, static_cast<int>(member.role)},
    };
}

Answer memberAnswer(const Result<model::GroupMember> &member, int status)
{
    return member ? Answer(jsonResponse(status, groupMemberJson(*member)))
                  : Answer(member.error());
}

Result<forge::Groups::Grant> groupGrant(Call &call, const Result<qint64> &user)
{
    if (!user) {
        return user.error();
    }
    const Result<model::Role> own =
        auth::groupRole(call.database(), call.identity(), call.group());
    if (!own) {
        return own.error();
    }
    forge::Groups::Grant grant {call.group().id, UserId {*user}, model::Role::None, *own};
    const std::optional<qint64> level = call.fields().integer("access_level");
    grant.role = level ? roleFrom(*level).value_or(model::Role::None) : model::Role::None;
    return grant;
}

} // namespace

Answer listGroups(Call &call)
{
    return groupListing(call, {});
}

Answer listSubgroups(Call &call)
{
    db::GroupListFilter filter;
    filter.isBelow = true;
    filter.parent = call.group().path;
    return groupListing(call, filter);
}

Answer createGroup(Call &call)
{
    Fields &fields = call.fields();
    forge::NewGroup wish;
    wish.name = fields.required("name");
    wish.path = fields.text("path").value_or(QString());
    wish.description = fields.text("description").value_or(QString());
    wish.visibility = groupVisibilityField(fields).value_or(model::Visibility::Private);
    wish.creator = call.user().id;
    const std::optional<qint64> parent = fields.integer("parent_id");
    if (fields.complaint()) {
        return *fields.complaint();
    }
    if (parent) {
        Result<model::Group> above = auth::groupWith(call.database(),
                                                     call.identity(),
                                                     QString::number(*parent),
                                                     auth::GroupRight::CreateSubgroup);
        if (!above) {
            return above.error();
        }
        wish.parent = std::move(*above);
    }
    return groupAnswer(call, 201, call.services().groups.create(call.transaction(), wish));
}

Answer showGroup(Call &call)
{
    return groupAnswer(call, 200, call.group());
}

Answer changeGroup(Call &call)
{
    forge::GroupChange change;
    change.name = call.fields().text("name");
    change.path = call.fields().text("path");
    change.description = call.fields().text("description");
    change.visibility = groupVisibilityField(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return groupAnswer(
        call, 200, call.services().groups.change(call.transaction(), call.group(), change));
}

Answer deleteGroup(Call &call)
{
    const Result<void> removed = call.services().groups.remove(call.transaction(), call.group());
    return removed ? Answer(jsonResponse(202, QJsonObject {{u"message"_s, u"202 Accepted"_s}}))
                   : Answer(removed.error());
}

Answer listGroupProjects(Call &call)
{
    const db::Page page = pageFrom(call.fields());
    const db::GroupFilter filter {auth::viewerOf(call.identity()),
                                  call.fields().text("search").value_or(QString()),
                                  call.fields().flag("include_subgroups").value_or(false)};
    EntityWriter writer(call.services(), call.database());
    return listing(call,
                   page,
                   db::ProjectStore(call.database()).ofGroup(call.group(), filter, page),
                   [&writer](const model::Project &each) { return writer.project(each); });
}

Answer listGroupMembers(Call &call)
{
    return listing(
        call, db::GroupStore(call.database()).members(call.group().id), groupMemberJson);
}

Answer showGroupMember(Call &call)
{
    const Result<qint64> user = call.number("user_id");
    return user ? memberAnswer(forge::Groups::member(
                                   call.database(), call.group().id, UserId {*user}),
                               200)
                : Answer(user.error());
}

Answer addGroupMember(Call &call)
{
    const std::optional<qint64> user = call.fields().integer("user_id");
    if (!user) {
        call.fields().refuse("user_id", u"is missing"_s);
        return *call.fields().complaint();
    }
    const Result<forge::Groups::Grant> grant = groupGrant(call, *user);
    return grant ? memberAnswer(call.services().groups.add(call.transaction(), *grant), 201)
                 : Answer(grant.error());
}

Answer changeGroupMember(Call &call)
{
    const Result<forge::Groups::Grant> grant = groupGrant(call, call.number("user_id"));
    return grant ? memberAnswer(call.services().groups.change(call.transaction(), *grant), 200)
                 : Answer(grant.error());
}

Answer removeGroupMember(Call &call)
{
    const Result<forge::Groups::Grant> grant = groupGrant(call, call.number("user_id"));
    if (!grant) {
        return grant.error();
    }
    const Result<void> removed =
        call.services().groups.removeMember(call.transaction(), *grant);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

} // namespace ci::api
