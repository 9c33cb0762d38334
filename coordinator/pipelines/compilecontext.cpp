// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/compilecontext.h"

#include "coordinator/pipelines/pipelinesetting.h"
#include "coordinator/queue/predefined.h"

namespace ci::pipelines {

using engine::Transaction;

namespace {

queue::VariableList predefinedOf(const PipelineSetting &setting,
                                 const queue::QueueSettings &settings,
                                 const NewPipeline &start)
{
    const model::Pipeline pipeline = draftOf(start, setting);
    queue::VariableList list;
    queue::addPredefined(list,
                         {.settings = settings,
                          .project = setting.project,
                          .pipeline = pipeline,
                          .user = setting.user ? &*setting.user : nullptr,
                          .job = nullptr,
                          .spec = nullptr,
                          .runner = nullptr,
                          .token = {},
                          .environmentName = {},
                          .environmentUrl = {},
                          .now = {}},
                         queue::KnownFrom::Commit);
    return list;
}

} // namespace

Result<ciconfig::Context> compileContext(Transaction &transaction,
                                         const SecretBox &box,
                                         const queue::QueueSettings &settings,
                                         const NewPipeline &start,
                                         StoredVariables stored)
{
    Result<PipelineSetting> setting = readSetting(transaction, box, start);
    if (!setting) {
        return setting.error();
    }
    if (stored == StoredVariables::LeftOut) {
        setting->variables.clear();
    }
    ciconfig::Context context;
    context.file = setting->project.ciConfigPath;
    context.source = start.source;
    context.ref = start.ref;
    context.isTag = start.isTag;
    context.projectPath = setting->project.fullPath();
    context.isMergeRequest = start.origin.mergeRequest.has_value();
    // Held by name: a range-for keeps only the last temporary of its expression alive.
    const queue::VariableList predefined = predefinedOf(*setting, settings, start);
    for (const protocol::JobVariable &variable : predefined.all()) {
        context.variables.push_back({variable.key, variable.value, false});
    }
    for (const model::Variable &variable :
         queue::applicable(setting->variables, setting->isRefProtected, QString())) {
        context.variables.push_back(
            {variable.key, QString::fromUtf8(variable.value.reveal()), true});
    }
    for (const model::GivenVariable &variable : start.variables) {
        context.variables.push_back({variable.key, variable.value, true});
    }
    context.inputs = start.inputs;
    return context;
}

} // namespace ci::pipelines
