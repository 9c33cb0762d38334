// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/givenvariables.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/openproject.h"
#include "coordinator/api/runpipeline.h"
#include "coordinator/auth/access.h"
#include "coordinator/model/refname.h"
#include "db/linkstore.h"
#include "db/triggerstore.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject triggerJson(Call &call, const model::TriggerToken &token)
{
    EntityWriter writer(call.services(), call.database());
    return {
        {u"id"_s, token.id.value()},
        {u"description"_s, token.description},
        {u"created_at"_s, time(token.createdAt)},
        {u"updated_at"_s, time(token.updatedAt)},
        {u"last_used"_s, timeOrNull(token.lastUsedAt)},
        // Only its start: whole it is shown once, when it is made.
        {u"token"_s, token.shortToken},
        {u"owner"_s, writer.person(token.owner)},
    };
}

Result<model::TriggerToken> triggerNamed(Call &call)
{
    const Result<qint64> id = call.number("trigger_id");
    if (!id) {
        return id.error();
    }
    const Result<std::optional<model::TriggerToken>> found =
        db::TriggerStore(call.database()).find(TriggerTokenId {*id});
    if (!found) {
        return found.error();
    }
    const bool isHere = *found && (*found)->project == call.project().id;
    return isHere ? Result(**found)
                  : Result<model::TriggerToken>(notFound(u"404 Trigger Not Found"_s));
}

Answer triggerAnswer(Call &call, int status, const Result<model::TriggerToken> &token)
{
    return token ? Answer(jsonResponse(status, triggerJson(call, *token))) : Answer(token.error());
}

/// By whose rights a token starts pipelines, and what the pipeline shows of it.
struct Caller
{
    auth::Identity identity;
    forge::RunWish wish;
};

Result<Caller> byTriggerToken(Call &call, const model::TriggerToken &token)
{
    const Result<auth::Identity> identity = identityOf(call, token.owner);
    const Result<void> noted = identity
        ? call.services().triggers.noteUse(call.transaction(), token)
        : Result<void>(identity.error());
    if (!noted) {
        return noted.error();
    }
    Caller caller {*identity, {}};
    caller.wish.source = u"trigger"_s;
    caller.wish.origin.triggerShortToken = token.shortToken;
    return caller;
}

/// The token of a job that runs: in its starter's name, and never as an administrator.
Result<Caller> byJobToken(Call &call, const QByteArray &token)
{
    auth::Credentials credentials;
    credentials.jobToken = token;
    const Result<auth::Identity> job =
        call.services().authenticator.identify(call.transaction(), credentials);
    if (!job || !job->user) {
        return notFound(u"404 Not Found"_s);
    }
    Caller caller {{}, {}};
    caller.identity.user = job->user;
    caller.identity.user->isAdmin = false;
    caller.identity.means = auth::Means::Token;
    caller.wish.source = u"pipeline"_s;
    caller.wish.together = [id = job->job](engine::Transaction &transaction,
                                           const model::Pipeline &pipeline) {
        return db::LinkStore(transaction.database())
            .insert({id, pipeline.id, model::LinkKind::Start});
    };
    return caller;
}

Result<Caller> callerOf(Call &call, const model::Project &project)
{
    const QByteArray value = call.fields().required("token").toLatin1();
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<std::optional<model::TriggerToken>> token =
        call.services().triggers.find(call.database(), value);
    if (!token) {
        return token.error();
    }
    if (!*token) {
        return byJobToken(call, value);
    }
    return (*token)->project == project.id ? byTriggerToken(call, **token)
                                           : Result<Caller>(notFound(u"404 Not Found"_s));
}

model::GivenVariable payloadOf(const Fields &fields)
{
    QJsonObject payload = fields.values();
    payload.remove("token"_L1);
    return {u"TRIGGER_PAYLOAD"_s,
            QString::fromUtf8(QJsonDocument(payload).toJson(QJsonDocument::Compact)),
            true};
}

} // namespace

Answer listTriggers(Call &call)
{
    return listing(call,
                   db::TriggerStore(call.database()).ofProject(call.project().id),
                   [&call](const model::TriggerToken &token) { return triggerJson(call, token); });
}

Answer createTrigger(Call &call)
{
    model::TriggerToken draft;
    draft.project = call.project().id;
    draft.owner = call.user().id;
    draft.description = call.fields().required("description");
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<forge::Triggers::Minted> minted =
        call.services().triggers.mint(call.transaction(), draft);
    if (!minted) {
        return minted.error();
    }
    QJsonObject object = triggerJson(call, minted->token);
    object.insert(u"token"_s, QString::fromLatin1(minted->secret.reveal()));
    return jsonResponse(201, object);
}

Answer showTrigger(Call &call)
{
    return triggerAnswer(call, 200, triggerNamed(call));
}

Answer changeTrigger(Call &call)
{
    Result<model::TriggerToken> token = triggerNamed(call);
    if (!token) {
        return token.error();
    }
    token->description = call.fields().text("description").value_or(token->description);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return triggerAnswer(call, 200, call.services().triggers.describe(call.transaction(), *token));
}

Answer deleteTrigger(Call &call)
{
    const Result<model::TriggerToken> token = triggerNamed(call);
    if (!token) {
        return token.error();
    }
    const Result<bool> removed = db::TriggerStore(call.database()).remove(token->id);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

Answer runTrigger(Call &call)
{
    const Result<model::Project> project = projectOfPath(call);
    const Result<Caller> known =
        project ? callerOf(call, *project) : Result<Caller>(project.error());
    if (!known) {
        return known.error();
    }
    forge::RunWish wish = known->wish;
    const QString named = call.value("ref");
    wish.ref = model::shortRef(named.isEmpty() ? call.fields().required("ref") : named);
    wish.project = project->id;
    wish.user = known->identity.userId();
    wish.variables = variablesByName(call.fields(), "variables");
    wish.inputs = givenInputsField(call.fields(), "inputs");
    wish.variables.push_back(payloadOf(call.fields()));
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<void> may = auth::allowedOnRef(
        call.database(), known->identity, auth::Right::RunPipeline, *project, wish.ref);
    return may ? startRun(call, std::move(wish)) : Answer(may.error());
}

} // namespace ci::api
