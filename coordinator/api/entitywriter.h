// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"
#include "coordinator/model/job.h"
#include "coordinator/model/project.h"
#include "coordinator/model/runner.h"
#include "db/database.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>

#include <functional>

namespace ci::api {

/// Model values as REST entities (docs/api.md), with what they refer to looked up once for a whole
/// list. Lives no longer than its transaction. What is gone meanwhile becomes null.
class EntityWriter
{
public:
    EntityWriter(Services &services, db::Database &database)
        : m_services(services)
        , m_database(database)
    {
    }

    static QJsonObject account(const Site &site, const model::User &user); ///< Its owner's view.
    static QJsonObject person(const Site &site, const model::User &user); ///< As others see it.
    QJsonValue person(const std::optional<UserId> &user);

    QJsonObject project(const model::Project &project);
    QString projectUrl(ProjectId project);

    QJsonObject pipeline(const model::Pipeline &pipeline); ///< As in a list.
    QJsonArray stages(PipelineId pipeline); ///< With their states.
    /// Pipelines of other projects that it comes from are shown where `maySee` allows it.
    using MaySee = std::function<bool(ProjectId)>;
    QJsonObject pipelineDetails(const model::Pipeline &pipeline, const MaySee &maySee = {});

    /// Without what depends on the caller (jobview.h).
    QJsonObject job(const model::Job &job);
    /// The pipeline that a bridge has started or mirrors; null where there is none or it is hidden.
    QJsonValue downstream(const model::Job &bridge, const MaySee &maySee = {});

    QJsonObject runner(const model::Runner &runner); ///< As in a list.
    QJsonObject runnerDetails(const model::Runner &runner);

    static QJsonObject commitBrief(const model::Commit &commit);
    static QJsonObject commit(const model::Commit &commit);

private:
    const std::optional<model::Project> &projectOf(ProjectId id);
    const std::optional<model::Pipeline> &pipelineOf(PipelineId id);
    void addSpec(QJsonObject &object, const model::Job &job);
    void addArtifacts(QJsonObject &object, const model::Job &job);
    QJsonValue jobRunner(const model::Job &job);
    QJsonArray needs(const model::Job &job);
    QJsonValue upstream(const model::Pipeline &pipeline, const MaySee &maySee);
    std::vector<model::RunnerMachine> machines(RunnerId runner);

    Services &m_services;
    db::Database &m_database;
    QHash<UserId, QJsonValue> m_people;
    QHash<ProjectId, std::optional<model::Project>> m_projects;
    QHash<PipelineId, std::optional<model::Pipeline>> m_pipelines;
    QHash<RunnerId, QJsonValue> m_runners;
};

// Small things that several entities share.
QJsonValue timeOrNull(const std::optional<Timestamp> &time);
QJsonValue time(Timestamp time);
QJsonValue secondsBetween(const std::optional<Timestamp> &from, const std::optional<Timestamp> &to);
QString wordOf(QByteArrayView word);

} // namespace ci::api
