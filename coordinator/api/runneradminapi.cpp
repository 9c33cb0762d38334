// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/words.h"
#include "coordinator/auth/access.h"
#include "db/jobstore.h"
#include "db/projectstore.h"

#include <QHash>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

enum class Wish : quint8 { See, Manage };

/// Who may do what with a runner depends on whose it is.
Result<void> mayWithRunner(Call &call, const model::Runner &runner, Wish wish)
{
    if (runner.type == model::RunnerType::Project) {
        const Result<model::Project> project = auth::projectWith(
            call.database(),
            call.identity(),
            ProjectId {runner.owner},
            wish == Wish::See ? auth::Right::SeeRunners : auth::Right::ManageRunners);
        return project ? Result<void>() : Result<void>(project.error());
    }
    return auth::allowed(call.identity(),
                         wish == Wish::See ? auth::InstanceRight::SeeAllRunners
                                           : auth::InstanceRight::ManageRunners);
}

Result<model::Runner> runnerNamed(Call &call, Wish wish)
{
    const Result<qint64> id = call.number("runner_id");
    if (!id) {
        return id.error();
    }
    const model::Runner *runner = call.services().core.runners().find(RunnerId {*id});
    if (!runner) {
        return notFound(u"no such runner"_s);
    }
    if (const Result<void> may = mayWithRunner(call, *runner, wish); !may) {
        return may.error();
    }
    return *runner;
}

Answer runnerListing(Call &call, const std::function<bool(const model::Runner &)> &isShown)
{
    std::vector<model::Runner> shown;
    for (const model::Runner *runner : call.services().core.runners().all()) {
        if (isShown(*runner)) {
            shown.push_back(*runner);
        }
    }
    EntityWriter writer(call.services(), call.database());
    // Beyond GitLab's list, whole entities: a page of runners shows tags and load.
    return listing(call,
                   Result<std::vector<model::Runner>>(std::move(shown)),
                   [&writer](const model::Runner &runner) { return writer.runnerDetails(runner); });
}

void applyAccess(Fields &fields, model::Runner &runner)
{
    if (const std::optional<QString> level = fields.text("access_level")) {
        if (level != u"ref_protected"_s && level != u"not_protected"_s) {
            fields.refuse("access_level", u"must be not_protected or ref_protected"_s);
        }
        runner.isRefProtected = level == u"ref_protected"_s;
    }
    const std::optional<qint64> timeout = fields.integer("maximum_timeout");
    if (timeout && *timeout > 0) {
        runner.maximumTimeout = std::chrono::seconds {*timeout};
    } else if (timeout || fields.values().value("maximum_timeout"_L1).isNull()) {
        runner.maximumTimeout = std::nullopt;
    }
}

void apply(Fields &fields, model::Runner &runner)
{
    runner.description = fields.text("description").value_or(runner.description);
    runner.tags = fields.list("tag_list").value_or(runner.tags);
    runner.runsUntagged = fields.flag("run_untagged").value_or(runner.runsUntagged);
    runner.isLocked = fields.flag("locked").value_or(runner.isLocked);
    runner.isPaused = fields.flag("paused").value_or(runner.isPaused);
    if (const std::optional<bool> active = fields.flag("active")) {
        runner.isPaused = !*active;
    }
    applyAccess(fields, runner);
    if (runner.tags.size() > 50) {
        fields.refuse("tag_list", u"has more than 50 tags"_s);
    }
    if (runner.description.size() > 1024) {
        fields.refuse("description", u"is longer than 1024 characters"_s);
    }
}

QJsonObject tokenJson(const Result<queue::CreatedRunner> &created)
{
    return {{u"id"_s, created->runner.id.value()},
            {u"token"_s, QString::fromLatin1(created->token.reveal())},
            {u"token_expires_at"_s, QJsonValue()}};
}

} // namespace

Answer listAllRunners(Call &call)
{
    // An administrator sees all, nobody else one that is not a project's: the database is asked once
    // a project, not once a runner.
    const bool seesAll = auth::allowed(call.identity(), auth::InstanceRight::SeeAllRunners).isOk();
    QHash<qint64, bool> seenOf;
    return runnerListing(call, [&](const model::Runner &runner) {
        if (seesAll || runner.type != model::RunnerType::Project) {
            return seesAll;
        }
        const auto known = seenOf.constFind(runner.owner);
        return known != seenOf.cend()
            ? *known
            : *seenOf.insert(runner.owner, mayWithRunner(call, runner, Wish::See).isOk());
    });
}

Answer listProjectRunners(Call &call)
{
    const ProjectId project = call.project().id;
    return runnerListing(call, [project](const model::Runner &runner) {
        return runner.type == model::RunnerType::Instance
            || (runner.type == model::RunnerType::Project && runner.owner == project.value());
    });
}

Answer showRunner(Call &call)
{
    const Result<model::Runner> runner = runnerNamed(call, Wish::See);
    if (!runner) {
        return runner.error();
    }
    EntityWriter writer(call.services(), call.database());
    return jsonResponse(200, writer.runnerDetails(*runner));
}

Answer changeRunner(Call &call)
{
    Result<model::Runner> runner = runnerNamed(call, Wish::Manage);
    if (!runner) {
        return runner.error();
    }
    apply(call.fields(), *runner);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<model::Runner> changed =
        call.services().core.runners().update(call.transaction(), *runner);
    if (!changed) {
        return changed.error();
    }
    EntityWriter writer(call.services(), call.database());
    return jsonResponse(200, writer.runnerDetails(*changed));
}

Answer deleteRunner(Call &call)
{
    const Result<model::Runner> runner = runnerNamed(call, Wish::Manage);
    if (!runner) {
        return runner.error();
    }
    const Result<void> removed =
        call.services().core.runners().remove(call.transaction(), runner->id);
    if (!removed) {
        return removed.error();
    }
    call.transaction().afterCommit(
        [&channels = call.services().channels, id = runner->id] { channels.cut(id); });
    return emptyResponse(204);
}

Answer listRunnerJobs(Call &call)
{
    const Result<model::Runner> runner = runnerNamed(call, Wish::See);
    if (!runner) {
        return runner.error();
    }
    const db::Page page = pageFrom(call.fields());
    EntityWriter writer(call.services(), call.database());
    return listing(call,
                   page,
                   db::JobStore(call.database(), call.services().box).ofRunner(runner->id, page),
                   [&writer](const model::Job &job) { return writer.job(job); });
}

Answer createRunner(Call &call)
{
    Fields &fields = call.fields();
    model::Runner draft;
    const std::optional<model::RunnerType> type = runnerTypeFrom(fields.required("runner_type"));
    if (!type || *type == model::RunnerType::Group) {
        fields.refuse("runner_type", u"must be instance_type or project_type"_s);
    }
    draft.type = type.value_or(model::RunnerType::Instance);
    if (draft.type == model::RunnerType::Project) {
        draft.owner = fields.integer("project_id").value_or(0);
        if (draft.owner <= 0) {
            fields.refuse("project_id", u"is missing"_s);
        }
    }
    // As GitLab: only what has tags may be asked not to run untagged jobs.
    draft.runsUntagged = fields.list("tag_list").value_or(QStringList()).isEmpty();
    apply(fields, draft);
    if (fields.complaint()) {
        return *fields.complaint();
    }
    if (const Result<void> may = mayWithRunner(call, draft, Wish::Manage); !may) {
        return may.error();
    }
    const Result<queue::CreatedRunner> created =
        call.services().core.runners().create(call.transaction(), draft);
    return created ? Answer(jsonResponse(201, tokenJson(created))) : Answer(created.error());
}

Answer showRegistrationToken(Call &call)
{
    const Result<Secret> token =
        call.services().core.runners().registrationToken(call.transaction());
    if (!token) {
        return token.error();
    }
    return jsonResponse(200, QJsonObject {{u"token"_s, QString::fromUtf8(token->reveal())}});
}

Answer resetRegistrationToken(Call &call)
{
    const Result<Secret> token =
        call.services().core.runners().resetRegistrationToken(call.transaction());
    if (!token) {
        return token.error();
    }
    return jsonResponse(201, QJsonObject {{u"token"_s, QString::fromUtf8(token->reveal())}});
}

Answer resetRunnerTokenById(Call &call)
{
    const Result<model::Runner> runner = runnerNamed(call, Wish::Manage);
    if (!runner) {
        return runner.error();
    }
    const Result<queue::CreatedRunner> created =
        call.services().core.runners().resetToken(call.transaction(), runner->id);
    if (!created) {
        return created.error();
    }
    call.transaction().afterCommit(
        [&channels = call.services().channels, id = runner->id] { channels.cut(id); });
    return jsonResponse(201, tokenJson(created));
}

} // namespace ci::api
