// SPDX-License-Identifier: MIT
#include "coordinator/queue/jobvariables.h"

#include "coordinator/queue/predefined.h"
#include "db/groupstore.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"
#include "db/userstore.h"
#include "db/variablestore.h"

#include <QRegularExpression>

#include <algorithm>

namespace ci::queue {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

template<typename T>
Result<T> present(Result<std::optional<T>> found, const char *what)
{
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return invalid(QString::fromLatin1(what) + " is gone"_L1);
    }
    return std::move(**found);
}

// "*" or "review/*": only '*' is special, and it matches '/' too.
bool scopeMatches(const QString &scope, const QString &environment)
{
    if (scope == "*"_L1) {
        return true;
    }
    const QString pattern
        = QRegularExpression::escape(scope).replace("\\*"_L1, ".*"_L1);
    return !environment.isEmpty()
        && QRegularExpression(QRegularExpression::anchoredPattern(pattern))
               .match(environment)
               .hasMatch();
}

// The closer a scope names its environments, the longer it is; one name beats every pattern.
bool isWider(const model::Variable &a, const model::Variable &b)
{
    const bool isPatternA = a.environmentScope.contains(u'*');
    const bool isPatternB = b.environmentScope.contains(u'*');
    return isPatternA != isPatternB ? isPatternA
                                    : a.environmentScope.size() < b.environmentScope.size();
}

// Dotenv variables of a dependency outrank those of the file, and are outranked by the project's.
void addLater(VariableList &list, const protocol::JobVariable &variable)
{
    if (!isReservedVariable(variable.key)) {
        list.add(variable);
    }
}

QString environmentName(const JobRecords &records, const VariableList &list)
{
    return records.spec.environment ? list.expanded(records.spec.environment->name) : QString();
}

void addAboveYaml(VariableList &list,
                  const JobRecords &records,
                  const std::vector<HandedOn> &sources,
                  const std::vector<model::Variable> &stored)
{
    for (const HandedOn &source : sources) {
        for (const model::GivenVariable &variable : source.dotenv) {
            addLater(list, wireVariable(variable));
        }
    }
    for (const model::Variable &variable : stored) {
        addLater(list, wireVariable(variable));
    }
    for (const model::GivenVariable &variable : records.pipeline.variables) {
        addLater(list, wireVariable(variable));
    }
    for (const model::GivenVariable &variable : records.given) {
        addLater(list, wireVariable(variable));
    }
}

} // namespace

protocol::JobVariable wireVariable(const model::SpecVariable &variable)
{
    protocol::JobVariable wire;
    wire.key = variable.key;
    wire.value = variable.value;
    wire.isPublic = true;
    wire.raw = variable.raw;
    return wire;
}

protocol::JobVariable wireVariable(const model::Variable &variable)
{
    protocol::JobVariable wire;
    wire.key = variable.key;
    wire.value = QString::fromUtf8(variable.value.reveal());
    wire.masked = variable.isMasked;
    wire.file = variable.isFile;
    wire.raw = variable.isRaw;
    return wire;
}

protocol::JobVariable wireVariable(const model::GivenVariable &variable)
{
    protocol::JobVariable wire;
    wire.key = variable.key;
    wire.value = variable.value;
    wire.file = variable.isFile;
    return wire;
}

Result<std::vector<model::Variable>> readVariables(Transaction &transaction,
                                                   const SecretBox &box,
                                                   const model::Project &project)
{
    struct Level
    {
        model::VariableScope scope;
        qint64 owner;
    };
    const Result<std::vector<model::Group>> lineage
        = db::GroupStore(transaction.database()).lineage(project.groupPath);
    if (!lineage) {
        return lineage.error();
    }
    std::vector<Level> levels {{model::VariableScope::Instance, 0}};
    for (const model::Group &group : *lineage) {
        levels.push_back({model::VariableScope::Group, group.id.value()});
    }
    levels.push_back({model::VariableScope::Project, project.id.value()});
    std::vector<model::Variable> variables;
    db::VariableStore store(transaction.database(), box);
    for (const Level &level : levels) {
        Result<std::vector<model::Variable>> found = store.list(level.scope, level.owner);
        if (!found) {
            return found.error();
        }
        std::stable_sort(found->begin(), found->end(), isWider);
        std::move(found->begin(), found->end(), std::back_inserter(variables));
    }
    return variables;
}

std::vector<model::Variable> applicable(const std::vector<model::Variable> &variables,
                                        bool isRefProtected,
                                        const QString &environment)
{
    std::vector<model::Variable> found;
    std::copy_if(variables.begin(), variables.end(), std::back_inserter(found),
                 [&](const model::Variable &variable) {
                     return (!variable.isProtected || isRefProtected)
                         && scopeMatches(variable.environmentScope, environment);
                 });
    return found;
}

Result<JobRecords> readJobRecords(Transaction &transaction,
                                  const SecretBox &box,
                                  const model::Job &job)
{
    db::Database &database = transaction.database();
    db::JobStore jobs(database, box);
    JobRecords records;
    Result<model::Project> project
        = present(db::ProjectStore(database).find(job.project), "its project");
    if (!project) {
        return project.error();
    }
    Result<model::Pipeline> pipeline
        = present(db::PipelineStore(database, box).find(job.pipeline), "its pipeline");
    if (!pipeline) {
        return pipeline.error();
    }
    Result<model::JobSpec> spec = jobs.spec(job.id);
    if (!spec) {
        return spec.error();
    }
    Result<std::vector<model::GivenVariable>> given = jobs.givenVariables(job.id);
    if (!given) {
        return given.error();
    }
    Result<std::vector<model::Variable>> variables = readVariables(transaction, box, *project);
    if (!variables) {
        return variables.error();
    }
    if (const std::optional<UserId> user = job.user ? job.user : pipeline->user) {
        Result<std::optional<model::User>> found = db::UserStore(database).find(*user);
        if (!found) {
            return found.error();
        }
        records.user = std::move(*found);
    }
    records.project = std::move(*project);
    records.pipeline = std::move(*pipeline);
    records.spec = std::move(*spec);
    records.given = std::move(*given);
    records.variables = std::move(*variables);
    return records;
}

VariableList jobVariables(const JobRecords &records,
                          const HandOutFacts &facts,
                          const std::vector<HandedOn> &sources)
{
    JobFacts known {.settings = facts.settings,
                    .project = records.project,
                    .pipeline = records.pipeline,
                    .user = records.user ? &*records.user : nullptr,
                    .job = &facts.job,
                    .spec = &records.spec,
                    .runner = &facts.runner,
                    .token = facts.token,
                    .environmentName = {},
                    .environmentUrl = {},
                    .now = facts.now};
    // The environment's name decides which variables there are, and may itself name some.
    const auto build = [&](const QString &environment) {
        VariableList list;
        addPredefined(list, known, KnownFrom::HandOut);
        for (const model::SpecVariable &variable : records.spec.variables) {
            addLater(list, wireVariable(variable));
        }
        addAboveYaml(list, records, sources,
                     applicable(records.variables, facts.job.isRefProtected, environment));
        return list;
    };
    const VariableList first = build(QString());
    if (!records.spec.environment) {
        return first;
    }
    known.environmentName = environmentName(records, first);
    const VariableList second = build(known.environmentName);
    known.environmentUrl = second.expanded(records.spec.environment->url);
    return build(known.environmentName);
}

} // namespace ci::queue
