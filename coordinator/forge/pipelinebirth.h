// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "coordinator/ciconfig/compiler.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/forge/foreignaccess.h"
#include "coordinator/forge/pushevent.h"
#include "coordinator/forge/repositories.h"
#include "coordinator/forge/repositoryreader.h"
#include "coordinator/model/project.h"
#include "coordinator/pipelines/newpipeline.h"
#include "coordinator/pipelines/pipelineservice.h"
#include "coordinator/queue/queuesettings.h"
#include "coordinator/storage/artifactfiles.h"

#include <QObject>
#include <QThreadPool>

#include <functional>
#include <memory>
#include <optional>

namespace ci::forge {

/// What is known of a pipeline to be while it goes from thread to thread: one owner at a time.
struct BirthState
{
    // Given.
    ProjectId project;
    std::optional<RefUpdate> push; ///< Else a run that somebody asked for.
    QString ref; ///< Of a run, as asked.
    std::optional<qint64> mergeRequest; ///< Of a run for a merge request; `ref` is empty then.
    QString source;
    std::optional<UserId> user;
    std::vector<model::GivenVariable> variables;
    std::vector<model::GivenInput> inputs = {};
    bool isSkipped = false;
    std::optional<ScheduleId> schedule;
    model::Origin origin;
    QByteArray expectedSha; ///< Of a run: what the ref must be at; empty: whatever it is at.
    /// What is to be stored together with the pipeline or not at all.
    std::function<Result<void>(engine::Transaction &, const model::Pipeline &)> together;
    /// The job that starts it; its pipeline is not known yet.
    std::optional<model::PipelineLink> bridge;

    /// A file in the archive of a job, under a name that the child's file includes it by.
    struct ArtifactFile
    {
        QString archive; ///< Path on our disk.
        QString file;
        QString name;
    };
    /// A child pipeline: of its parent's commit, with a file that only includes.
    struct Child
    {
        QString ref;
        bool isTag = false;
        QByteArray sha;
        QByteArray before;
        QByteArray text;
        std::vector<ArtifactFile> files;
    };
    std::optional<Child> child;

    // Found on the way.
    model::Project row;
    std::shared_ptr<RepositoryReader> reader;
    pipelines::NewPipeline start;
    std::optional<QByteArray> text; ///< nullopt: there is no CI file.
    QHash<QString, QByteArray> extraFiles; ///< By the names that `text` includes them by.
    std::optional<Error> readError; ///< Why the file could not be read, other than that.
    bool isLastTry = false; ///< Of a push: what git cannot read now counts as unreadable.
    bool becomesDefault = false; ///< The first branch of an empty repository.
    ciconfig::Context context;
    ciconfig::Compiled compiled;
};

/// The steps from a ref to its pipeline: look up (engine), read (worker), context (engine),
/// compile (worker), store (engine). Engine thread.
class PipelineBirth final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PipelineBirth)

public:
    struct Parts
    {
        engine::CommandLoop &loop;
        const Clock &clock;
        const SecretBox &box;
        const Repositories &repositories;
        const queue::QueueSettings &settings;
        pipelines::PipelineService &pipelines;
        const storage::ArtifactFiles &artifacts;
        IncludeSettings includes = {};
        /// While the database refuses (a full disk), pushes wait in the spool.
        std::chrono::milliseconds retryTime = std::chrono::seconds {10};
    };
    /// nullopt: a push that makes no pipeline. Unavailable: the database refuses just now.
    using Done = std::function<void(Result<std::optional<model::Pipeline>>)>;

    PipelineBirth(const Parts &parts, ForeignAccess &foreign, QThreadPool &pool, QObject *parent);

    void begin(std::shared_ptr<BirthState> state, Done done);
    /// A ref that is gone, or that makes no pipelines: only noted as seen.
    void note(ProjectId project, const RefUpdate &update, std::function<void(Result<void>)> done);

    // The steps that work on values alone; also used by lint.
    static void readCommit(BirthState &state, const Repositories &repositories);
    static void compile(BirthState &state, ForeignAccess &foreign);

private:
    using State = std::shared_ptr<BirthState>;

    void lookUp(const State &state, Done done);
    void read(const State &state, Done done);
    void prepare(const State &state, Done done);
    void compileLater(const State &state, Done done);
    void store(const State &state, Done done);
    void storeFailure(const State &state, const Error &error, Done done);

    Result<std::optional<model::Pipeline>> make(engine::Transaction &transaction, BirthState &state);
    Result<std::optional<model::Pipeline>> makeFrom(engine::Transaction &transaction, BirthState &state);
    Result<void> noteSeen(engine::Transaction &transaction, const BirthState &state);
    Result<void> adoptDefault(engine::Transaction &transaction, const BirthState &state);

    const Parts m_parts;
    ForeignAccess &m_foreign;
    QThreadPool &m_pool;
};

} // namespace ci::forge
