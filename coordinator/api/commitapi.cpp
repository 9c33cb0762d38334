// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/paging.h"
#include "coordinator/api/revision.h"
#include "coordinator/auth/access.h"
#include "coordinator/auth/posting.h"
#include "coordinator/forge/repositorybrowser.h"
#include "db/pipelinestore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

/// The commit with its newest pipeline, by which clients find "the pipeline of a branch".
Result<QJsonObject> commitWithPipeline(Services &services,
                                       db::Database &database,
                                       ProjectId project,
                                       const model::Commit &commit)
{
    db::PipelineFilter filter;
    filter.sha = commit.sha;
    const Result<db::Listing<model::Pipeline>> newest =
        db::PipelineStore(database, services.box).list(project, filter, {1, 1});
    if (!newest) {
        return newest.error();
    }
    EntityWriter writer(services, database);
    QJsonObject object = EntityWriter::commit(commit);
    const bool hasOne = !newest->items.empty();
    const QJsonObject last = hasOne ? writer.pipeline(newest->items.front()) : QJsonObject();
    object.insert(u"last_pipeline"_s, hasOne ? QJsonValue(last) : QJsonValue());
    object.insert(u"status"_s, hasOne ? last.value("status"_L1) : QJsonValue());
    return object;
}

void sendCommit(const Reply &reply, const Result<QJsonObject> &commit)
{
    if (commit) {
        reply.send(jsonResponse(200, *commit));
    } else {
        reply.send(commit.error());
    }
}

} // namespace

Answer listCommits(Call &call)
{
    const db::Page page = pageFrom(call.fields());
    const QString revision = revisionField(call, "ref_name");
    const QString path = call.fields().text("path").value_or(QString());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    using History = Result<forge::HistoryPart>;
    Services &services = call.services();
    services.readers.run<History>(
        [&repositories = services.repositories, id = call.project().id, revision, path, page] {
            return forge::RepositoryBrowser(repositories, id).history(revision, path, page);
        },
        [reply = call.reply(), head = call.head(), origin = call.site().origin(), page](
            const History &history) {
            if (!history) {
                reply.send(history.error());
                return;
            }
            QJsonArray array;
            for (const model::Commit &commit : history->commits) {
                array.append(EntityWriter::commit(commit));
            }
            net::Response response = jsonResponse(200, array);
            addPartHeaders(response, head, origin, page, history->hasMore);
            reply.send(response);
        });
    return Later {};
}

Answer showCommit(Call &call)
{
    Services &services = call.services();
    const ProjectId project = call.project().id;
    const bool maySeePipelines =
        auth::projectWith(call.database(), call.identity(), project, auth::Right::SeePipelines).isOk();
    auto show = [&services, project, maySeePipelines, reply = call.reply()](
                    const Result<model::Commit> &commit) {
        if (!commit || !maySeePipelines) {
            sendCommit(reply, commit ? Result(EntityWriter::commit(*commit)) : commit.error());
            return;
        }
        auth::postFor<QJsonObject>(
            services.loop,
            [&services, project, commit = *commit](engine::Transaction &transaction) {
                return commitWithPipeline(services, transaction.database(), project, commit);
            },
            [reply](const Result<QJsonObject> &object) { sendCommit(reply, object); });
    };
    services.readers.run<Result<model::Commit>>(
        [&repositories = services.repositories, project, name = call.value("sha")] {
            return forge::RepositoryReader(repositories, project).commit(name);
        },
        std::move(show));
    return Later {};
}

} // namespace ci::api
