// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/compilecontext.h"

#include "coordinator/queue/jobvariables.h"
#include "coordinator/queue/predefined.h"
#include "db/projectstore.h"
#include "db/userstore.h"

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

struct ContextRecords
{
    model::Project project;
    std::optional<model::User> user;
    std::vector<model::Variable> variables;
    bool isProtected = false;
};

Result<ContextRecords> readContext(Transaction &transaction,
                                   const SecretBox &box,
                                   const NewPipeline &start)
{
    db::ProjectStore projects(transaction.database());
    Result<std::optional<model::Project>> project = projects.find(start.project);
    if (!project || !*project) {
        return project ? notFound(u"404 Project Not Found"_s) : project.error();
    }
    ContextRecords records;
    records.project = std::move(**project);
    const Result<bool> isProtected = projects.isProtected(start.project, start.ref);
    Result<std::vector<model::Variable>> variables
        = queue::readVariables(transaction, box, records.project);
    if (!isProtected || !variables) {
        return isProtected ? variables.error() : isProtected.error();
    }
    records.isProtected = *isProtected && !start.isTag;
    records.variables = std::move(*variables);
    if (start.user) {
        Result<std::optional<model::User>> user
            = db::UserStore(transaction.database()).find(*start.user);
        if (!user) {
            return user.error();
        }
        records.user = std::move(*user);
    }
    return records;
}

queue::VariableList predefinedOf(const ContextRecords &records,
                                 const queue::QueueSettings &settings,
                                 const NewPipeline &start)
{
    model::Pipeline pipeline;
    pipeline.project = start.project;
    pipeline.ref = start.ref;
    pipeline.isTag = start.isTag;
    pipeline.isRefProtected = records.isProtected;
    pipeline.commit = start.commit;
    pipeline.beforeSha = start.beforeSha.isEmpty() ? QByteArray(40, '0') : start.beforeSha;
    pipeline.source = start.source;
    pipeline.schedule = start.schedule;
    pipeline.origin = start.origin;
    queue::VariableList list;
    queue::addPredefined(list,
                         {.settings = settings,
                          .project = records.project,
                          .pipeline = pipeline,
                          .user = records.user ? &*records.user : nullptr,
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
    Result<ContextRecords> records = readContext(transaction, box, start);
    if (!records) {
        return records.error();
    }
    if (stored == StoredVariables::LeftOut) {
        records->variables.clear();
    }
    ciconfig::Context context;
    context.file = records->project.ciConfigPath;
    context.source = start.source;
    context.ref = start.ref;
    context.isTag = start.isTag;
    context.projectPath = records->project.fullPath();
    context.isMergeRequest = start.origin.mergeRequest.has_value();
    // Held by name: a range-for keeps only the last temporary of its expression alive.
    const queue::VariableList predefined = predefinedOf(*records, settings, start);
    for (const protocol::JobVariable &variable : predefined.all()) {
        context.variables.push_back({variable.key, variable.value, false});
    }
    for (const model::Variable &variable :
         queue::applicable(records->variables, records->isProtected, QString())) {
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
