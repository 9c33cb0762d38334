// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/bridgefacts.h"

#include "coordinator/queue/predefined.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

Result<std::vector<model::GivenVariable>>
handedOn(Transaction &transaction, PipelineService &pipelines, const BridgeFacts &facts)
{
    const Result<std::vector<queue::Dependency>> sources
        = pipelines.dependencies(transaction, facts.job, facts.records.spec);
    if (!sources) {
        return sources.error();
    }
    std::vector<model::GivenVariable> variables;
    for (const queue::Dependency &source : *sources) {
        const Result<std::vector<model::GivenVariable>> dotenv
            = db::ArtifactStore(transaction.database()).dotenv(source.job);
        if (!dotenv) {
            return dotenv.error();
        }
        variables.insert(variables.end(), dotenv->begin(), dotenv->end());
    }
    return variables;
}

void fillVariables(BridgeFacts &facts,
                   const BridgeParts &parts,
                   const std::vector<model::GivenVariable> &dotenv)
{
    const queue::JobRecords &records = facts.records;
    // Expanded when the job was made.
    const QString environment
        = records.spec.environment ? records.spec.environment->name : QString();
    queue::addPredefined(facts.variables,
                         {.settings = parts.settings,
                          .project = records.project,
                          .pipeline = records.pipeline,
                          .user = records.user ? &*records.user : nullptr,
                          .job = &facts.job,
                          .spec = &records.spec,
                          .runner = nullptr,
                          .token = {},
                          .environmentName = {},
                          .environmentUrl = {},
                          .now = parts.now},
                         queue::KnownFrom::Job);
    // Other jobs have it from the hand-out, which a bridge never sees.
    facts.variables.add(
        {u"CI_JOB_ID"_s, QString::number(facts.job.id.value()), true, false, false, false});
    const auto addAll = [&](const auto &list) {
        for (const auto &variable : list) {
            facts.variables.add(queue::wireVariable(variable));
        }
    };
    addAll(records.spec.variables);
    addAll(dotenv);
    addAll(queue::applicable(records.variables, facts.job.isRefProtected, environment));
    addAll(records.pipeline.variables);
    addAll(records.given);
}

} // namespace

Result<BridgeFacts> readBridge(Transaction &transaction, const BridgeParts &parts, JobId bridge)
{
    const Result<std::optional<model::Job>> job
        = db::JobStore(transaction.database(), parts.box).find(bridge);
    if (!job) {
        return job.error();
    }
    if (!*job || !(*job)->isBridge || (*job)->state != model::JobState::Pending) {
        return conflict(u"job %1 does not wait for a pipeline"_s.arg(bridge.value()));
    }
    Result<queue::JobRecords> records = queue::readJobRecords(transaction, parts.box, **job);
    if (!records) {
        return records.error();
    }
    if (!records->spec.trigger) {
        return conflict(u"job %1 does not say what it starts"_s.arg(bridge.value()));
    }
    BridgeFacts facts {**job, std::move(*records), {}};
    const Result<std::vector<model::GivenVariable>> dotenv
        = handedOn(transaction, parts.pipelines, facts);
    if (!dotenv) {
        return dotenv.error();
    }
    fillVariables(facts, parts, *dotenv);
    return facts;
}

std::vector<model::GivenVariable> variablesForDownstream(const BridgeFacts &facts)
{
    std::vector<model::GivenVariable> given;
    if (facts.trigger().forwardPipelineVariables) {
        given = facts.records.pipeline.variables;
    }
    if (!facts.trigger().forwardYamlVariables) {
        return given;
    }
    for (const model::SpecVariable &variable : facts.records.spec.variables) {
        given.push_back({variable.key,
                         variable.raw ? variable.value : facts.variables.expanded(variable.value),
                         false});
    }
    return given;
}

} // namespace ci::pipelines
