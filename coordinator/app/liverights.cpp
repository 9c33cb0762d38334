// SPDX-License-Identifier: MIT
#include "coordinator/app/liverights.h"

#include "coordinator/auth/access.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"

namespace ci::app {
namespace {

using protocol::TopicKind;

bool hasRight(db::Database &database,
              const auth::Identity &identity,
              ProjectId project,
              auth::Right right)
{
    return auth::projectWith(database, identity, project, right).isOk();
}

} // namespace

bool maySee(db::Database &database,
            const SecretBox &box,
            const auth::Identity &identity,
            const protocol::Topic &topic)
{
    switch (topic.kind) {
    case TopicKind::Projects:
        return true; // Only numbers are told there.
    case TopicKind::Runners:
        return auth::allowed(identity, auth::InstanceRight::SeeAllRunners).isOk();
    case TopicKind::Project:
        return hasRight(database, identity, ProjectId {topic.id}, auth::Right::SeePipelines);
    case TopicKind::Pipeline: {
        const auto pipeline = db::PipelineStore(database, box).find(PipelineId {topic.id});
        return pipeline && *pipeline
            && hasRight(database, identity, (*pipeline)->project, auth::Right::SeePipelines);
    }
    case TopicKind::Job: {
        const auto job = db::JobStore(database, box).find(JobId {topic.id});
        return job && *job && hasRight(database, identity, (*job)->project, auth::Right::SeeJobs);
    }
    }
    return false;
}

live::CanSee
askThrough(engine::CommandLoop &loop, auth::Authenticator &authenticator, const SecretBox &box)
{
    return [&loop, &authenticator, &box](const live::LiveCaller &caller,
                                         const protocol::Topic &topic,
                                         std::function<void(bool)> answer) {
        engine::Command command;
        command.run = [&authenticator, &box, caller, topic, answer](
                          engine::Transaction &transaction) {
            const Result<auth::Identity> identity =
                authenticator.recall(transaction.database(), caller);
            const bool may = identity && maySee(transaction.database(), box, *identity, topic);
            transaction.answer([answer, may] { answer(may); });
            return engine::Outcome::Keep;
        };
        command.refused = [answer](const Error &) { answer(false); };
        loop.post(std::move(command));
    };
}

} // namespace ci::app
