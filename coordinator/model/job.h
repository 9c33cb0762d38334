// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/model/pipelineplan.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>
#include <vector>

namespace ci::model {

/// Why a job whose script has ended still stands on its runner.
struct Hold
{
    QString reason; ///< "terminal"
    Timestamp until;

    bool operator==(const Hold &) const = default;
};

/// One attempt at a job. A retry is a new row; the old one is marked `isRetried`.
struct Job
{
    JobId id;
    PipelineId pipeline;
    ProjectId project;
    QString name;
    QString group;
    QString stage;
    int stageIndex = 0;
    int ordinal = 0; ///< Order within the pipeline.
    JobState state = JobState::Created;
    When when = When::OnSuccess;
    std::optional<std::chrono::seconds> startIn;
    std::optional<Timestamp> startAt; ///< While scheduled.
    AllowFailure allowFailure;
    bool isFailureAllowed = false; ///< What counts for the fold; set by exit code when it failed.
    bool hasNeeds = false; ///< `needs:` given, even empty: starts by needs, not by stage.
    QStringList tags; ///< Sorted, without duplicates.
    RetrySpec retry;
    int attempt = 0; ///< Automatic retries made before this one.
    bool isRetried = false;
    std::chrono::seconds timeout {3600};
    bool isInterruptible = false;
    QString resourceGroup; ///< Expanded; empty = none.
    bool isRefProtected = false;
    bool isBridge = false; ///< Starts or mirrors another pipeline: never reaches a runner.
    std::optional<UserId> user; ///< Who started the pipeline, or played or retried this job.

    std::optional<RunnerId> runner;
    QByteArray systemId; ///< Which manager of that runner.
    QByteArray tokenHash; ///< Of the job token; empty before hand-out. Grants nothing after the end.
    bool isConfirmed = false; ///< Two-phase hand-out: the runner said `running`.
    bool canCancelGracefully = false; ///< Announced in the request that got this job.
    bool canResetTrace = false;
    bool hasChannel = false; ///< Its runner speaks our channel: lost after 90 s, not 15 min.

    std::optional<FailureReason> failureReason;
    QString failureMessage; ///< Of a bridge: why, for a person.
    std::optional<int> exitCode;
    std::optional<double> coverage; ///< Percent.
    std::optional<Hold> hold;
    bool isErased = false;

    Timestamp createdAt;
    std::optional<Timestamp> queuedAt; ///< When it became pending.
    std::optional<Timestamp> startedAt;
    std::optional<Timestamp> finishedAt;
    std::optional<Timestamp> heardAt; ///< Last word of its runner.
};

struct JobNeed
{
    QString name;
    bool artifacts = true;
    bool isOptional = false;
};

enum class ArtifactFormat : quint8 { Zip, Gzip, Raw };

struct Artifact
{
    ArtifactId id;
    JobId job;
    ProjectId project;
    QByteArray type; ///< "archive", "junit", "dotenv", …
    ArtifactFormat format = ArtifactFormat::Zip;
    QString fileName; ///< As the runner named it; shown, never a path.
    qint64 sizeBytes = 0;
    QByteArray sha256; ///< Hex.
    Timestamp createdAt;
    std::optional<Timestamp> expiresAt; ///< nullopt: kept.
};

} // namespace ci::model
