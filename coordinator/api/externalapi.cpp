// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jsonresponse.h"
#include "coordinator/api/openproject.h"
#include "coordinator/api/runpipeline.h"
#include "coordinator/auth/access.h"
#include "coordinator/model/refname.h"
#include "db/triggerstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject hookJson(Call &call, const model::ExternalHook &hook)
{
    EntityWriter writer(call.services(), call.database());
    return {
        {u"created_at"_s, time(hook.createdAt)},
        {u"owner"_s, writer.person(hook.owner)},
        {u"url"_s,
         QString::fromLatin1(call.site().origin()) + "/api/v4/projects/"_L1
             + QString::number(hook.project.value()) + "/external_hook/push"_L1},
    };
}

Result<model::ExternalHook> hookHere(Call &call)
{
    const Result<std::optional<model::ExternalHook>> hook =
        db::TriggerStore(call.database()).hookOf(call.project().id);
    if (!hook) {
        return hook.error();
    }
    return *hook ? Result(**hook) : Result<model::ExternalHook>(notFound(u"404 Not Found"_s));
}

/// As webhooks of GitLab and Gitea name the new commit.
QByteArray announcedCommit(Fields &fields)
{
    for (const char *name : {"checkout_sha", "after", "sha"}) {
        if (const std::optional<QString> sha = fields.text(name); sha && !sha->isEmpty()) {
            return sha->toLatin1().toLower();
        }
    }
    fields.refuse("after", u"is missing: the commit that the ref is at"_s);
    return {};
}

} // namespace

Answer showExternalHook(Call &call)
{
    const Result<model::ExternalHook> hook = hookHere(call);
    return hook ? Answer(jsonResponse(200, hookJson(call, *hook))) : Answer(hook.error());
}

Answer createExternalHook(Call &call)
{
    const Result<Secret> secret = call.services().triggers.setHook(
        call.transaction(), call.project().id, call.user().id);
    const Result<model::ExternalHook> hook =
        secret ? hookHere(call) : Result<model::ExternalHook>(secret.error());
    if (!hook) {
        return hook.error();
    }
    QJsonObject object = hookJson(call, *hook);
    object.insert(u"token"_s, QString::fromLatin1(secret->reveal()));
    return jsonResponse(201, object);
}

Answer deleteExternalHook(Call &call)
{
    const Result<bool> removed =
        db::TriggerStore(call.database()).removeHook(call.project().id);
    if (!removed) {
        return removed.error();
    }
    return *removed ? Answer(emptyResponse(204)) : Answer(notFound(u"404 Not Found"_s));
}

Answer takeExternalPush(Call &call)
{
    const Result<model::Project> project = projectOfPath(call);
    if (!project) {
        return project.error();
    }
    QByteArray secret = call.header("x-gitlab-token");
    if (secret.isEmpty()) {
        secret = call.fields().text("token").value_or(QString()).toLatin1();
    }
    const Result<model::ExternalHook> hook =
        call.services().triggers.hookWith(call.database(), project->id, secret);
    const Result<auth::Identity> owner =
        hook ? identityOf(call, hook->owner) : Result<auth::Identity>(hook.error());
    if (!owner) {
        return owner.error();
    }
    forge::RunWish wish;
    wish.project = project->id;
    wish.ref = model::shortRef(call.fields().required("ref"));
    wish.expectedSha = announcedCommit(call.fields());
    wish.source = u"external"_s;
    wish.user = owner->userId();
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<void> may = auth::allowedOnRef(
        call.database(), *owner, auth::Right::RunPipeline, *project, wish.ref);
    return may ? startRun(call, std::move(wish)) : Answer(may.error());
}

} // namespace ci::api
