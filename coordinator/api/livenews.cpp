// SPDX-License-Identifier: MIT
#include "coordinator/api/livenews.h"

#include "coordinator/api/entitywriter.h"
#include "coordinator/storage/logreader.h"
#include "db/jobstore.h"
#include "db/linkstore.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"

#include <QJsonDocument>

namespace ci::api {

using protocol::LiveEntity;
using protocol::Topic;

namespace {

QByteArray bytesOf(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

LiveNews::LiveNews(Services &services)
    : m_services(services)
{
    engine::News &news = services.news;
    live::LiveHub &hub = services.live;
    connect(&news, &engine::News::jobChanged, this, &LiveNews::noteJob);
    connect(&news, &engine::News::pipelineChanged, this, &LiveNews::notePipeline);
    connect(&news, &engine::News::projectChanged, this, &LiveNews::noteProject);
    connect(&news, &engine::News::runnerChanged, this, &LiveNews::noteRunner);
    connect(&news, &engine::News::traceGrew, &hub, &live::LiveHub::traceGrew);
    connect(&news, &engine::News::traceReset, &hub, &live::LiveHub::traceReset);
    connect(&news, &engine::News::rightsChanged, &hub, [&hub](UserId user, ProjectId) {
        hub.recheck(user);
    });
    connect(&news, &engine::News::sessionEnded, &hub, [&hub](SessionId session) {
        hub.endLogin(session, QStringLiteral("signed out"));
    });
    connect(&news, &engine::News::tokenEnded, &hub, [&hub](AccessTokenId token) {
        hub.endToken(token, QStringLiteral("the token was revoked"));
    });
}

void LiveNews::noteJob(const model::Job &job, model::JobState before)
{
    if (protocol::isFinished(job.state) && !protocol::isFinished(before)) {
        const Result<qint64> size = m_services.core.logReader().size(job.id);
        m_services.live.traceEnded(job.id, size ? *size : 0);
    }
    if (m_services.live.hasListeners(Topic::job(job.id))
        || m_services.live.hasListeners(Topic::pipeline(job.pipeline))) {
        m_jobs.insert(job.id);
        schedule();
    }
}

void LiveNews::notePipeline(const model::Pipeline &pipeline)
{
    if (m_services.live.hasListeners(Topic::pipeline(pipeline.id))
        || m_services.live.hasListeners(Topic::project(pipeline.project))
        || pipeline.source == QStringLiteral("parent_pipeline")
        || pipeline.source == QStringLiteral("pipeline")) {
        m_pipelines.insert(pipeline.id);
        schedule();
    }
}

void LiveNews::noteProject(ProjectId project)
{
    if (m_services.live.hasListeners(Topic::project(project))
        || m_services.live.hasListeners(Topic::projects())) {
        m_projects.insert(project);
        schedule();
    }
}

void LiveNews::noteRunner(RunnerId runner)
{
    if (m_services.live.hasListeners(Topic::runners())) {
        m_runners.insert(runner);
        schedule();
    }
}

void LiveNews::schedule()
{
    if (m_isScheduled) {
        return;
    }
    m_isScheduled = true;
    m_services.loop.post([this](engine::Transaction &transaction) {
        m_isScheduled = false;
        publishAll(transaction.database());
        return engine::Outcome::Keep;
    });
}

void LiveNews::publishAll(db::Database &database)
{
    for (const JobId id : std::exchange(m_jobs, {})) {
        publishJob(database, id);
    }
    for (const PipelineId id : std::exchange(m_pipelines, {})) {
        publishPipeline(database, id);
    }
    for (const ProjectId id : std::exchange(m_projects, {})) {
        publishProject(database, id);
    }
    for (const RunnerId id : std::exchange(m_runners, {})) {
        publishRunner(database, id);
    }
}

void LiveNews::publishJob(db::Database &database, JobId id)
{
    const Result<std::optional<model::Job>> job = db::JobStore(database, m_services.box).find(id);
    if (!job || !*job) {
        return;
    }
    const QByteArray data = bytesOf(EntityWriter(m_services, database).job(**job));
    m_services.live.publish(Topic::job(id), LiveEntity::Job, id.value(), data);
    m_services.live.publish(Topic::pipeline((*job)->pipeline), LiveEntity::Job, id.value(), data);
}

void LiveNews::publishPipeline(db::Database &database, PipelineId id)
{
    const Result<std::optional<model::Pipeline>> pipeline =
        db::PipelineStore(database, m_services.box).find(id);
    if (!pipeline || !*pipeline) {
        return;
    }
    const QByteArray data = bytesOf(EntityWriter(m_services, database).pipelineDetails(**pipeline));
    m_services.live.publish(Topic::pipeline(id), LiveEntity::Pipeline, id.value(), data);
    m_services.live.publish(
        Topic::project((*pipeline)->project), LiveEntity::Pipeline, id.value(), data);
    // Who looks at the pipeline above sees this one beside the job that started it.
    const Result<std::optional<model::PipelineLink>> link = db::LinkStore(database).upstreamOf(id);
    if (link && *link) {
        publishJob(database, (*link)->job);
    }
}

void LiveNews::publishProject(db::Database &database, ProjectId id)
{
    const Result<std::optional<model::Project>> project = db::ProjectStore(database).find(id);
    if (project && *project) {
        m_services.live.publish(Topic::project(id),
                                LiveEntity::Project,
                                id.value(),
                                bytesOf(EntityWriter(m_services, database).project(**project)));
    }
    // Everybody may follow the list, but not everybody may see each project: only the number goes
    // out, and the page asks for what it may have.
    m_services.live.publish(Topic::projects(),
                            LiveEntity::Project,
                            id.value(),
                            bytesOf({{QStringLiteral("id"), id.value()}}));
}

void LiveNews::publishRunner(db::Database &database, RunnerId id)
{
    const model::Runner *runner = m_services.core.runners().find(id);
    const QJsonObject data = runner ? EntityWriter(m_services, database).runnerDetails(*runner)
                                    : QJsonObject {{QStringLiteral("id"), id.value()}};
    m_services.live.publish(Topic::runners(), LiveEntity::Runner, id.value(), bytesOf(data));
}

} // namespace ci::api
