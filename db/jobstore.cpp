// SPDX-License-Identifier: MIT
#include "db/jobstore.h"

#include "coordinator/model/jobspecjson.h"
#include "db/dutystore.h"
#include "db/reading.h"
#include "db/sealedvariables.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;
using protocol::word;

namespace {

constexpr const char *InsertJob = R"(
    INSERT INTO jobs (pipeline_id, project_id, name, job_group, stage, stage_index, ordinal, state,
        when_word, start_in_s, start_ms, allow_failure, is_failure_allowed, has_needs, tags, retry,
        attempt, timeout_s, is_interruptible, resource_group, is_ref_protected, is_bridge,
        user_id, created_ms, queued_ms, finished_ms)
    VALUES (:pipeline, :project, :name, :job_group, :stage, :stage_index, :ordinal, :state, :when,
        :start_in, :start, :allow_failure, :is_failure_allowed, :has_needs, :tags, :retry, :attempt,
        :timeout, :is_interruptible, :resource_group, :is_ref_protected, :is_bridge, :user, :created,
        :queued, :finished))";
constexpr const char *InsertSpec = R"(
    INSERT INTO job_specs (job_id, spec, sealed_variables) VALUES (:job, :spec, NULL))";
constexpr const char *InsertNeed = R"(
    INSERT INTO job_needs (job_id, name, artifacts, is_optional)
    VALUES (:job, :name, :artifacts, :is_optional)
    ON CONFLICT (job_id, name) DO NOTHING)";

// The columns that readJob() takes, in its order.
#define JOB_COLUMNS                                                                               \
    "SELECT jobs.id, jobs.pipeline_id, jobs.project_id, jobs.name, job_group, stage, "            \
    "stage_index, ordinal, jobs.state, when_word, start_in_s, start_ms, allow_failure, "          \
    "is_failure_allowed, has_needs, tags, retry, attempt, is_retried, timeout_s, "                \
    "is_interruptible, resource_group, jobs.is_ref_protected, jobs.user_id, runner_id, "          \
    "system_id, token_hash, is_confirmed, can_cancel_gracefully, can_reset_trace, has_channel, "  \
    "failure_reason, exit_code, coverage, hold_reason, hold_until_ms, is_erased, "                \
    "jobs.created_ms, queued_ms, jobs.started_ms, jobs.finished_ms, heard_ms, is_bridge, "           \
    "failure_message FROM jobs "

constexpr const char *FindJob = JOB_COLUMNS "WHERE id = :id";
constexpr const char *FindJobByToken = JOB_COLUMNS "WHERE token_hash = :token_hash";
constexpr const char *JobsOfPipeline = JOB_COLUMNS
    "WHERE pipeline_id = :pipeline AND is_retried = 0 ORDER BY ordinal, id";
constexpr const char *AllJobsOfPipeline
    = JOB_COLUMNS "WHERE pipeline_id = :pipeline ORDER BY ordinal, id";
// :states is a JSON array of words; an empty one matches every state.
#define STATE_FILTER                                                                              \
    "(:states = '[]' OR state IN (SELECT value FROM json_each(:states))) "
#define PIPELINE_JOB_FILTER                                                                       \
    "pipeline_id = :pipeline AND is_bridge = :are_bridges " \
    "AND (:with_retried OR is_retried = 0) AND " STATE_FILTER
constexpr const char *SomeJobsOfPipeline
    = JOB_COLUMNS "WHERE " PIPELINE_JOB_FILTER "ORDER BY ordinal, id LIMIT :limit OFFSET :offset";
constexpr const char *CountSomeJobsOfPipeline
    = "SELECT count(*) FROM jobs WHERE " PIPELINE_JOB_FILTER;
constexpr const char *JobsOfProject = JOB_COLUMNS "WHERE project_id = :project AND is_bridge = 0 AND " STATE_FILTER
    "ORDER BY id DESC LIMIT :limit OFFSET :offset";
constexpr const char *CountJobsOfProject
    = "SELECT count(*) FROM jobs WHERE project_id = :project AND is_bridge = 0 AND " STATE_FILTER;
constexpr const char *IdsOfProject = "SELECT id FROM jobs WHERE project_id = :project";
constexpr const char *ActiveJobsOfProject = JOB_COLUMNS R"(
    WHERE state IN ('pending', 'running', 'canceling', 'scheduled', 'waiting_for_resource')
        AND project_id = :project)";
constexpr const char *JobsOfRunner = JOB_COLUMNS
    "WHERE runner_id = :runner ORDER BY id DESC LIMIT :limit OFFSET :offset";
constexpr const char *CountJobsOfRunner
    = "SELECT count(*) FROM jobs WHERE runner_id = :runner";
// The literal list lets SQLite use the partial index jobs_active.
constexpr const char *ActiveJobs = JOB_COLUMNS R"(
    WHERE state IN ('pending', 'running', 'canceling', 'scheduled', 'waiting_for_resource')
      AND state IN (SELECT value FROM json_each(:states))
    ORDER BY id)";
// The states as in the index jobs_active, which is used only so.
constexpr const char *CountHeldJobs = R"(
    SELECT count(*) FROM jobs
    WHERE state IN ('pending', 'running', 'canceling', 'scheduled', 'waiting_for_resource')
        AND hold_reason IS NOT NULL AND runner_id = :runner)";
constexpr const char *CountJobsInState = "SELECT count(*) FROM jobs WHERE state = :state";

constexpr const char *SetSpec = "UPDATE job_specs SET spec = :spec WHERE job_id = :job";
constexpr const char *FindSpec = "SELECT spec FROM job_specs WHERE job_id = :job";
constexpr const char *NeedsOfJob
    = "SELECT name, artifacts, is_optional FROM job_needs WHERE job_id = :job ORDER BY name";
constexpr const char *NeedsOfPipeline = R"(
    SELECT job_needs.job_id, job_needs.name, job_needs.artifacts, job_needs.is_optional
    FROM jobs JOIN job_needs ON job_needs.job_id = jobs.id
    WHERE jobs.pipeline_id = :pipeline AND jobs.is_retried = 0)";
constexpr const char *GivenVariables
    = "SELECT sealed_variables FROM job_specs WHERE job_id = :job";
constexpr const char *SetGivenVariables
    = "UPDATE job_specs SET sealed_variables = :variables WHERE job_id = :job";

constexpr const char *UpdateJob = R"(
    UPDATE jobs SET state = :state, start_ms = :start, is_failure_allowed = :is_failure_allowed,
        is_retried = :is_retried, user_id = :user, runner_id = :runner, system_id = :system,
        token_hash = :token_hash, is_confirmed = :is_confirmed,
        can_cancel_gracefully = :can_cancel_gracefully, can_reset_trace = :can_reset_trace,
        has_channel = :has_channel, failure_reason = :failure_reason,
        failure_message = :failure_message, exit_code = :exit_code,
        coverage = :coverage, hold_reason = :hold_reason, hold_until_ms = :hold_until,
        is_erased = :is_erased, queued_ms = :queued, started_ms = :started,
        finished_ms = :finished, heard_ms = :heard
    WHERE id = :id AND state = :from)";
constexpr const char *NewestSuccess = R"(
    SELECT jobs.id FROM pipelines JOIN jobs ON jobs.pipeline_id = pipelines.id
    WHERE pipelines.project_id = :project AND pipelines.ref = :ref AND jobs.name = :name
      AND jobs.state = 'success'
    ORDER BY pipelines.id DESC, jobs.id DESC LIMIT 1)";

constexpr std::array<QByteArrayView, 5> WhenWords {
    "on_success", "on_failure", "always", "manual", "delayed",
};

model::When whenOf(const QByteArray &text)
{
    for (size_t i = 0; i < WhenWords.size(); ++i) {
        if (WhenWords[i] == text) {
            return static_cast<model::When>(i);
        }
    }
    return model::When::OnSuccess;
}

QByteArray stateList(const std::vector<model::JobState> &states)
{
    QJsonArray words;
    for (const model::JobState state : states) {
        words.append(QString::fromLatin1(word(state)));
    }
    return QJsonDocument(words).toJson(QJsonDocument::Compact);
}

void readPlan(const Query &query, model::Job &job)
{
    job.when = whenOf(query.bytes(9));
    job.startIn = query.maybeSpan(10);
    job.startAt = query.maybeTime(11);
    if (Result<model::AllowFailure> allowed = model::allowFailureFromJson(query.bytes(12))) {
        job.allowFailure = std::move(*allowed);
    }
    job.isFailureAllowed = query.flag(13);
    job.hasNeeds = query.flag(14);
    job.tags = query.list(15);
    if (Result<model::RetrySpec> retry = model::retryFromJson(query.bytes(16))) {
        job.retry = std::move(*retry);
    }
    job.attempt = static_cast<int>(query.integer(17));
    job.isRetried = query.flag(18);
    job.timeout = query.span(19);
    job.isInterruptible = query.flag(20);
    job.resourceGroup = query.text(21);
    job.isRefProtected = query.flag(22);
    job.user = query.maybeId<UserId>(23);
}

void readHandOut(const Query &query, model::Job &job)
{
    job.runner = query.maybeId<RunnerId>(24);
    job.systemId = query.bytes(25);
    job.tokenHash = query.bytes(26);
    job.isConfirmed = query.flag(27);
    job.canCancelGracefully = query.flag(28);
    job.canResetTrace = query.flag(29);
    job.hasChannel = query.flag(30);
}

void readResult(const Query &query, model::Job &job)
{
    if (!query.isNull(31)) {
        job.failureReason = protocol::failureReason(query.bytes(31));
    }
    if (!query.isNull(32)) {
        job.exitCode = static_cast<int>(query.integer(32));
    }
    if (!query.isNull(33)) {
        job.coverage = query.real(33);
    }
    if (!query.isNull(34)) {
        job.hold = model::Hold {query.text(34), query.time(35)};
    }
    job.isErased = query.flag(36);
    job.createdAt = query.time(37);
    job.queuedAt = query.maybeTime(38);
    job.startedAt = query.maybeTime(39);
    job.finishedAt = query.maybeTime(40);
    job.heardAt = query.maybeTime(41);
    job.isBridge = query.flag(42);
    job.failureMessage = query.text(43);
}

model::Job readJob(const Query &query)
{
    model::Job job;
    job.id = query.id<JobId>(0);
    job.pipeline = query.id<PipelineId>(1);
    job.project = query.id<ProjectId>(2);
    job.name = query.text(3);
    job.group = query.text(4);
    job.stage = query.text(5);
    job.stageIndex = static_cast<int>(query.integer(6));
    job.ordinal = static_cast<int>(query.integer(7));
    job.state = protocol::jobState(query.bytes(8)).value_or(model::JobState::Failed);
    readPlan(query, job);
    readHandOut(query, job);
    readResult(query, job);
    return job;
}

void bindPlan(Query &query, const model::Job &job)
{
    query.bind(":pipeline", job.pipeline)
        .bind(":project", job.project)
        .bind(":name", job.name)
        .bind(":job_group", job.group)
        .bind(":stage", job.stage)
        .bind(":stage_index", job.stageIndex)
        .bind(":ordinal", job.ordinal)
        .bind(":when", WhenWords[static_cast<size_t>(job.when)])
        .bind(":start_in", job.startIn)
        .bind(":allow_failure", model::toJson(job.allowFailure))
        .bind(":has_needs", job.hasNeeds)
        .bind(":tags", job.tags)
        .bind(":retry", model::toJson(job.retry))
        .bind(":attempt", job.attempt)
        .bind(":timeout", job.timeout)
        .bind(":is_interruptible", job.isInterruptible)
        .bind(":resource_group", job.resourceGroup)
        .bind(":is_ref_protected", job.isRefProtected)
        .bind(":is_bridge", job.isBridge)
        .bind(":created", job.createdAt);
}

// What both a new row and a change carry.
void bindCommon(Query &query, const model::Job &job)
{
    query.bind(":state", word(job.state))
        .bind(":start", job.startAt)
        .bind(":is_failure_allowed", job.isFailureAllowed)
        .bind(":user", job.user)
        .bind(":queued", job.queuedAt)
        .bind(":finished", job.finishedAt);
}

void bindHandOut(Query &query, const model::Job &job)
{
    query.bind(":runner", job.runner)
        .bindBlob(":system", job.systemId)
        .bind(":is_confirmed", job.isConfirmed)
        .bind(":can_cancel_gracefully", job.canCancelGracefully)
        .bind(":can_reset_trace", job.canResetTrace)
        .bind(":has_channel", job.hasChannel);
    // NULL, not empty: the index on tokens is unique.
    if (job.tokenHash.isEmpty()) {
        query.bindNull(":token_hash");
    } else {
        query.bindBlob(":token_hash", job.tokenHash);
    }
}

void bindResult(Query &query, const model::Job &job)
{
    if (job.failureReason) {
        query.bind(":failure_reason", word(*job.failureReason));
    } else {
        query.bindNull(":failure_reason");
    }
    if (job.hold) {
        query.bind(":hold_reason", job.hold->reason).bind(":hold_until", job.hold->until);
    } else {
        query.bindNull(":hold_reason").bindNull(":hold_until");
    }
    query.bind(":exit_code", job.exitCode)
        .bind(":failure_message", job.failureMessage)
        .bind(":coverage", job.coverage)
        .bind(":is_erased", job.isErased)
        .bind(":started", job.startedAt)
        .bind(":heard", job.heardAt);
}

} // namespace

Result<model::Job> JobStore::insert(model::Job job,
                                    const model::JobSpec &spec,
                                    const std::vector<model::JobNeed> &needs)
{
    Query query(m_database, InsertJob);
    bindPlan(query, job);
    bindCommon(query, job);
    if (const Result<void> done = runAny(query); !done) {
        return done.error();
    }
    job.id = JobId {m_database.lastInsertId()};

    Query insertSpec(m_database, InsertSpec);
    if (const Result<void> done
        = runAny(insertSpec.bind(":job", job.id).bind(":spec", model::toJson(spec)));
        !done) {
        return done.error();
    }
    for (const model::JobNeed &need : needs) {
        Query insertNeed(m_database, InsertNeed);
        insertNeed.bind(":job", job.id)
            .bind(":name", need.name)
            .bind(":artifacts", need.artifacts)
            .bind(":is_optional", need.isOptional);
        if (const Result<void> done = runAny(insertNeed); !done) {
            return done.error();
        }
    }
    const Result<void> duties = DutyStore(m_database).insert(job.id, spec);
    return duties ? Result<model::Job>(std::move(job)) : Result<model::Job>(duties.error());
}

Result<std::optional<model::Job>> JobStore::find(JobId id)
{
    Query query(m_database, FindJob);
    return readOne<model::Job>(query.bind(":id", id), readJob);
}

Result<std::optional<model::Job>> JobStore::findByToken(const QByteArray &tokenHash)
{
    Query query(m_database, FindJobByToken);
    return readOne<model::Job>(query.bindBlob(":token_hash", tokenHash), readJob);
}

Result<std::vector<model::Job>> JobStore::ofPipeline(PipelineId pipeline)
{
    Query query(m_database, JobsOfPipeline);
    return readAll<model::Job>(query.bind(":pipeline", pipeline), readJob);
}

Result<std::vector<model::Job>> JobStore::allOfPipeline(PipelineId pipeline)
{
    Query query(m_database, AllJobsOfPipeline);
    return readAll<model::Job>(query.bind(":pipeline", pipeline), readJob);
}

Result<Listing<model::Job>> JobStore::ofPipeline(PipelineId pipeline,
                                                 const PipelineJobFilter &filter,
                                                 Page page)
{
    const QByteArray states = stateList(filter.states);
    Query query(m_database, SomeJobsOfPipeline);
    query.bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountSomeJobsOfPipeline);
    for (Query *each : {&query, &total}) {
        each->bind(":pipeline", pipeline)
            .bind(":are_bridges", filter.areBridges)
            .bind(":with_retried", filter.withRetried)
            .bind(":states", states);
    }
    return readListing<model::Job>(query, total, readJob);
}

Result<Listing<model::Job>> JobStore::ofProject(ProjectId project,
                                                const JobFilter &filter,
                                                Page page)
{
    const QByteArray states = stateList(filter.states);
    Query query(m_database, JobsOfProject);
    query.bind(":project", project)
        .bind(":states", states)
        .bind(":limit", page.perPage)
        .bind(":offset", page.offset());
    Query total(m_database, CountJobsOfProject);
    total.bind(":project", project).bind(":states", states);
    return readListing<model::Job>(query, total, readJob);
}

Result<std::vector<JobId>> JobStore::idsOfProject(ProjectId project)
{
    Query query(m_database, IdsOfProject);
    return readAll<JobId>(query.bind(":project", project),
                          [](const Query &row) { return row.id<JobId>(0); });
}

Result<std::vector<model::Job>> JobStore::activeOfProject(ProjectId project)
{
    Query query(m_database, ActiveJobsOfProject);
    return readAll<model::Job>(query.bind(":project", project), readJob);
}

Result<Listing<model::Job>> JobStore::ofRunner(RunnerId runner, Page page)
{
    Query query(m_database, JobsOfRunner);
    query.bind(":runner", runner).bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountJobsOfRunner);
    total.bind(":runner", runner);
    return readListing<model::Job>(query, total, readJob);
}

Result<std::vector<model::Job>> JobStore::inStates(const std::vector<model::JobState> &states)
{
    Query query(m_database, ActiveJobs);
    return readAll<model::Job>(query.bind(":states", stateList(states)), readJob);
}

Result<qint64> JobStore::countHeld(RunnerId runner)
{
    Query query(m_database, CountHeldJobs);
    return readNumber(query.bind(":runner", runner));
}

Result<qint64> JobStore::countInState(model::JobState state)
{
    Query query(m_database, CountJobsInState);
    return readNumber(query.bind(":state", word(state)));
}

Result<model::JobSpec> JobStore::spec(JobId id)
{
    Query query(m_database, FindSpec);
    query.bind(":job", id);
    if (!query.next()) {
        const Result<void> done = query.finish();
        return done ? notFound(u"job not found"_s) : done.error();
    }
    return model::jobSpecFromJson(query.bytes(0));
}

Result<void> JobStore::setSpec(JobId id, const model::JobSpec &spec)
{
    Query query(m_database, SetSpec);
    return runOne(query.bind(":job", id).bind(":spec", model::toJson(spec)), u"job"_s);
}

Result<std::vector<model::JobNeed>> JobStore::needs(JobId id)
{
    Query query(m_database, NeedsOfJob);
    return readAll<model::JobNeed>(query.bind(":job", id), [](const Query &row) {
        return model::JobNeed {row.text(0), row.flag(1), row.flag(2)};
    });
}

Result<QHash<JobId, std::vector<model::JobNeed>>> JobStore::needsOfPipeline(PipelineId pipeline)
{
    Query query(m_database, NeedsOfPipeline);
    query.bind(":pipeline", pipeline);
    QHash<JobId, std::vector<model::JobNeed>> needs;
    while (query.next()) {
        needs[query.id<JobId>(0)].push_back({query.text(1), query.flag(2), query.flag(3)});
    }
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return needs;
}

Result<std::vector<model::GivenVariable>> JobStore::givenVariables(JobId id)
{
    Query query(m_database, GivenVariables);
    query.bind(":job", id);
    std::vector<model::GivenVariable> variables;
    if (query.next() && !query.isNull(0)) {
        variables = openVariables(m_box, query.bytes(0));
    }
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return variables;
}

Result<void> JobStore::setGivenVariables(JobId id,
                                         const std::vector<model::GivenVariable> &variables)
{
    Query query(m_database, SetGivenVariables);
    query.bind(":job", id);
    bindSealed(query, ":variables", m_box, variables);
    return runOne(query, u"job"_s);
}

Result<bool> JobStore::update(const model::Job &job, model::JobState from)
{
    Query query(m_database, UpdateJob);
    bindCommon(query, job);
    bindHandOut(query, job);
    bindResult(query, job);
    query.bind(":id", job.id).bind(":is_retried", job.isRetried).bind(":from", word(from));
    return changesAny(query);
}

Result<std::optional<model::Job>> JobStore::newestSuccess(ProjectId project,
                                                          const QString &ref,
                                                          const QString &name)
{
    Query query(m_database, NewestSuccess);
    query.bind(":project", project).bind(":ref", ref).bind(":name", name);
    const Result<qint64> id = readNumber(query);
    if (!id) {
        return id.error();
    }
    return *id == 0 ? Result<std::optional<model::Job>>(std::nullopt) : find(JobId {*id});
}

} // namespace ci::db
