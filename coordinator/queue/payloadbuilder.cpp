// SPDX-License-Identifier: MIT
#include "coordinator/queue/payloadbuilder.h"

#include "coordinator/queue/idtokens.h"
#include "coordinator/queue/jobvariables.h"
#include "coordinator/queue/payloadparts.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"
#include "db/projectstore.h"

namespace ci::queue {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

protocol::JobInfo jobInfoOf(const JobRecords &records, const model::Job &job, Timestamp now)
{
    protocol::JobInfo info;
    info.name = job.name;
    info.stage = job.stage;
    info.projectId = job.project.value();
    info.projectName = records.project.path;
    info.projectFullPath = records.project.fullPath();
    info.pipelineId = job.pipeline.value();
    info.namespaceId = records.project.group.value();
    info.rootNamespaceId = records.project.group.value();
    info.userId = records.user ? records.user->id.value() : 0;
    info.timeInQueueSeconds
        = std::chrono::duration<double>(now - job.queuedAt.value_or(now)).count();
    info.runningJobsText = u"0"_s;
    return info;
}

QList<protocol::JobDependency> dependencyList(const std::vector<HandedOn> &sources,
                                              const Secret &token)
{
    QList<protocol::JobDependency> list;
    for (const HandedOn &source : sources) {
        protocol::JobDependency dependency;
        dependency.id = source.job.value();
        dependency.name = source.name;
        dependency.token = token;
        if (source.archive) {
            dependency.file
                = protocol::DependencyFile {source.archive->fileName, source.archive->sizeBytes};
        }
        list.append(dependency);
    }
    return list;
}

std::chrono::seconds timeoutOf(const PayloadBuilder::Order &order)
{
    return std::min(order.job.timeout, order.runner.maximumTimeout.value_or(order.job.timeout));
}

// GitLab's words of its access levels.
QString accessWord(model::Role role)
{
    return role >= model::Role::Owner    ? u"owner"_s
        : role >= model::Role::Maintainer ? u"maintainer"_s
        : role >= model::Role::Developer  ? u"developer"_s
        : role >= model::Role::Reporter   ? u"reporter"_s
        : role >= model::Role::Guest      ? u"guest"_s
                                          : QString();
}

} // namespace

Result<void> PayloadBuilder::addIdTokens(Transaction &transaction,
                                         const Order &order,
                                         const JobRecords &records,
                                         VariableList &variables) const
{
    if (records.spec.idTokens.empty()) {
        return {};
    }
    if (!m_signingKey) {
        return unavailable(u"the key for id tokens is not there yet"_s);
    }
    QString access;
    if (records.user) {
        const Result<model::Role> role = db::ProjectStore(transaction.database())
                                             .roleOf(records.project.id, records.user->id);
        access = role ? accessWord(*role) : QString();
    }
    const Result<QList<protocol::JobVariable>> tokens
        = idTokens(*m_signingKey, m_parts.settings,
                   {.records = records,
                    .job = order.job,
                    .runner = order.runner,
                    .variables = variables,
                    .userAccess = access,
                    .timeout = timeoutOf(order),
                    .now = m_parts.clock.now()});
    if (!tokens) {
        return tokens.error();
    }
    // Last, so that nobody can put another in their place.
    for (const protocol::JobVariable &token : *tokens) {
        variables.add(token);
    }
    return {};
}

Result<std::vector<HandedOn>> PayloadBuilder::handedOn(Transaction &transaction,
                                                       const model::Job &job,
                                                       const model::JobSpec &spec)
{
    const Result<std::vector<Dependency>> dependencies
        = m_flow->dependencies(transaction, job, spec);
    if (!dependencies) {
        return dependencies.error();
    }
    db::ArtifactStore store(transaction.database());
    std::vector<HandedOn> sources;
    for (const Dependency &dependency : *dependencies) {
        Result<std::optional<model::Artifact>> archive
            = store.find(dependency.job, "archive");
        if (!archive) {
            return archive.error();
        }
        Result<std::vector<model::GivenVariable>> dotenv = store.dotenv(dependency.job);
        if (!dotenv) {
            return dotenv.error();
        }
        sources.push_back(
            {dependency.job, dependency.name, std::move(*archive), std::move(*dotenv)});
    }
    return sources;
}

Result<protocol::JobPayload> PayloadBuilder::build(Transaction &transaction, const Order &order)
{
    const model::Job &job = order.job;
    Result<JobRecords> records = readJobRecords(transaction, m_parts.box, job);
    if (!records) {
        return records.error();
    }
    const Result<std::vector<HandedOn>> sources = handedOn(transaction, job, records->spec);
    if (!sources) {
        return sources.error();
    }
    const Timestamp now = m_parts.clock.now();
    VariableList variables
        = jobVariables(*records,
                       {.settings = m_parts.settings,
                        .job = job,
                        .runner = order.runner,
                        .token = order.token,
                        .now = now},
                       *sources);
    if (const auto added = addIdTokens(transaction, order, *records, variables); !added) {
        return added.error();
    }
    const std::chrono::seconds timeout = timeoutOf(order);

    protocol::JobPayload payload;
    payload.id = job.id.value();
    payload.token = order.token;
    payload.allowGitFetch = true;
    payload.jobInfo = jobInfoOf(*records, job, now);
    payload.gitInfo = gitInfoOf(*records, variables, m_parts.settings);
    payload.runnerInfo.timeoutSeconds = timeout.count();
    payload.variables = variables.all();
    payload.steps = stepsOf(records->spec, timeout);
    payload.run = records->spec.run;
    if (records->spec.image) {
        payload.image = imageOf(*records->spec.image);
    }
    payload.services = servicesOf(records->spec);
    payload.artifacts = artifactsOf(records->spec);
    payload.cache = cachesOf(records->spec, variables, job.isRefProtected);
    payload.dependencies = dependencyList(*sources, order.token);
    payload.hooks = hooksOf(records->spec);
    payload.features = featuresForRunners();
    return payload;
}

} // namespace ci::queue
