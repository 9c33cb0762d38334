// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "db/userstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

Result<UserId> userNamed(Call &call)
{
    const Result<qint64> id = call.number("user_id");
    if (!id) {
        return id.error();
    }
    return UserId {*id};
}

auth::Users::Done answerWithUser(Call &call, int status)
{
    return [reply = call.reply(), &site = call.site(), status](const Result<model::User> &user) {
        if (user) {
            reply.send(jsonResponse(status, EntityWriter::account(site, *user)));
        } else {
            reply.send(user.error());
        }
    };
}

auth::UserChange changeFrom(Fields &fields)
{
    auth::UserChange change;
    change.name = fields.text("name");
    change.email = fields.text("email");
    change.isAdmin = fields.flag("admin");
    change.isBlocked = fields.flag("blocked");
    if (const std::optional<QString> password = fields.text("password")) {
        change.password = Secret(password->toUtf8());
    }
    return change;
}

} // namespace

Answer showSelf(Call &call)
{
    return jsonResponse(200, EntityWriter::account(call.site(), call.user()));
}

Answer listUsers(Call &call)
{
    const db::Page page = pageFrom(call.fields());
    db::UserStore store(call.database());
    const auto encode = [&call](const model::User &user) {
        return EntityWriter::account(call.site(), user);
    };
    if (const std::optional<QString> name = call.fields().text("username")) {
        const Result<std::optional<model::User>> found = store.findByName(*name);
        db::Listing<model::User> one;
        if (found && *found) {
            one = {{**found}, 1};
        }
        return listing<model::User>(call, page, one, encode);
    }
    return listing(
        call, page, store.list(call.fields().text("search").value_or(QString()), page), encode);
}

Answer createUser(Call &call)
{
    Fields &fields = call.fields();
    auth::NewUser user;
    user.username = fields.required("username");
    user.name = fields.text("name").value_or(user.username);
    user.email = fields.text("email").value_or(QString());
    user.password = Secret(fields.required("password").toUtf8());
    user.isAdmin = fields.flag("admin").value_or(false);
    if (fields.complaint()) {
        return *fields.complaint();
    }
    call.services().users.create(
        std::move(user), &call.services().context, answerWithUser(call, 201));
    return Later {};
}

Answer showUser(Call &call)
{
    const Result<UserId> id = userNamed(call);
    if (!id) {
        return id.error();
    }
    const Result<std::optional<model::User>> user = db::UserStore(call.database()).find(*id);
    if (!user || !*user) {
        return user ? notFound(u"no such user"_s) : user.error();
    }
    return jsonResponse(200, EntityWriter::account(call.site(), **user));
}

Answer changeUser(Call &call)
{
    const Result<UserId> id = userNamed(call);
    if (!id) {
        return id.error();
    }
    auth::UserChange change = changeFrom(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    call.services().users.change(
        *id, std::move(change), &call.services().context, answerWithUser(call, 200));
    return Later {};
}

Answer deleteUser(Call &call)
{
    const Result<UserId> id = userNamed(call);
    if (!id) {
        return id.error();
    }
    const Result<void> removed = call.services().users.remove(call.transaction(), *id);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

} // namespace ci::api
