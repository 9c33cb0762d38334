// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "coordinator/model/job.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/model/project.h"
#include "coordinator/model/runner.h"
#include "coordinator/model/user.h"
#include "coordinator/queue/queuesettings.h"
#include "coordinator/queue/variablelist.h"

#include <optional>

namespace ci::queue {

/// What predefined variables are made from. Null pointers: not known yet.
struct JobFacts
{
    const QueueSettings &settings;
    const model::Project &project;
    const model::Pipeline &pipeline; ///< Before it is stored: with id 0.
    const model::User *user = nullptr; ///< Who started the pipeline or the job.
    const model::Job *job = nullptr;
    const model::JobSpec *spec = nullptr;
    const model::Runner *runner = nullptr;
    Secret token; ///< The job's.
    QString environmentName; ///< Expanded.
    QString environmentUrl;
    Timestamp now;
};

/// From when on a variable has a value.
enum class KnownFrom : quint8 {
    Commit, ///< Also for rules and workflow.
    Pipeline,
    Job,
    HandOut,
};

/// Adds the predefined variables that are known by then, in the order of the table.
void addPredefined(VariableList &list, const JobFacts &facts, KnownFrom known);

/// As its author knows it: a merge request's is the branch it comes from, where that is told.
QString refName(const model::Pipeline &pipeline);

/// Values of keys that nobody may set: the job's own credentials.
bool isReservedVariable(const QString &key);

/// "private", "internal" or "public".
QString visibilityWord(model::Visibility visibility);

/// Where the project's repository is cloned from, with the job's credentials: never logged.
QString repositoryUrl(const JobFacts &facts);

/// The page of the project: "https://ci.example.test/group/project".
QString projectUrl(const QueueSettings &settings, const model::Project &project);

} // namespace ci::queue
