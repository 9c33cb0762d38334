// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/model/project.h"
#include "coordinator/model/runner.h"
#include "coordinator/model/user.h"
#include "coordinator/queue/queuesettings.h"
#include "coordinator/queue/variablelist.h"

#include <optional>
#include <vector>

namespace ci::queue {

/// What a dependency hands on.
struct HandedOn
{
    JobId job;
    QString name;
    std::optional<model::Artifact> archive;
    std::vector<model::GivenVariable> dotenv;
};

/// What is stored about a job and around it.
struct JobRecords
{
    model::Project project;
    model::Pipeline pipeline;
    model::JobSpec spec;
    std::optional<model::User> user;
    std::vector<model::GivenVariable> given; ///< When it was played.
    std::vector<model::Variable> variables; ///< Instance, group, project: by rising precedence.
};

Result<JobRecords> readJobRecords(engine::Transaction &transaction,
                                  const SecretBox &box,
                                  const model::Job &job);

/// The variables set in pages or API that apply to a project, by rising precedence.
Result<std::vector<model::Variable>> readVariables(engine::Transaction &transaction,
                                                   const SecretBox &box,
                                                   const model::Project &project);

/// Those of `variables` that a job may have: protected ones on protected refs, and of each key the
/// one whose scope names the environment most closely.
std::vector<model::Variable> applicable(const std::vector<model::Variable> &variables,
                                        bool isRefProtected,
                                        const QString &environment);

struct HandOutFacts
{
    const QueueSettings &settings;
    const model::Job &job;
    const model::Runner &runner;
    Secret token;
    Timestamp now;
};

/// All variables of a job, by rising precedence: predefined, YAML, dotenv, instance, group,
/// project, run, play (reference of the runner API, 9).
VariableList jobVariables(const JobRecords &records,
                          const HandOutFacts &facts,
                          const std::vector<HandedOn> &sources);

protocol::JobVariable wireVariable(const model::SpecVariable &variable);
protocol::JobVariable wireVariable(const model::Variable &variable);
protocol::JobVariable wireVariable(const model::GivenVariable &variable);

} // namespace ci::queue
