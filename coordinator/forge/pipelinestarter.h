// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/forge/linter.h"
#include "coordinator/forge/pipelinebirth.h"
#include "coordinator/model/project.h"

#include <QObject>

#include <functional>
#include <memory>

namespace ci::forge {

/// "Run pipeline": for any branch or tag.
struct RunWish
{
    ProjectId project;
    QString ref; ///< A branch's or tag's name, without refs/.
    QString source; ///< "web", "api", …
    std::optional<UserId> user;
    std::vector<model::GivenVariable> variables;
    std::vector<model::GivenInput> inputs = {};
    QByteArray expectedSha = {}; ///< Conflict where the ref is at another commit; empty: any.
    std::optional<ScheduleId> schedule = {};
    std::optional<qint64> mergeRequest = {}; ///< Instead of `ref`: what its ref is at.
    model::Origin origin = {};
    /// Stored in the pipeline's own transaction.
    std::function<Result<void>(engine::Transaction &, const model::Pipeline &)> together = {};
};

/// From a commit to its pipeline: reads the CI file at the commit and compiles it on a worker,
/// then has the pipelines room store it. One after another within a project, so that a newer push
/// never overtakes an older one. Rights are for the caller to check. Engine thread.
class PipelineStarter final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PipelineStarter)

public:
    using Parts = PipelineBirth::Parts;
    explicit PipelineStarter(const Parts &parts, QObject *parent = nullptr);
    ~PipelineStarter() override;

    /// Takes up what lies in the spool of `project` (after each push), in order.
    void takePushes(ProjectId project);
    /// A ref was moved by ourselves: its pipeline.
    void takeMoved(const ci::forge::MovedRef &moved);
    /// At start: the spools of all projects, then refs that moved without leaving a file.
    void recover();
    /// Work still under way; a clean shutdown waits for it (bounded).
    bool isIdle() const;

    /// Calls back later, once, on this thread, after the commit. NotFound "Reference not found";
    /// Invalid with the messages where the file is broken or makes no pipeline.
    void run(RunWish wish, QObject *context, std::function<void(Result<model::Pipeline>)> done);
    void lint(LintWish wish, QObject *context, std::function<void(Result<LintResult>)> done);

    /// The job is pending and waits for the pipeline that it starts or mirrors.
    void startDownstream(JobId bridge);

    /// The pipeline is gone: its kept ref too. On a worker.
    void releaseRef(ProjectId project, PipelineId pipeline);

Q_SIGNALS:
    void becameIdle();

private:
    const Parts &parts() const;
    void takeStrays(ProjectId project);
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci::forge
