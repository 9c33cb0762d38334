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
    , m_outbox(
          services.loop,
          [this](db::Database &database, const LiveNotes &notes) { return write(database, notes); },
          [this](const LiveText &text) {
              m_services.live.publish(text.topic, text.entity, text.id, text.data);
          })
{
    engine::News &news = services.news;
    live::LiveHub &hub = services.live;
    connect(&news, &engine::News::jobChanged, this, &LiveNews::noteJob);
    connect(&news, &engine::News::pipelineChanged, this, &LiveNews::notePipeline);
    connect(&news, &engine::News::projectChanged, this, &LiveNews::noteProject);
    connect(&news, &engine::News::runnerChanged, this, &LiveNews::noteRunner);
    connect(&news, &engine::News::traceGrew, &hub, &live::LiveHub::traceGrew);
    connect(&news, &engine::News::traceReset, &hub, &live::LiveHub::traceReset);
    connect(&news, &engine::News::rightsChanged, &hub, &live::LiveHub::recheck);
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
        m_outbox.note(job.id);
    }
}

void LiveNews::notePipeline(const model::Pipeline &pipeline)
{
    if (m_services.live.hasListeners(Topic::pipeline(pipeline.id))
        || m_services.live.hasListeners(Topic::project(pipeline.project))
        || pipeline.source == QStringLiteral("parent_pipeline")
        || pipeline.source == QStringLiteral("pipeline")) {
        m_outbox.note(pipeline.id);
    }
}

void LiveNews::noteProject(ProjectId project)
{
    if (m_services.live.hasListeners(Topic::project(project))
        || m_services.live.hasListeners(Topic::projects())) {
        m_outbox.note(project);
    }
}

void LiveNews::noteRunner(RunnerId runner)
{
    if (m_services.live.hasListeners(Topic::runners())) {
        m_outbox.note(runner);
    }
}

std::vector<LiveText> LiveNews::write(db::Database &database, const LiveNotes &notes)
{
    Writing writing {database, {}};
    for (const JobId id : notes.jobs) {
        writeJob(writing, id);
    }
    for (const PipelineId id : notes.pipelines) {
        writePipeline(writing, id);
    }
    for (const ProjectId id : notes.projects) {
        writeProject(writing, id);
    }
    for (const RunnerId id : notes.runners) {
        writeRunner(writing, id);
    }
    return std::move(writing.texts);
}

void LiveNews::writeJob(Writing &writing, JobId id)
{
    const Result<std::optional<model::Job>> job =
        db::JobStore(writing.database, m_services.box).find(id);
    if (!job || !*job) {
        return;
    }
    const QByteArray data = bytesOf(EntityWriter(m_services, writing.database).job(**job));
    writing.texts.push_back({Topic::job(id), LiveEntity::Job, id.value(), data});
    writing.texts.push_back({Topic::pipeline((*job)->pipeline), LiveEntity::Job, id.value(), data});
}

void LiveNews::writePipeline(Writing &writing, PipelineId id)
{
    const Result<std::optional<model::Pipeline>> pipeline =
        db::PipelineStore(writing.database, m_services.box).find(id);
    if (!pipeline || !*pipeline) {
        return;
    }
    const QByteArray data =
        bytesOf(EntityWriter(m_services, writing.database).pipelineDetails(**pipeline));
    writing.texts.push_back({Topic::pipeline(id), LiveEntity::Pipeline, id.value(), data});
    writing.texts.push_back(
        {Topic::project((*pipeline)->project), LiveEntity::Pipeline, id.value(), data});
    // Who looks at the pipeline above sees this one beside the job that started it.
    const Result<std::optional<model::PipelineLink>> link =
        db::LinkStore(writing.database).upstreamOf(id);
    if (link && *link) {
        writeJob(writing, (*link)->job);
    }
}

void LiveNews::writeProject(Writing &writing, ProjectId id)
{
    const Result<std::optional<model::Project>> project =
        db::ProjectStore(writing.database).find(id);
    if (project && *project) {
        writing.texts.push_back(
            {Topic::project(id),
             LiveEntity::Project,
             id.value(),
             bytesOf(EntityWriter(m_services, writing.database).project(**project))});
    }
    // Everybody may follow the list, but not everybody may see each project: only the number goes
    // out, and the page asks for what it may have.
    writing.texts.push_back({Topic::projects(),
                             LiveEntity::Project,
                             id.value(),
                             bytesOf({{QStringLiteral("id"), id.value()}})});
}

void LiveNews::writeRunner(Writing &writing, RunnerId id)
{
    const model::Runner *runner = m_services.core.runners().find(id);
    const QJsonObject data = runner
        ? EntityWriter(m_services, writing.database).runnerDetails(*runner)
        : QJsonObject {{QStringLiteral("id"), id.value()}};
    writing.texts.push_back({Topic::runners(), LiveEntity::Runner, id.value(), bytesOf(data)});
}

} // namespace ci::api
