// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/pipelines/core.h"

#include <QTemporaryDir>

#include <memory>

namespace ci::pipelines {

/// A real coordinator without its network: a database and files in a temporary folder, the command
/// loop, and a clock turned by hand. restart() is what a kill and a new start do.
class World
{
public:
    World();
    ~World();

    void restart();
    void advance(std::chrono::milliseconds by);

    /// The next batch cannot begin its transaction; nothing of it runs.
    void refuseNextBatch();
    /// Changes the database behind the coordinator's back.
    void execute(const char *statement);

    /// Runs one command and waits for its commit.
    void run(const std::function<engine::Outcome(engine::Transaction &)> &command);
    /// A call that gives a result; undone where it is an error.
    template<typename T>
    Result<T> call(const std::function<Result<T>(engine::Transaction &)> &body)
    {
        std::optional<Result<T>> result;
        run([&](engine::Transaction &transaction) {
            result = body(transaction);
            return *result ? engine::Outcome::Keep : engine::Outcome::Undo;
        });
        return std::move(*result);
    }

    ProjectId addProject(const QString &path = QStringLiteral("sample"));
    queue::CreatedRunner addRunner(const model::Runner &draft = {});
    NewPipeline push(const QByteArray &sha = QByteArray(40, 'a')) const;
    model::Pipeline create(const model::PipelinePlan &plan);

    model::Job job(const QString &name); ///< The newest attempt in the newest pipeline.
    model::Job job(JobId id);
    model::Pipeline pipeline(PipelineId id);
    /// "build:success test:pending", in the order of the pipeline.
    QString states(PipelineId id);
    QString states() { return states(m_newest); }
    PipelineId newest() const { return m_newest; }

    Core &core() { return *m_core; }
    ManualClock &clock() { return m_clock; }
    engine::News &news() { return *m_news; }
    const SecretBox &box() const { return m_box; }
    engine::CommandLoop &loop() { return *m_loop; }
    QString folder() const { return m_folder.path(); }
    queue::QueueSettings &settings() { return m_settings.queue; }
    storage::StorageLimits &limits() { return m_settings.limits; }
    ProjectId project() const { return m_project; }
    UserId user() const { return m_user; }

    void start();
    void stop();

private:
    QTemporaryDir m_folder;
    ManualClock m_clock;
    SecretBox m_box;
    Core::Settings m_settings;
    std::unique_ptr<db::Database> m_database;
    std::unique_ptr<engine::News> m_news;
    std::unique_ptr<engine::CommandLoop> m_loop;
    std::unique_ptr<Core> m_core;
    ProjectId m_project;
    UserId m_user;
    PipelineId m_newest;
};

/// A job of a plan; `stage` is an index.
model::JobPlan job(const QString &name, int stage = 0);
model::JobPlan manual(model::JobPlan plan, bool isOptional);
model::JobPlan needing(model::JobPlan plan, const QStringList &needs);
model::PipelinePlan plan(std::vector<model::JobPlan> jobs);

/// A runner that only talks, as the API would translate it.
class TalkingRunner
{
public:
    enum class Kind : quint8 { Capstan, Stock, TwoPhaseStock };

    TalkingRunner(World &world, const Secret &token, Kind kind = Kind::Capstan);

    /// Asks for a job; `answer` is set when there is one.
    std::shared_ptr<std::optional<queue::JobAnswer>> ask();
    /// Asks and expects a job at once.
    protocol::JobPayload take();
    queue::UpdateAnswer update(const protocol::JobPayload &job, protocol::JobUpdate update);
    queue::UpdateAnswer confirm(const protocol::JobPayload &job);
    queue::UpdateAnswer finish(const protocol::JobPayload &job,
                               bool isSuccess = true,
                               int exitCode = 0);
    queue::TraceAnswer patch(const protocol::JobPayload &job,
                             qint64 offset,
                             const QByteArray &bytes);

    protocol::RunnerFeatures &features() { return m_info.features; }
    bool isGone = false;
    queue::RequestId lastRequest = 0;
    QString systemId = QStringLiteral("s_0123456789ab");

private:
    World &m_world;
    Secret m_token;
    protocol::RunnerInfo m_info;
};

} // namespace ci::pipelines
