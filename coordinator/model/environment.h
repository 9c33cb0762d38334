// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace ci::model {

enum class EnvironmentState : quint8 {
    Available,
    Stopping, ///< Its on_stop job has been started.
    Stopped,
};

/// Where jobs with `environment` deploy to.
struct Environment
{
    EnvironmentId id;
    ProjectId project;
    QString name;
    QString slug; ///< CI_ENVIRONMENT_SLUG
    QString tier; ///< "production", "staging", "testing", "development" or "other".
    QString externalUrl;
    QString description;
    EnvironmentState state = EnvironmentState::Available;
    std::optional<Timestamp> autoStopAt;
    Timestamp createdAt;
    Timestamp updatedAt;
};

enum class DeploymentStatus : quint8 { Running, Success, Failed, Canceled };

/// One job that deployed, or tried to.
struct Deployment
{
    DeploymentId id;
    qint64 iid = 0; ///< Counts within the project, from 1.
    ProjectId project;
    EnvironmentId environment;
    std::optional<JobId> job; ///< nullopt: its pipeline is deleted.
    std::optional<PipelineId> pipeline;
    std::optional<UserId> user;
    QString ref;
    bool isTag = false;
    QByteArray sha;
    DeploymentStatus status = DeploymentStatus::Running;
    QString onStop; ///< The job of the same pipeline that stops what was deployed.
    Timestamp createdAt;
    Timestamp updatedAt;
    std::optional<Timestamp> finishedAt;
};

} // namespace ci::model
