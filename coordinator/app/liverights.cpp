// SPDX-License-Identifier: MIT
#include "coordinator/app/liverights.h"

#include "coordinator/auth/access.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

using protocol::TopicKind;

Result<void> hasRight(db::Database &database,
                      const auth::Identity &identity,
                      ProjectId project,
                      auth::Right right)
{
    const Result<model::Project> found = auth::projectWith(database, identity, project, right);
    return found ? Result<void>() : Result<void>(found.error());
}

live::Permission permissionOf(const Result<void> &checked)
{
    if (checked) {
        return live::Permission::Granted;
    }
    return auth::isRefusal(checked.error()) ? live::Permission::Denied : live::Permission::Unknown;
}

} // namespace

Result<void> maySee(db::Database &database,
                    const SecretBox &box,
                    const auth::Identity &identity,
                    const protocol::Topic &topic)
{
    switch (topic.kind) {
    case TopicKind::Projects:
        return {}; // Only numbers are told there.
    case TopicKind::Runners:
        return auth::allowed(identity, auth::InstanceRight::SeeAllRunners);
    case TopicKind::Project:
        return hasRight(database, identity, ProjectId {topic.id}, auth::Right::SeePipelines);
    case TopicKind::Pipeline: {
        const auto pipeline = db::PipelineStore(database, box).find(PipelineId {topic.id});
        if (!pipeline || !*pipeline) {
            return pipeline ? notFound(u"no such pipeline"_s) : pipeline.error();
        }
        return hasRight(database, identity, (*pipeline)->project, auth::Right::SeePipelines);
    }
    case TopicKind::Job: {
        const auto job = db::JobStore(database, box).find(JobId {topic.id});
        if (!job || !*job) {
            return job ? notFound(u"no such job"_s) : job.error();
        }
        return hasRight(database, identity, (*job)->project, auth::Right::SeeJobs);
    }
    }
    return notFound(u"no such topic"_s);
}

live::CanSee
askThrough(engine::CommandLoop &loop, auth::Authenticator &authenticator, const SecretBox &box)
{
    return [&loop, &authenticator, &box](const live::LiveCaller &caller,
                                         const QList<protocol::Topic> &topics,
                                         live::PermissionAnswer answer) {
        engine::Command command;
        command.run = [&authenticator, &box, caller, topics, answer](
                          engine::Transaction &transaction) {
            const Result<auth::Identity> identity =
                authenticator.recall(transaction.database(), caller);
            QList<live::Permission> permissions;
            for (const protocol::Topic &topic : topics) {
                permissions.append(permissionOf(
                    identity ? maySee(transaction.database(), box, *identity, topic)
                             : Result<void>(identity.error())));
            }
            transaction.answer([answer, permissions] { answer(permissions); });
            return engine::Outcome::Keep;
        };
        command.refused = [answer, count = topics.size()](const Error &) {
            answer(QList<live::Permission>(count, live::Permission::Unknown));
        };
        loop.post(std::move(command));
    };
}

} // namespace ci::app
