// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/environment.h"
#include "db/page.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

struct EnvironmentFilter
{
    QString name; ///< Exactly.
    QString search; ///< Within the name.
    std::optional<model::EnvironmentState> state;
};

struct DeploymentFilter
{
    QString environment; ///< Its name.
    std::optional<model::DeploymentStatus> status;
    bool isAscending = false;
};

/// Environments and the deployments to them.
class EnvironmentStore
{
public:
    explicit EnvironmentStore(Database &database) : m_database(database) { }

    Result<model::Environment> insert(model::Environment environment); ///< Conflict: name taken.
    /// All but project, name and slug.
    Result<void> update(const model::Environment &environment);
    Result<bool> remove(EnvironmentId id);
    Result<std::optional<model::Environment>> find(EnvironmentId id);
    Result<std::optional<model::Environment>> findByName(ProjectId project, const QString &name);
    Result<Listing<model::Environment>> list(ProjectId project,
                                             const EnvironmentFilter &filter,
                                             Page page);
    Result<std::vector<model::Environment>> withAutoStop(); ///< For a restart.
    /// Available ones whose newest success came from this branch.
    Result<std::vector<model::Environment>> deployedFrom(ProjectId project, const QString &branch);
    /// Available ones that nothing was deployed to since `before`.
    Result<std::vector<model::Environment>> stale(ProjectId project, Timestamp before);

    Result<model::Deployment> insert(model::Deployment deployment); ///< Sets id and iid.
    Result<void> update(const model::Deployment &deployment); ///< Status and times.
    Result<std::optional<model::Deployment>> findDeployment(DeploymentId id);
    Result<std::optional<model::Deployment>> deploymentOfJob(JobId job);
    Result<std::optional<model::Deployment>> newestSuccess(EnvironmentId environment);
    /// Successes of one pipeline to one environment that name an on_stop job.
    Result<std::vector<model::Deployment>> stoppable(EnvironmentId environment,
                                                     PipelineId pipeline);
    Result<Listing<model::Deployment>> deployments(ProjectId project,
                                                   const DeploymentFilter &filter,
                                                   Page page);

private:
    Database &m_database;
};

QByteArrayView environmentStateWord(model::EnvironmentState state);
std::optional<model::EnvironmentState> environmentStateOf(QByteArrayView word);
QByteArrayView deploymentStatusWord(model::DeploymentStatus status);
std::optional<model::DeploymentStatus> deploymentStatusOf(QByteArrayView word);

} // namespace ci::db
