// SPDX-License-Identifier: MIT
#include "db/pipelinestore.h"

#include "coordinator/model/jobspecjson.h"
#include "db/reading.h"
#include "db/sealedvariables.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertPipeline = R"(
    INSERT INTO pipelines (iid, project_id, ref, is_tag, is_ref_protected, sha, before_sha,
        commit_message, author_name, author_email, committed_ms, source, name, user_id,
        schedule_id, origin, state, errors, sealed_variables, auto_cancel, cancel_on_job_failure, created_ms, updated_ms,
        started_ms, finished_ms)
    VALUES ((SELECT next_pipeline_iid - 1 FROM projects WHERE id = :project), :project, :ref,
        :is_tag, :is_ref_protected, :sha, :before_sha, :message, :author_name, :author_email,
        :committed, :source, :name, :user, :schedule, :origin, :state, :errors, :variables, :auto_cancel,
        :cancel_on_job_failure, :created, :updated, :started, :finished)
    RETURNING id, iid)";
constexpr const char *TakePipelineIid
    = "UPDATE projects SET next_pipeline_iid = next_pipeline_iid + 1 WHERE id = :project";

// The columns that read() takes, in its order.
#define PIPELINE_COLUMNS                                                                          \
    "pipelines.id, iid, project_id, ref, is_tag, is_ref_protected, sha, before_sha, "             \
    "commit_message, author_name, author_email, committed_ms, source, pipelines.name, user_id, "  \
    "state, errors, sealed_variables, auto_cancel, cancel_on_job_failure, pipelines.created_ms, " \
    "updated_ms, started_ms, finished_ms, schedule_id, origin FROM pipelines "

constexpr const char *FindPipeline = "SELECT " PIPELINE_COLUMNS "WHERE pipelines.id = :id";
constexpr const char *NewestPipeline = "SELECT " PIPELINE_COLUMNS R"(
    WHERE project_id = :project AND ref = :ref AND source <> 'parent_pipeline'
    ORDER BY id DESC LIMIT 1)";
// Empty filters match everything.
#define PIPELINE_FILTER                                                                           \
    "WHERE project_id = :project AND (:ref = '' OR ref = :ref) AND (:sha = '' OR sha = :sha) "    \
    "AND (source = :source OR (:source = '' AND source <> 'parent_pipeline')) "                   \
    "AND (:schedule = 0 OR schedule_id = :schedule) AND (:state = '' OR state = :state) "         \
    "AND (:username = '' OR user_id = "                                                           \
    "    (SELECT id FROM users WHERE lower(username) = lower(:username))) "
constexpr const char *ListPipelines = "SELECT " PIPELINE_COLUMNS PIPELINE_FILTER
    "ORDER BY pipelines.id DESC LIMIT :limit OFFSET :offset";
constexpr const char *CountPipelines = "SELECT count(*) FROM pipelines " PIPELINE_FILTER;
constexpr const char *UnfinishedOfRef = "SELECT " PIPELINE_COLUMNS R"(
    WHERE project_id = :project AND ref = :ref AND id < :before
      AND state NOT IN ('success', 'failed', 'canceled', 'skipped')
    ORDER BY id)";
constexpr const char *UnfinishedOfProject = "SELECT " PIPELINE_COLUMNS R"(
    WHERE project_id = :project AND state NOT IN ('success', 'failed', 'canceled', 'skipped')
    ORDER BY id)";
constexpr const char *UnfinishedIds = R"(
    SELECT id FROM pipelines
    WHERE state NOT IN ('success', 'failed', 'canceled', 'skipped') ORDER BY id)";
constexpr const char *UpdatePipeline = R"(
    UPDATE pipelines SET state = :state, name = :name, updated_ms = :updated,
        started_ms = :started, finished_ms = :finished
    WHERE id = :id AND state = :from)";
constexpr const char *DeletePipeline = "DELETE FROM pipelines WHERE id = :id";

constexpr std::array<QByteArrayView, 3> AutoCancelWords {"conservative", "interruptible", "none"};

model::AutoCancel autoCancelOf(const QByteArray &word)
{
    return word == "none"         ? model::AutoCancel::None
        : word == "interruptible" ? model::AutoCancel::Interruptible
                                  : model::AutoCancel::Conservative;
}

void bindCommit(Query &query, const model::Pipeline &pipeline)
{
    query.bind(":sha", pipeline.commit.sha)
        .bind(":before_sha", pipeline.beforeSha)
        .bind(":message", pipeline.commit.message)
        .bind(":author_name", pipeline.commit.authorName)
        .bind(":author_email", pipeline.commit.authorEmail)
        .bind(":committed", pipeline.commit.committedAt);
}

void bindFilter(Query &query, ProjectId project, const PipelineFilter &filter)
{
    query.bind(":project", project)
        .bind(":ref", filter.ref)
        .bind(":sha", filter.sha)
        .bind(":source", filter.source)
        .bind(":schedule", filter.schedule)
        .bind(":username", filter.username)
        .bind(":state", filter.state ? protocol::word(*filter.state) : QByteArrayView(""));
}

model::Commit readCommit(const Query &query, int shaColumn)
{
    return {.sha = query.bytes(shaColumn),
            .message = query.text(shaColumn + 2),
            .authorName = query.text(shaColumn + 3),
            .authorEmail = query.text(shaColumn + 4),
            .committedAt = query.time(shaColumn + 5)};
}

} // namespace

model::Pipeline PipelineStore::read(const Query &query) const
{
    model::Pipeline pipeline {
        .id = query.id<PipelineId>(0),
        .iid = query.integer(1),
        .project = query.id<ProjectId>(2),
        .ref = query.text(3),
        .isTag = query.flag(4),
        .isRefProtected = query.flag(5),
        .commit = readCommit(query, 6),
        .beforeSha = query.bytes(7),
        .source = query.text(12),
        .name = query.text(13),
        .user = query.maybeId<UserId>(14),
        .schedule = query.maybeId<ScheduleId>(24),
        .origin = {},
        .state = protocol::pipelineState(query.bytes(15)).value_or(model::PipelineState::Failed),
        .errors = {},
        .variables = {},
        .autoCancel = autoCancelOf(query.bytes(18)),
        .cancelOnJobFailure = query.flag(19),
        .createdAt = query.time(20),
        .updatedAt = query.time(21),
        .startedAt = query.maybeTime(22),
        .finishedAt = query.maybeTime(23)};
    if (Result<model::Origin> origin = model::originFromJson(query.bytes(25))) {
        pipeline.origin = std::move(*origin);
    }
    if (Result<std::vector<model::ConfigError>> errors
        = model::configErrorsFromJson(query.bytes(16))) {
        pipeline.errors = std::move(*errors);
    }
    if (!query.isNull(17)) {
        pipeline.variables = openVariables(m_box, query.bytes(17));
    }
    return pipeline;
}

Result<model::Pipeline> PipelineStore::insert(model::Pipeline pipeline)
{
    Query iid(m_database, TakePipelineIid);
    if (Result<void> taken = runOne(iid.bind(":project", pipeline.project), u"project"_s);
        !taken) {
        return taken.error();
    }
    Query query(m_database, InsertPipeline);
    bindCommit(query, pipeline);
    query.bind(":project", pipeline.project)
        .bind(":ref", pipeline.ref)
        .bind(":is_tag", pipeline.isTag)
        .bind(":is_ref_protected", pipeline.isRefProtected)
        .bind(":source", pipeline.source)
        .bind(":name", pipeline.name)
        .bind(":user", pipeline.user)
        .bind(":schedule", pipeline.schedule)
        .bind(":origin", model::toJson(pipeline.origin))
        .bind(":state", protocol::word(pipeline.state))
        .bind(":errors", model::toJson(pipeline.errors))
        .bind(":auto_cancel", AutoCancelWords[static_cast<size_t>(pipeline.autoCancel)])
        .bind(":cancel_on_job_failure", pipeline.cancelOnJobFailure)
        .bind(":created", pipeline.createdAt)
        .bind(":updated", pipeline.updatedAt)
        .bind(":started", pipeline.startedAt)
        .bind(":finished", pipeline.finishedAt);
    bindSealed(query, ":variables", m_box, pipeline.variables);
    if (query.next()) {
        pipeline.id = query.id<PipelineId>(0);
        pipeline.iid = query.integer(1);
    }
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return pipeline;
}

Result<std::optional<model::Pipeline>> PipelineStore::find(PipelineId id)
{
    Query query(m_database, FindPipeline);
    return readOne<model::Pipeline>(query.bind(":id", id),
                                    [this](const Query &row) { return read(row); });
}

Result<std::optional<model::Pipeline>> PipelineStore::newest(ProjectId project, const QString &ref)
{
    Query query(m_database, NewestPipeline);
    return readOne<model::Pipeline>(query.bind(":project", project).bind(":ref", ref),
                                    [this](const Query &row) { return read(row); });
}

Result<Listing<model::Pipeline>> PipelineStore::list(ProjectId project,
                                                     const PipelineFilter &filter,
                                                     Page page)
{
    Query query(m_database, ListPipelines);
    bindFilter(query, project, filter);
    query.bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountPipelines);
    bindFilter(total, project, filter);
    return readListing<model::Pipeline>(
        query, total, [this](const Query &row) { return read(row); });
}

Result<std::vector<model::Pipeline>> PipelineStore::unfinished(ProjectId project,
                                                               const QString &ref,
                                                               PipelineId before)
{
    Query query(m_database, UnfinishedOfRef);
    query.bind(":project", project).bind(":ref", ref).bind(":before", before);
    return readAll<model::Pipeline>(query, [this](const Query &row) { return read(row); });
}

Result<std::vector<model::Pipeline>> PipelineStore::unfinishedOf(ProjectId project)
{
    Query query(m_database, UnfinishedOfProject);
    return readAll<model::Pipeline>(query.bind(":project", project),
                                    [this](const Query &row) { return read(row); });
}

Result<std::vector<PipelineId>> PipelineStore::unfinishedIds()
{
    Query query(m_database, UnfinishedIds);
    return readAll<PipelineId>(query, [](const Query &row) { return row.id<PipelineId>(0); });
}

Result<bool> PipelineStore::updateState(const model::Pipeline &pipeline, model::PipelineState from)
{
    Query query(m_database, UpdatePipeline);
    query.bind(":id", pipeline.id)
        .bind(":from", protocol::word(from))
        .bind(":state", protocol::word(pipeline.state))
        .bind(":name", pipeline.name)
        .bind(":updated", pipeline.updatedAt)
        .bind(":started", pipeline.startedAt)
        .bind(":finished", pipeline.finishedAt);
    return changesAny(query);
}

Result<bool> PipelineStore::remove(PipelineId id)
{
    Query query(m_database, DeletePipeline);
    return changesAny(query.bind(":id", id));
}

} // namespace ci::db
