// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jsonresponse.h"

using namespace Qt::StringLiterals;

// What runners say about themselves (reference of the runner API, 2). Stock runners send JSON;
// people send forms with curl.

namespace ci::api {
namespace {

/// From the body, else from the header that newer runners send too; never from the query.
Secret tokenIn(Call &call)
{
    const QString inBody = call.fields().text("token").value_or(QString());
    return Secret(inBody.isEmpty() ? call.header("runner-token") : inBody.toUtf8());
}

protocol::RunnerInfo infoIn(Call &call)
{
    const QJsonObject info = call.fields().values().value("info"_L1).toObject();
    Result<protocol::RunnerInfo> decoded = protocol::decodeObject<protocol::RunnerInfo>(info);
    return decoded ? std::move(*decoded) : protocol::RunnerInfo();
}

protocol::RunnerRegistration registrationIn(Call &call)
{
    Fields &fields = call.fields();
    protocol::RunnerRegistration registration;
    registration.token = tokenIn(call);
    registration.description = fields.text("description").value_or(QString());
    registration.tags = fields.list("tag_list").value_or(QStringList());
    registration.runUntagged = fields.flag("run_untagged").value_or(registration.tags.isEmpty());
    registration.locked = fields.flag("locked").value_or(false);
    registration.paused = fields.flag("paused").value_or(!fields.flag("active").value_or(true));
    registration.maximumTimeoutSeconds = fields.integer("maximum_timeout").value_or(0);
    registration.accessLevel = fields.text("access_level").value_or(QString());
    registration.maintenanceNote = fields.text("maintenance_note").value_or(QString());
    registration.info = infoIn(call);
    return registration;
}

Answer credentials(int status, const model::Runner &runner, const Secret &token)
{
    protocol::RunnerCredentials answer;
    answer.id = runner.id.value();
    answer.token = token;
    return jsonResponse(status, answer.toJson());
}

/// A runner token that is not known is 403, whatever else is wrong: only this ends a runner.
Answer unknownToken()
{
    return errorResponse(403);
}

} // namespace

Answer registerRunner(Call &call)
{
    if (!call.site().allowRegistration) {
        return errorResponse(410, u"runner registration by token is switched off"_s);
    }
    const protocol::RunnerRegistration registration = registrationIn(call);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<queue::CreatedRunner> created =
        call.services().core.runners().registerRunner(call.transaction(), registration);
    return created ? credentials(201, created->runner, created->token) : Answer(created.error());
}

Answer verifyRunner(Call &call)
{
    const Secret token = tokenIn(call);
    queue::RunnerContact contact;
    contact.systemId = call.fields().text("system_id").value_or(QString()).toUtf8();
    contact.info = infoIn(call);
    contact.address = call.caller().toString();
    const Result<model::Runner> runner =
        call.services().core.runners().verify(call.transaction(), token, contact);
    return runner ? credentials(200, *runner, token) : Answer(runner.error());
}

Answer unregisterRunner(Call &call)
{
    const Secret token = tokenIn(call);
    const model::Runner *runner = call.services().core.runners().authenticate(token);
    if (!runner) {
        return unknownToken();
    }
    const RunnerId id = runner->id;
    const Result<void> removed =
        call.services().core.runners().unregister(call.transaction(), token);
    if (!removed) {
        return removed.error();
    }
    call.transaction().afterCommit(
        [&channels = call.services().channels, id] { channels.cut(id); });
    return emptyResponse(204);
}

Answer unregisterMachine(Call &call)
{
    const Secret token = tokenIn(call);
    if (!call.services().core.runners().authenticate(token)) {
        return unknownToken();
    }
    const QString systemId = call.fields().required("system_id");
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<void> removed = call.services().core.runners().unregisterMachine(
        call.transaction(), token, systemId.toUtf8());
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

Answer resetRunnerToken(Call &call)
{
    const model::Runner *runner = call.services().core.runners().authenticate(tokenIn(call));
    if (!runner) {
        return unknownToken();
    }
    const RunnerId id = runner->id;
    const Result<queue::CreatedRunner> created =
        call.services().core.runners().resetToken(call.transaction(), id);
    if (!created) {
        return created.error();
    }
    call.transaction().afterCommit(
        [&channels = call.services().channels, id] { channels.cut(id); });
    return credentials(201, created->runner, created->token);
}

Answer discoverRouter(Call &call)
{
    const Secret token(call.header("runner-token"));
    if (!call.services().core.runners().authenticate(token)) {
        return unknownToken();
    }
    // "None": the runner then polls as usual (reference of the runner API, 2.8).
    return errorResponse(501);
}

} // namespace ci::api
