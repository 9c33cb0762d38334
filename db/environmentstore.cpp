// SPDX-License-Identifier: MIT
#include "db/environmentstore.h"

#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertEnvironment = R"(
    INSERT INTO environments (project_id, name, slug, tier, external_url, description, state,
        auto_stop_ms, created_ms, updated_ms)
    VALUES (:project, :name, :slug, :tier, :url, :description, :state, :auto_stop, :created,
        :updated))";
constexpr const char *UpdateEnvironment = R"(
    UPDATE environments SET tier = :tier, external_url = :url, description = :description,
        state = :state, auto_stop_ms = :auto_stop, updated_ms = :updated WHERE id = :id)";
constexpr const char *DeleteEnvironment = "DELETE FROM environments WHERE id = :id";

// The columns that readEnvironment() takes, in its order.
#define ENVIRONMENT_COLUMNS                                                                       \
    "SELECT id, project_id, name, slug, tier, external_url, description, state, auto_stop_ms, "   \
    "created_ms, updated_ms FROM environments "
constexpr const char *FindEnvironment = ENVIRONMENT_COLUMNS "WHERE id = :id";
constexpr const char *FindEnvironmentByName
    = ENVIRONMENT_COLUMNS "WHERE project_id = :project AND name = :name";
#define ENVIRONMENT_FILTER                                                                        \
    "WHERE project_id = :project AND (:name = '' OR name = :name) "                               \
    "AND (:search = '' OR instr(lower(name), lower(:search)) > 0) "                               \
    "AND (:state = '' OR state = :state) "
constexpr const char *ListEnvironments
    = ENVIRONMENT_COLUMNS ENVIRONMENT_FILTER "ORDER BY name LIMIT :limit OFFSET :offset";
constexpr const char *CountEnvironments = "SELECT count(*) FROM environments " ENVIRONMENT_FILTER;
constexpr const char *EnvironmentsWithAutoStop
    = ENVIRONMENT_COLUMNS "WHERE auto_stop_ms IS NOT NULL ORDER BY auto_stop_ms";
#define NEWEST_SUCCESS(column)                                                                    \
    "(SELECT " column " FROM deployments WHERE environment_id = environments.id "                 \
    "AND status = 'success' ORDER BY id DESC LIMIT 1) "
constexpr const char *EnvironmentsOfBranch = ENVIRONMENT_COLUMNS
    "WHERE project_id = :project AND state = 'available' AND " NEWEST_SUCCESS("ref")
    "= :ref AND " NEWEST_SUCCESS("is_tag") "= 0 ORDER BY id";
constexpr const char *StaleEnvironments = ENVIRONMENT_COLUMNS
    "WHERE project_id = :project AND state = 'available' AND max(updated_ms, "
    "coalesce(" NEWEST_SUCCESS("finished_ms") ", 0)) < :before ORDER BY id";
#undef NEWEST_SUCCESS

constexpr const char *InsertDeployment = R"(
    INSERT INTO deployments (iid, project_id, environment_id, job_id, pipeline_id, user_id, ref,
        is_tag, sha, status, on_stop, created_ms, updated_ms)
    VALUES ((SELECT coalesce(max(iid), 0) + 1 FROM deployments WHERE project_id = :project),
        :project, :environment, :job, :pipeline, :user, :ref, :is_tag, :sha, :status, :on_stop,
        :created, :updated))";
constexpr const char *UpdateDeployment = R"(
    UPDATE deployments SET status = :status, updated_ms = :updated, finished_ms = :finished
    WHERE id = :id)";
// The columns that readDeployment() takes, in its order.
#define DEPLOYMENT_COLUMNS                                                                        \
    "SELECT deployments.id, deployments.iid, deployments.project_id, environment_id, job_id, "    \
    "pipeline_id, user_id, ref, is_tag, sha, status, on_stop, deployments.created_ms, "           \
    "deployments.updated_ms, finished_ms FROM deployments "
constexpr const char *FindDeployment = DEPLOYMENT_COLUMNS "WHERE id = :id";
constexpr const char *DeploymentOfJob
    = DEPLOYMENT_COLUMNS "WHERE job_id = :job ORDER BY id DESC LIMIT 1";
constexpr const char *NewestDeployment = DEPLOYMENT_COLUMNS
    "WHERE environment_id = :environment AND status = 'success' ORDER BY id DESC LIMIT 1";
constexpr const char *StoppableDeployments = DEPLOYMENT_COLUMNS
    "WHERE environment_id = :environment AND status = 'success' AND pipeline_id = :pipeline "
    "AND on_stop <> '' ORDER BY id";
#define DEPLOYMENT_FILTER                                                                         \
    "JOIN environments ON environments.id = environment_id "                                      \
    "WHERE deployments.project_id = :project AND (:name = '' OR environments.name = :name) "      \
    "AND (:status = '' OR status = :status) "
constexpr const char *ListDeployments = DEPLOYMENT_COLUMNS DEPLOYMENT_FILTER
    "ORDER BY CASE WHEN :is_ascending THEN deployments.iid ELSE -deployments.iid END "
    "LIMIT :limit OFFSET :offset";
constexpr const char *CountDeployments = "SELECT count(*) FROM deployments " DEPLOYMENT_FILTER;

constexpr std::array<QByteArrayView, 3> EnvironmentWords {"available", "stopping", "stopped"};
constexpr std::array<QByteArrayView, 4> DeploymentWords {"running", "success", "failed",
                                                         "canceled"};

template<typename Enum, size_t Size>
std::optional<Enum> enumOf(QByteArrayView word, const std::array<QByteArrayView, Size> &words)
{
    for (size_t i = 0; i < Size; ++i) {
        if (words[i] == word) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

model::Environment readEnvironment(const Query &row)
{
    return {.id = row.id<EnvironmentId>(0),
            .project = row.id<ProjectId>(1),
            .name = row.text(2),
            .slug = row.text(3),
            .tier = row.text(4),
            .externalUrl = row.text(5),
            .description = row.text(6),
            .state = environmentStateOf(row.bytes(7)).value_or(model::EnvironmentState::Available),
            .autoStopAt = row.maybeTime(8),
            .createdAt = row.time(9),
            .updatedAt = row.time(10)};
}

model::Deployment readDeployment(const Query &row)
{
    return {.id = row.id<DeploymentId>(0),
            .iid = row.integer(1),
            .project = row.id<ProjectId>(2),
            .environment = row.id<EnvironmentId>(3),
            .job = row.maybeId<JobId>(4),
            .pipeline = row.maybeId<PipelineId>(5),
            .user = row.maybeId<UserId>(6),
            .ref = row.text(7),
            .isTag = row.flag(8),
            .sha = row.bytes(9),
            .status = deploymentStatusOf(row.bytes(10)).value_or(model::DeploymentStatus::Failed),
            .onStop = row.text(11),
            .createdAt = row.time(12),
            .updatedAt = row.time(13),
            .finishedAt = row.maybeTime(14)};
}

void bindEnvironment(Query &query, const model::Environment &environment)
{
    query.bind(":tier", environment.tier)
        .bind(":url", environment.externalUrl)
        .bind(":description", environment.description)
        .bind(":state", environmentStateWord(environment.state))
        .bind(":auto_stop", environment.autoStopAt)
        .bind(":updated", environment.updatedAt);
}

} // namespace

QByteArrayView environmentStateWord(model::EnvironmentState state)
{
    return EnvironmentWords[static_cast<size_t>(state)];
}

std::optional<model::EnvironmentState> environmentStateOf(QByteArrayView word)
{
    return enumOf<model::EnvironmentState>(word, EnvironmentWords);
}

QByteArrayView deploymentStatusWord(model::DeploymentStatus status)
{
    return DeploymentWords[static_cast<size_t>(status)];
}

std::optional<model::DeploymentStatus> deploymentStatusOf(QByteArrayView word)
{
    return enumOf<model::DeploymentStatus>(word, DeploymentWords);
}

Result<model::Environment> EnvironmentStore::insert(model::Environment environment)
{
    Query query(m_database, InsertEnvironment);
    bindEnvironment(query, environment);
    query.bind(":project", environment.project)
        .bind(":name", environment.name)
        .bind(":slug", environment.slug)
        .bind(":created", environment.createdAt);
    if (const Result<int> done = query.run(); !done) {
        return done.error().kind == ErrorKind::Conflict
            ? invalid(u"name has already been taken"_s)
            : done.error();
    }
    environment.id = EnvironmentId {m_database.lastInsertId()};
    return environment;
}

Result<void> EnvironmentStore::update(const model::Environment &environment)
{
    Query query(m_database, UpdateEnvironment);
    bindEnvironment(query, environment);
    return runOne(query.bind(":id", environment.id), u"environment"_s);
}

Result<bool> EnvironmentStore::remove(EnvironmentId id)
{
    Query query(m_database, DeleteEnvironment);
    return changesAny(query.bind(":id", id));
}

Result<std::optional<model::Environment>> EnvironmentStore::find(EnvironmentId id)
{
    Query query(m_database, FindEnvironment);
    return readOne<model::Environment>(query.bind(":id", id), readEnvironment);
}

Result<std::optional<model::Environment>> EnvironmentStore::findByName(ProjectId project,
                                                                       const QString &name)
{
    Query query(m_database, FindEnvironmentByName);
    return readOne<model::Environment>(query.bind(":project", project).bind(":name", name),
                                       readEnvironment);
}

Result<Listing<model::Environment>> EnvironmentStore::list(ProjectId project,
                                                           const EnvironmentFilter &filter,
                                                           Page page)
{
    const auto bindFilter = [&](Query &query) {
        query.bind(":project", project)
            .bind(":name", filter.name)
            .bind(":search", filter.search)
            .bind(":state", filter.state ? environmentStateWord(*filter.state)
                                         : QByteArrayView(""));
    };
    Query query(m_database, ListEnvironments);
    bindFilter(query);
    query.bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountEnvironments);
    bindFilter(total);
    return readListing<model::Environment>(query, total, readEnvironment);
}

Result<std::vector<model::Environment>> EnvironmentStore::withAutoStop()
{
    Query query(m_database, EnvironmentsWithAutoStop);
    return readAll<model::Environment>(query, readEnvironment);
}

Result<std::vector<model::Environment>> EnvironmentStore::deployedFrom(ProjectId project,
                                                                       const QString &branch)
{
    Query query(m_database, EnvironmentsOfBranch);
    return readAll<model::Environment>(query.bind(":project", project).bind(":ref", branch),
                                       readEnvironment);
}

Result<std::vector<model::Environment>> EnvironmentStore::stale(ProjectId project, Timestamp before)
{
    Query query(m_database, StaleEnvironments);
    return readAll<model::Environment>(query.bind(":project", project).bind(":before", before),
                                       readEnvironment);
}

Result<model::Deployment> EnvironmentStore::insert(model::Deployment deployment)
{
    Query query(m_database, InsertDeployment);
    query.bind(":project", deployment.project)
        .bind(":environment", deployment.environment)
        .bind(":job", deployment.job)
        .bind(":pipeline", deployment.pipeline)
        .bind(":user", deployment.user)
        .bind(":ref", deployment.ref)
        .bind(":is_tag", deployment.isTag)
        .bind(":sha", deployment.sha)
        .bind(":status", deploymentStatusWord(deployment.status))
        .bind(":on_stop", deployment.onStop)
        .bind(":created", deployment.createdAt)
        .bind(":updated", deployment.updatedAt);
    if (const Result<int> done = query.run(); !done) {
        return done.error();
    }
    const DeploymentId id {m_database.lastInsertId()};
    const Result<std::optional<model::Deployment>> stored = findDeployment(id);
    return stored && *stored ? Result<model::Deployment>(**stored)
                             : Result<model::Deployment>(stored ? notFound(u"deployment"_s)
                                                                : stored.error());
}

Result<void> EnvironmentStore::update(const model::Deployment &deployment)
{
    Query query(m_database, UpdateDeployment);
    query.bind(":status", deploymentStatusWord(deployment.status))
        .bind(":updated", deployment.updatedAt)
        .bind(":finished", deployment.finishedAt)
        .bind(":id", deployment.id);
    return runOne(query, u"deployment"_s);
}

Result<std::optional<model::Deployment>> EnvironmentStore::findDeployment(DeploymentId id)
{
    Query query(m_database, FindDeployment);
    return readOne<model::Deployment>(query.bind(":id", id), readDeployment);
}

Result<std::optional<model::Deployment>> EnvironmentStore::deploymentOfJob(JobId job)
{
    Query query(m_database, DeploymentOfJob);
    return readOne<model::Deployment>(query.bind(":job", job), readDeployment);
}

Result<std::optional<model::Deployment>> EnvironmentStore::newestSuccess(EnvironmentId environment)
{
    Query query(m_database, NewestDeployment);
    return readOne<model::Deployment>(query.bind(":environment", environment), readDeployment);
}

Result<std::vector<model::Deployment>> EnvironmentStore::stoppable(EnvironmentId environment,
                                                                   PipelineId pipeline)
{
    Query query(m_database, StoppableDeployments);
    query.bind(":environment", environment).bind(":pipeline", pipeline);
    return readAll<model::Deployment>(query, readDeployment);
}

Result<Listing<model::Deployment>> EnvironmentStore::deployments(ProjectId project,
                                                                 const DeploymentFilter &filter,
                                                                 Page page)
{
    const auto bindFilter = [&](Query &query) {
        query.bind(":project", project)
            .bind(":name", filter.environment)
            .bind(":status", filter.status ? deploymentStatusWord(*filter.status)
                                           : QByteArrayView(""));
    };
    Query query(m_database, ListDeployments);
    bindFilter(query);
    query.bind(":is_ascending", filter.isAscending)
        .bind(":limit", page.perPage)
        .bind(":offset", page.offset());
    Query total(m_database, CountDeployments);
    bindFilter(total);
    return readListing<model::Deployment>(query, total, readDeployment);
}

} // namespace ci::db
