// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/protocol/states.h"
#include "coordinator/model/pipelineplan.h"

#include <QByteArray>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace ci::model {

using protocol::FailureReason;
using protocol::JobState;
using protocol::PipelineState;

/// A variable given by whoever started the pipeline or played the job.
struct GivenVariable
{
    QString key;
    QString value;
    bool isFile = false;

    bool operator==(const GivenVariable &) const = default;
};

/// A value for an input of the CI file's header (`spec:inputs`), by whoever starts the pipeline.
struct GivenInput
{
    QString name;
    QJsonValue value;
    /// Typed by a person or sent as a form field: `3` may mean the number or the text, as the
    /// input's type wants. Otherwise the value's type counts.
    bool isText = false;

    bool operator==(const GivenInput &) const = default;
};

/// One thing wrong with the CI file, as shown on the pipeline.
struct ConfigError
{
    QString text;
    QString file;
    int line = 0; ///< 1-based; 0 = unknown.
    int column = 0;

    bool operator==(const ConfigError &) const = default;
};

struct Commit
{
    QByteArray sha;
    QString message; ///< Whole; the title is its first line.
    QString authorName;
    QString authorEmail;
    Timestamp committedAt;

    QString title() const { return message.section(u'\n', 0, 0); }
};

/// What is known of the merge request whose ref was pushed. Its number is in the ref.
struct MergeRequest
{
    QString sourceBranch; ///< Empty: not told.
    QString targetBranch;
    QString title;
    QString description;
    QStringList labels;
    // Found out for each pipeline.
    QString diffBase; ///< Sha of the commit where it left the target; empty: there is none.
    bool isTargetProtected = false;

    bool operator==(const MergeRequest &) const = default;
};

/// What made a pipeline, beyond its source: for its variables.
struct Origin
{
    std::optional<MergeRequest> mergeRequest;
    QString openMergeRequests; ///< From this branch: "group/project!7,group/project!9".
    QString scheduleDescription;
    QString triggerShortToken; ///< The first characters of the trigger token.

    bool operator==(const Origin &) const = default;
};

struct Pipeline
{
    PipelineId id;
    qint64 iid = 0; ///< Counts within the project, from 1.
    ProjectId project;
    QString ref; ///< Branch or tag name, without refs/.
    bool isTag = false;
    bool isRefProtected = false; ///< When it was created.
    Commit commit;
    QByteArray beforeSha; ///< 40 zeros where there is none.
    QString source; ///< CI_PIPELINE_SOURCE: "push", "web", "api", …
    QString name;
    std::optional<UserId> user; ///< Who started it.
    std::optional<ScheduleId> schedule;
    Origin origin;
    PipelineState state = PipelineState::Created;
    std::vector<ConfigError> errors; ///< Not empty: failed, without jobs.
    std::vector<GivenVariable> variables; ///< Sealed in the database.
    AutoCancel autoCancel = AutoCancel::Conservative;
    bool cancelOnJobFailure = false;
    Timestamp createdAt;
    Timestamp updatedAt;
    std::optional<Timestamp> startedAt;
    std::optional<Timestamp> finishedAt;
};

} // namespace ci::model
