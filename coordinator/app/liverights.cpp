// SPDX-License-Identifier: MIT
#include "coordinator/app/liverights.h"

#include "coordinator/auth/access.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/userstore.h"

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

bool maySee(db::Database &database, const SecretBox &box, UserId id, const protocol::Topic &topic)
{
    const auto user = db::UserStore(database).find(id);
    if (!user || !*user || (*user)->isBlocked) {
        return false;
    }
    auth::Identity identity;
    identity.means = auth::Means::Session;
    identity.user = **user;
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

live::CanSee askThrough(engine::CommandLoop &loop, const SecretBox &box)
{
    return
        [&loop, &box](UserId user, const protocol::Topic &topic, std::function<void(bool)> answer) {
            engine::Command command;
            command.run = [&box, user, topic, answer](engine::Transaction &transaction) {
                const bool may = maySee(transaction.database(), box, user, topic);
                transaction.answer([answer, may] { answer(may); });
                return engine::Outcome::Keep;
            };
            command.refused = [answer](const Error &) { answer(false); };
            loop.post(std::move(command));
        };
}

} // namespace ci::app
