// SPDX-License-Identifier: MIT
#include "coordinator/api/jobview.h"

#include "coordinator/auth/access.h"
#include "db/pipelinestore.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

using model::JobState;

bool isPlayable(const model::Job &job)
{
    return job.state == JobState::Manual || job.state == JobState::Scheduled;
}

bool isRetryable(const model::Job &job)
{
    // A job that never ran has nothing to repeat.
    return protocol::isFinished(job.state) && job.state != JobState::Skipped && !job.isRetried;
}

bool isCancelable(const model::Job &job)
{
    return !protocol::isFinished(job.state) && job.state != JobState::Manual;
}

bool isErasable(const model::Job &job)
{
    return !job.isBridge && protocol::isFinished(job.state) && job.state != JobState::Skipped && !job.isErased;
}

struct Action
{
    QLatin1StringView name;
    auth::Right right;
    bool (*isPossible)(const model::Job &);
};

constexpr std::array Actions {
    Action {"play"_L1, auth::Right::PlayJob, isPlayable},
    Action {"retry"_L1, auth::Right::RetryJob, isRetryable},
    Action {"cancel"_L1, auth::Right::CancelJob, isCancelable},
    Action {"erase"_L1, auth::Right::EraseJob, isErasable},
};

} // namespace

QJsonObject JobView::job(const model::Job &job)
{
    QJsonObject object = m_writer.job(job);
    if (job.isBridge && object.value("downstream_pipeline"_L1).isNull()) {
        const auto maySee = [this](ProjectId project) {
            return auth::projectWith(
                       m_call.database(), m_call.identity(), project, auth::Right::SeePipelines)
                .isOk();
        };
        object.insert(u"downstream_pipeline"_s, m_writer.downstream(job, maySee));
    }
    const QString obstacle = terminalObstacle(job);
    object.insert(u"terminal"_s,
                  QJsonObject {{u"available"_s, obstacle.isEmpty()},
                               {u"reason"_s, obstacle.isEmpty() ? QJsonValue() : obstacle}});
    QJsonArray names = actions(job);
    if (!object.value("artifacts_expire_at"_L1).isNull() && may(auth::Right::KeepArtifacts, job)) {
        names.append(u"keep"_s);
    }
    object.insert(u"actions"_s, names);
    return object;
}

const model::Pipeline *JobView::pipelineOf(const model::Job &job)
{
    if (!m_pipeline || m_pipeline->id != job.pipeline) {
        const Result<std::optional<model::Pipeline>> found =
            db::PipelineStore(m_call.database(), m_call.services().box).find(job.pipeline);
        m_pipeline = found ? *found : std::nullopt;
    }
    return m_pipeline ? &*m_pipeline : nullptr;
}

bool JobView::may(auth::Right right, const model::Job &job)
{
    const model::Pipeline *pipeline = pipelineOf(job);
    return pipeline
        && auth::allowedOnJob(m_call.database(),
                              m_call.identity(),
                              right,
                              m_call.project(),
                              {pipeline->ref, pipeline->isTag, job.isRefProtected, job.user})
        .isOk();
}

QJsonArray JobView::actions(const model::Job &job)
{
    QJsonArray names;
    for (const Action &action : Actions) {
        if (action.isPossible(job) && may(action.right, job)) {
            names.append(QString(action.name));
        }
    }
    return names;
}

QString JobView::terminalObstacle(const model::Job &job)
{
    if (job.state != JobState::Running) {
        return u"the job is not running"_s;
    }
    if (!may(auth::Right::OpenTerminal, job)) {
        return u"you may not open a terminal in this job"_s;
    }
    if (!job.runner || !job.hasChannel) {
        return u"its runner does not offer terminals"_s;
    }
    if (!m_call.services().channels.isConnected({*job.runner, job.systemId})) {
        return u"its runner is not connected just now"_s;
    }
    return {};
}

} // namespace ci::api
