// SPDX-License-Identifier: MIT
#pragma once

#include "runner/gitcommands.h"
#include "runner/stage.h"

#include <QPointer>
#include <QTimer>

#include <array>

namespace ci::runner {

/// Brings the project's files to the job's commit: one git after the other, as the job's user.
class SourcesStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SourcesStage)

public:
    explicit SourcesStage(JobContext &context);

    void start() override;
    void stop(std::chrono::milliseconds grace) override;

private:
    using Step = std::optional<KeeperCommand> (SourcesStage::*)();
    static const std::array<Step, 10> Steps;

    // Each gives the command to run, or nothing where there is nothing to do.
    std::optional<KeeperCommand> hookBefore();
    std::optional<KeeperCommand> initialise();
    std::optional<KeeperCommand> setRemote();
    std::optional<KeeperCommand> fetch();
    std::optional<KeeperCommand> checkOut();
    std::optional<KeeperCommand> clean();
    std::optional<KeeperCommand> syncSubmodules();
    std::optional<KeeperCommand> updateSubmodules();
    std::optional<KeeperCommand> cleanSubmodules();
    std::optional<KeeperCommand> hookAfter();

    void beginAttempt();
    void emptyDirectory();
    void skipGit();
    void clearAndFetch();
    Removal clearFew(const QByteArray &path) const;
    void nextStep();
    void run(KeeperCommand command);
    void take(ProgramEnd end);
    bool waitForCoordinator();
    KeeperCommand git(const QList<QByteArray> &arguments) const;
    std::optional<KeeperCommand> hook(const QByteArray &name, const QString &configured);

    SourceOptions m_options;
    QPointer<JobProcess> m_process;
    size_t m_step = 0;
    int m_attempt = 0;
    int m_waits = 0; ///< For a coordinator that was away.
    int m_unanswered = 0; ///< Of its calls, when we last looked.
    QTimer m_waitTimer;
    bool m_isStopped = false;
    bool m_isFresh = false; ///< There was no repository.
};

} // namespace ci::runner
