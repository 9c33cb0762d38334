// SPDX-License-Identifier: MIT
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/words.h"
#include "coordinator/api/inputjson.h"
#include "coordinator/ciconfig/jobinputs.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QString formatWord(model::ArtifactFormat format)
{
    switch (format) {
    case model::ArtifactFormat::Zip:
        return u"zip"_s;
    case model::ArtifactFormat::Gzip:
        return u"gzip"_s;
    case model::ArtifactFormat::Raw:
        return u"raw"_s;
    }
    return {};
}

QJsonObject pipelineBrief(const model::Pipeline &pipeline)
{
    return {
        {u"id"_s, pipeline.id.value()},
        {u"iid"_s, pipeline.iid},
        {u"project_id"_s, pipeline.project.value()},
        {u"ref"_s, pipeline.ref},
        {u"sha"_s, QString::fromLatin1(pipeline.commit.sha)},
        {u"status"_s, wordOf(protocol::word(pipeline.state))},
        {u"source"_s, pipeline.source},
    };
}

QJsonValue holdOf(const model::Job &job)
{
    if (!job.hold) {
        return {};
    }
    return QJsonObject {{u"reason"_s, job.hold->reason}, {u"until"_s, time(job.hold->until)}};
}

QJsonValue reasonOf(const model::Job &job)
{
    return job.failureReason ? QJsonValue(wordOf(protocol::word(*job.failureReason)))
                             : QJsonValue();
}

} // namespace

QJsonObject EntityWriter::job(const model::Job &job)
{
    const std::optional<model::Pipeline> pipeline = pipelineOf(job.pipeline);
    QJsonObject object {
        {u"id"_s, job.id.value()},
        {u"name"_s, job.name},
        {u"stage"_s, job.stage},
        {u"status"_s, wordOf(protocol::word(job.state))},
        {u"coverage"_s, job.coverage ? QJsonValue(*job.coverage) : QJsonValue()},
        {u"allow_failure"_s, job.allowFailure.always || job.isFailureAllowed},
        {u"created_at"_s, time(job.createdAt)},
        {u"started_at"_s, timeOrNull(job.startedAt)},
        {u"finished_at"_s, timeOrNull(job.finishedAt)},
        {u"erased_at"_s, job.isErased ? timeOrNull(job.finishedAt) : QJsonValue()},
        {u"duration"_s,
         secondsBetween(job.startedAt, job.finishedAt.value_or(m_services.clock.now()))},
        {u"queued_duration"_s,
         secondsBetween(job.queuedAt,
                        job.startedAt.value_or(job.finishedAt.value_or(m_services.clock.now())))},
        {u"user"_s, person(job.user)},
        {u"web_url"_s, projectUrl(job.project) + "/-/jobs/"_L1 + QString::number(job.id.value())},
        {u"runner"_s, jobRunner(job)},
        {u"tag_list"_s, QJsonArray::fromStringList(job.tags)},
        {u"failure_reason"_s, reasonOf(job)},
        {u"project"_s, QJsonObject {{u"ci_job_token_scope_enabled"_s, false}}},
        {u"failure_message"_s,
         job.failureMessage.isEmpty() ? QJsonValue() : QJsonValue(job.failureMessage)},
        {u"exit_code"_s, job.exitCode ? QJsonValue(*job.exitCode) : QJsonValue()},
        {u"when"_s, wordOf(word(job.when))},
        {u"retried"_s, job.isRetried},
        {u"timeout"_s, static_cast<qint64>(job.timeout.count())},
        {u"needs"_s, needs(job)},
        {u"has_needs"_s, job.hasNeeds},
        {u"start_at"_s, timeOrNull(job.startAt)},
        {u"hold"_s, holdOf(job)},
    };
    if (pipeline) {
        object.insert(u"ref"_s, pipeline->ref);
        object.insert(u"tag"_s, pipeline->isTag);
        object.insert(u"commit"_s, commitBrief(pipeline->commit));
        object.insert(u"pipeline"_s, pipelineBrief(*pipeline));
    }
    if (job.isBridge) {
        object.insert(u"downstream_pipeline"_s, downstream(job));
    } else if (job.state == model::JobState::Pending) {
        object.insert(u"waiting_reason"_s, m_services.core.dispatcher().waitingReason(job));
    }
    addSpec(object, job);
    addArtifacts(object, job);
    return object;
}

QJsonArray EntityWriter::needs(const model::Job &job)
{
    QJsonArray names;
    if (!job.hasNeeds) {
        return names;
    }
    const Result<std::vector<model::JobNeed>> found =
        db::JobStore(m_database, m_services.box).needs(job.id);
    for (const model::JobNeed &need : found ? *found : std::vector<model::JobNeed>()) {
        names.append(need.name);
    }
    return names;
}

void EntityWriter::addSpec(QJsonObject &object, const model::Job &job)
{
    QJsonValue exposeAs;
    QJsonValue environment;
    QJsonValue confirmation;
    QJsonArray inputs;
    const Result<model::JobSpec> spec = db::JobStore(m_database, m_services.box).spec(job.id);
    if (spec) {
        if (spec->artifacts && !spec->artifacts->exposeAs.isEmpty()) {
            exposeAs = spec->artifacts->exposeAs;
        }
        if (spec->environment) {
            environment = QJsonObject {{u"name"_s, spec->environment->name},
                                       {u"url"_s, spec->environment->url}};
        }
        if (!spec->manualConfirmation.isEmpty()) {
            confirmation = spec->manualConfirmation;
        }
        inputs = inputsJson(ciconfig::jobInputFields(*spec));
    }
    object.insert(u"expose_as"_s, exposeAs);
    object.insert(u"environment"_s, environment);
    object.insert(u"manual_confirmation"_s, confirmation);
    object.insert(u"inputs"_s, inputs);
}

void EntityWriter::addArtifacts(QJsonObject &object, const model::Job &job)
{
    const Result<std::vector<model::Artifact>> found = db::ArtifactStore(m_database).ofJob(job.id);
    QJsonArray list;
    QJsonValue expiry;
    for (const model::Artifact &artifact : found ? *found : std::vector<model::Artifact>()) {
        list.append(QJsonObject {
            {u"file_type"_s, QString::fromLatin1(artifact.type)},
            {u"size"_s, artifact.sizeBytes},
            {u"filename"_s, artifact.fileName},
            {u"file_format"_s, formatWord(artifact.format)},
        });
        if (artifact.type == "archive") {
            object.insert(
                u"artifacts_file"_s,
                QJsonObject {{u"filename"_s, artifact.fileName}, {u"size"_s, artifact.sizeBytes}});
            expiry = timeOrNull(artifact.expiresAt);
        }
    }
    object.insert(u"artifacts"_s, list);
    object.insert(u"artifacts_expire_at"_s, expiry);
}

QJsonValue EntityWriter::jobRunner(const model::Job &job)
{
    if (!job.runner) {
        return {};
    }
    auto known = m_runners.find(*job.runner);
    if (known == m_runners.end()) {
        const model::Runner *found = m_services.core.runners().find(*job.runner);
        known = m_runners.insert(*job.runner, found ? QJsonValue(runner(*found)) : QJsonValue());
    }
    return *known;
}

} // namespace ci::api
