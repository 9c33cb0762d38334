// SPDX-License-Identifier: MIT
#include "coordinator/api/runpipeline.h"

#include "coordinator/api/entitywriter.h"
#include "coordinator/api/jsonresponse.h"
#include "db/pipelinestore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

/// GitLab's shape for "cannot make a pipeline".
net::Response baseErrors(const Error &error)
{
    const QJsonArray lines = QJsonArray::fromStringList(error.detail.split(u'\n'));
    return jsonResponse(400, QJsonObject {{u"message"_s, QJsonObject {{u"base"_s, lines}}}});
}

void showNewPipeline(Services &services, const Reply &reply, PipelineId id)
{
    services.loop.post([&services, reply, id](engine::Transaction &transaction) {
        const Result<std::optional<model::Pipeline>> found =
            db::PipelineStore(transaction.database(), services.box).find(id);
        EntityWriter writer(services, transaction.database());
        const net::Response response = found && *found
            ? jsonResponse(201, writer.pipelineDetails(**found))
            : Answer(notFound(u"no such pipeline"_s)).take();
        transaction.answer([reply, response] { reply.send(response); });
        return engine::Outcome::Keep;
    });
}

} // namespace

Answer startRun(Call &call, forge::RunWish wish)
{
    Services &services = call.services();
    services.starter.run(std::move(wish),
                         &services.context,
                         [reply = call.reply(), &services](const Result<model::Pipeline> &made) {
                             if (made) {
                                 showNewPipeline(services, reply, made->id);
                             } else if (made.error().kind == ErrorKind::Invalid
                                        || made.error().kind == ErrorKind::NotFound) {
                                 reply.send(baseErrors(made.error()));
                             } else {
                                 reply.send(made.error());
                             }
                         });
    return Later {};
}

} // namespace ci::api
