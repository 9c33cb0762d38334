// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/words.h"
#include "coordinator/auth/access.h"
#include "db/projectstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

std::optional<model::Visibility> visibilityField(Fields &fields)
{
    const std::optional<QString> text = fields.text("visibility");
    if (!text) {
        return std::nullopt;
    }
    const std::optional<model::Visibility> visibility = visibilityFrom(*text);
    if (!visibility) {
        fields.refuse("visibility", u"must be private, internal or public"_s);
    }
    return visibility;
}

/// GitLab's "enabled"/"disabled", or a plain flag.
std::optional<bool> autoCancelField(Fields &fields)
{
    const std::optional<QString> text = fields.text("auto_cancel_pending_pipelines");
    if (text == u"enabled"_s || text == u"disabled"_s) {
        return text == u"enabled"_s;
    }
    return fields.flag("auto_cancel_pending_pipelines");
}

forge::ProjectChange projectChangeFrom(Fields &fields)
{
    forge::ProjectChange change;
    change.name = fields.text("name");
    change.path = fields.text("path");
    change.description = fields.text("description");
    change.visibility = visibilityField(fields);
    change.defaultBranch = fields.text("default_branch");
    change.ciConfigPath = fields.text("ci_config_path");
    change.autoCancelRedundant = autoCancelField(fields);
    change.isArchived = fields.flag("archived");
    if (const std::optional<qint64> seconds = fields.integer("build_timeout")) {
        change.buildTimeout = std::chrono::seconds {*seconds};
    }
    return change;
}

/// With what the caller may do there.
QJsonObject projectFor(Call &call, const model::Project &project)
{
    EntityWriter writer(call.services(), call.database());
    QJsonObject object = writer.project(project);
    const Result<auth::Standing> standing =
        auth::standingIn(call.database(), call.identity(), project);
    QJsonValue access;
    if (standing && standing->role != model::Role::None) {
        access = QJsonObject {{u"access_level"_s, static_cast<int>(standing->role)}};
    }
    object.insert(u"permissions"_s,
                  QJsonObject {{u"project_access"_s, access}, {u"group_access"_s, QJsonValue()}});
    return object;
}

Answer changeTo(Call &call, const forge::ProjectChange &change, int status)
{
    const Result<model::Project> changed =
        call.services().projects.change(call.transaction(), call.project().id, change);
    return changed ? Answer(jsonResponse(status, projectFor(call, *changed)))
                   : Answer(changed.error());
}

} // namespace

Answer listProjects(Call &call)
{
    const db::Page page = pageFrom(call.fields());
    const db::Viewer viewer = auth::viewerOf(call.identity());
    const QString search = call.fields().text("search").value_or(QString());
    return listing(call,
                   page,
                   db::ProjectStore(call.database()).list(viewer, search, page),
                   [&call](const model::Project &project) { return projectFor(call, project); });
}

Answer createProject(Call &call)
{
    Fields &fields = call.fields();
    forge::NewProject wish;
    wish.name = fields.text("name").value_or(QString());
    wish.path = fields.text("path").value_or(QString());
    wish.namespacePath = fields.text("namespace_path").value_or(QString());
    if (const std::optional<qint64> id = fields.integer("namespace_id")) {
        wish.namespaceId = GroupId {*id};
    }
    wish.description = fields.text("description").value_or(QString());
    wish.defaultBranch = fields.text("default_branch").value_or(QString());
    wish.visibility = visibilityField(fields).value_or(model::Visibility::Private);
    wish.creator = call.user().id;
    wish.byAdmin = call.identity().isAdmin();
    if (wish.name.isEmpty() && wish.path.isEmpty()) {
        fields.refuse("name", u"is missing"_s);
    }
    if (fields.complaint()) {
        return *fields.complaint();
    }
    Services &services = call.services();
    services.projects.create(
        std::move(wish),
        &services.context,
        [reply = call.reply(), &services](const Result<model::Project> &project) {
            if (!project) {
                reply.send(project.error());
                return;
            }
            // What is stored is shown from a transaction of its own.
            services.loop.post(
                [reply, &services, id = project->id](engine::Transaction &transaction) {
                    const auto found = db::ProjectStore(transaction.database()).find(id);
                    EntityWriter writer(services, transaction.database());
                    const net::Response response = found && *found
                        ? jsonResponse(201, writer.project(**found))
                        : Answer(notFound(u"no such project"_s)).take();
                    transaction.answer([reply, response] { reply.send(response); });
                    return engine::Outcome::Keep;
                });
        });
    return Later {};
}

Answer showProject(Call &call)
{
    return jsonResponse(200, projectFor(call, call.project()));
}

Answer changeProject(Call &call)
{
    const forge::ProjectChange change = projectChangeFrom(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return changeTo(call, change, 200);
}

Answer archiveProject(Call &call)
{
    forge::ProjectChange change;
    change.isArchived = true;
    return changeTo(call, change, 201);
}

Answer unarchiveProject(Call &call)
{
    forge::ProjectChange change;
    change.isArchived = false;
    return changeTo(call, change, 201);
}

Answer deleteProject(Call &call)
{
    const ProjectId id = call.project().id;
    const Result<void> ended = call.services().core.pipelines().removeAllOf(call.transaction(), id);
    if (!ended) {
        return ended.error();
    }
    const Result<void> removed = call.services().projects.remove(call.transaction(), id);
    return removed ? Answer(jsonResponse(202, QJsonObject {{u"message"_s, u"202 Accepted"_s}}))
                   : Answer(removed.error());
}

} // namespace ci::api
