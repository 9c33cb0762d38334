// SPDX-License-Identifier: MIT
#include "coordinator/api/openproject.h"

#include "db/projectstore.h"
#include "db/userstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {

Result<model::Project> projectOfPath(Call &call)
{
    const QString name = call.value("id");
    bool isNumber = false;
    const qint64 number = name.toLongLong(&isNumber);
    db::ProjectStore projects(call.database());
    const Result<std::optional<model::Project>> found =
        isNumber ? projects.find(ProjectId {number}) : projects.findByPath(name);
    if (!found) {
        return found.error();
    }
    return *found ? Result(**found) : Result<model::Project>(notFound(u"404 Not Found"_s));
}

Result<auth::Identity> identityOf(Call &call, UserId owner)
{
    const Result<std::optional<model::User>> user = db::UserStore(call.database()).find(owner);
    if (!user) {
        return user.error();
    }
    if (!*user || (*user)->isBlocked) {
        return notFound(u"404 Not Found"_s);
    }
    auth::Identity identity;
    identity.user = **user;
    identity.means = auth::Means::Token;
    return identity;
}

} // namespace ci::api
