// SPDX-License-Identifier: MIT
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/statuswords.h"
#include "coordinator/pipelines/groupstatus.h"
#include "db/jobstore.h"
#include "db/linkstore.h"
#include "db/pipelinestore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonArray errorList(const model::Pipeline &pipeline)
{
    QJsonArray list;
    for (const model::ConfigError &error : pipeline.errors) {
        list.append(QJsonObject {
            {u"text"_s, error.text},
            {u"file"_s, error.file},
            {u"line"_s, error.line > 0 ? QJsonValue(error.line) : QJsonValue()},
            {u"column"_s, error.column > 0 ? QJsonValue(error.column) : QJsonValue()},
        });
    }
    return list;
}

/// As one text, the way GitLab has it.
QJsonValue errorText(const model::Pipeline &pipeline)
{
    if (pipeline.errors.empty()) {
        return {};
    }
    QStringList texts;
    for (const model::ConfigError &error : pipeline.errors) {
        const QString place = error.line > 0
            ? u"%1:%2:%3: "_s.arg(error.file).arg(error.line).arg(error.column)
            : QString();
        texts.append(place + error.text);
    }
    return texts.join(u'\n');
}

QJsonArray stageList(const std::vector<pipelines::StageStatus> &stages)
{
    QJsonArray list;
    for (const pipelines::StageStatus &stage : stages) {
        list.append(QJsonObject {
            {u"name"_s, stage.name},
            {u"status"_s, wordOf(protocol::word(stage.state))},
            {u"has_warnings"_s, stage.hasWarnings},
        });
    }
    return list;
}

/// GitLab has it as text with two digits.
QJsonValue meanCoverage(const std::vector<model::Job> &jobs)
{
    double sum = 0;
    int count = 0;
    for (const model::Job &job : jobs) {
        sum += job.coverage.value_or(0);
        count += job.coverage ? 1 : 0;
    }
    return count > 0 ? QJsonValue(QString::number(sum / count, 'f', 2)) : QJsonValue();
}

/// GitLab counts a pipeline's time in whole seconds, and typed clients refuse anything else.
QJsonValue wholeSecondsBetween(const std::optional<Timestamp> &from, const std::optional<Timestamp> &to)
{
    const QJsonValue seconds = secondsBetween(from, to);
    return seconds.isNull() ? seconds : QJsonValue(static_cast<qint64>(seconds.toDouble()));
}

} // namespace

QJsonObject EntityWriter::commitBrief(const model::Commit &commit)
{
    return {
        {u"id"_s, QString::fromLatin1(commit.sha)},
        {u"short_id"_s, QString::fromLatin1(commit.sha.left(8))},
        {u"title"_s, commit.title()},
        {u"author_name"_s, commit.authorName},
    };
}

QJsonObject EntityWriter::commit(const model::Commit &commit)
{
    QJsonObject object = commitBrief(commit);
    object.insert(u"message"_s, commit.message);
    object.insert(u"author_email"_s, commit.authorEmail);
    object.insert(u"created_at"_s, time(commit.committedAt));
    return object;
}

QJsonObject EntityWriter::pipeline(const model::Pipeline &pipeline)
{
    return {
        {u"id"_s, pipeline.id.value()},
        {u"iid"_s, pipeline.iid},
        {u"project_id"_s, pipeline.project.value()},
        {u"sha"_s, QString::fromLatin1(pipeline.commit.sha)},
        {u"ref"_s, pipeline.ref},
        {u"status"_s, wordOf(protocol::word(pipeline.state))},
        {u"source"_s, pipeline.source},
        {u"name"_s, pipeline.name.isEmpty() ? QJsonValue() : QJsonValue(pipeline.name)},
        {u"created_at"_s, time(pipeline.createdAt)},
        {u"updated_at"_s, time(pipeline.updatedAt)},
        {u"web_url"_s,
         projectUrl(pipeline.project) + "/-/pipelines/"_L1 + QString::number(pipeline.id.value())},
        // Beyond GitLab's list: a list of pipelines is read by people who look for their commit.
        {u"tag"_s, pipeline.isTag},
        {u"user"_s, person(pipeline.user)},
        {u"commit"_s, commitBrief(pipeline.commit)},
        {u"started_at"_s, timeOrNull(pipeline.startedAt)},
        {u"finished_at"_s, timeOrNull(pipeline.finishedAt)},
        {u"duration"_s,
         wholeSecondsBetween(pipeline.startedAt,
                             pipeline.finishedAt.value_or(m_services.clock.now()))},
    };
}

QJsonValue EntityWriter::downstream(const model::Job &bridge, const MaySee &maySee)
{
    const Result<std::optional<model::PipelineLink>> link
        = db::LinkStore(m_database).ofJob(bridge.id);
    if (!link || !*link) {
        return {};
    }
    const std::optional<model::Pipeline> below = pipelineOf((*link)->pipeline);
    const bool isShown = below
        && (below->project == bridge.project || (maySee && maySee(below->project)));
    return isShown ? QJsonValue(pipeline(*below)) : QJsonValue();
}

QJsonValue EntityWriter::upstream(const model::Pipeline &details, const MaySee &maySee)
{
    const Result<std::optional<model::PipelineLink>> link
        = db::LinkStore(m_database).upstreamOf(details.id);
    const Result<std::optional<model::Job>> bridge = link && *link
        ? db::JobStore(m_database, m_services.box).find((*link)->job)
        : std::optional<model::Job>();
    if (!bridge || !*bridge) {
        return {};
    }
    const std::optional<model::Pipeline> above = pipelineOf((*bridge)->pipeline);
    const bool isShown = above
        && (above->project == details.project || (maySee && maySee(above->project)));
    if (!isShown) {
        return {};
    }
    QJsonObject object = pipeline(*above);
    object.insert(u"job"_s,
                  QJsonObject {{u"id"_s, (*bridge)->id.value()}, {u"name"_s, (*bridge)->name}});
    return object;
}

QJsonArray EntityWriter::stages(PipelineId pipeline)
{
    const Result<std::vector<db::StageShare>> shares = db::StageStore(m_database).ofPipeline(pipeline);
    return shares ? stageList(pipelines::stageStatuses(*shares)) : QJsonArray();
}

QJsonObject EntityWriter::pipelineDetails(const model::Pipeline &details, const MaySee &maySee)
{
    const Result<std::vector<model::Job>> found =
        db::JobStore(m_database, m_services.box).ofPipeline(details.id);
    const std::vector<model::Job> jobs = found ? *found : std::vector<model::Job>();
    QJsonObject object = pipeline(details);
    object.insert(u"before_sha"_s, QString::fromLatin1(details.beforeSha));
    object.insert(u"yaml_errors"_s, errorText(details));
    object.insert(u"yaml_error_list"_s, errorList(details));
    object.insert(u"queued_duration"_s, wholeSecondsBetween(details.createdAt, details.startedAt));
    object.insert(u"coverage"_s, meanCoverage(jobs));
    object.insert(u"detailed_status"_s,
                  detailedStatus(details.state, pipelines::hasWarnings(jobs)));
    object.insert(u"stages"_s, stageList(pipelines::stageStatuses(jobs)));
    object.insert(u"upstream"_s, upstream(details, maySee));
    return object;
}

const std::optional<model::Pipeline> &EntityWriter::pipelineOf(PipelineId id)
{
    auto known = m_pipelines.find(id);
    if (known == m_pipelines.end()) {
        Result<std::optional<model::Pipeline>> found =
            db::PipelineStore(m_database, m_services.box).find(id);
        known = m_pipelines.insert(id, found ? std::move(*found) : std::nullopt);
    }
    return *known;
}

} // namespace ci::api
