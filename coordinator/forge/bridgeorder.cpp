// SPDX-License-Identifier: MIT
#include "coordinator/forge/bridgeorder.h"

#include "coordinator/auth/access.h"
#include "coordinator/pipelines/family.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"
#include "db/linkstore.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"
#include "db/userstore.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace ci::forge {

using namespace Qt::StringLiterals;
using engine::JobChange;
using engine::JobEvent;
using engine::Transaction;
using model::FailureReason;
using pipelines::BridgeFacts;
using pipelines::FamilyLimit;

namespace {

JobChange failure(FailureReason reason, const QString &message)
{
    return {.event = JobEvent::Fail, .failureReason = reason, .failureMessage = message};
}

/// Whoever started the job, as a caller of their own.
auth::Identity identityOf(const BridgeFacts &facts)
{
    auth::Identity identity;
    if (facts.records.user && !facts.records.user->isBlocked) {
        identity.user = facts.records.user;
        identity.user->isAdmin = false; // As for a job's token: what runs is the project's file.
        identity.means = auth::Means::Token;
    }
    return identity;
}

model::LinkKind kindOf(const model::TriggerSpec &trigger)
{
    return trigger.strategy == "depend"_L1 ? model::LinkKind::Depend
        : trigger.strategy == "mirror"_L1  ? model::LinkKind::Mirror
                                           : model::LinkKind::Start;
}

/// An include entry as the compiler reads it; a plain string is one of a local file or an address.
QJsonObject entryOf(const QString &json)
{
    // A string alone is no JSON document: as the only item of a list it is one.
    const QJsonValue value
        = QJsonDocument::fromJson('[' + json.toUtf8() + ']').array().at(0);
    if (value.isObject()) {
        return value.toObject();
    }
    const QString path = value.toString();
    const bool isAddress = path.startsWith("http://"_L1) || path.startsWith("https://"_L1);
    return {{isAddress ? u"remote"_s : u"local"_s, path}};
}

class Ordering
{
public:
    Ordering(Transaction &transaction, const PipelineBirth::Parts &parts, const BridgeFacts &facts)
        : m_transaction(transaction), m_parts(parts), m_facts(facts)
    {
    }

    Result<BridgeOrder> run()
    {
        const model::TriggerSpec &trigger = m_facts.trigger();
        if (!trigger.upstream.isEmpty()) {
            return mirror();
        }
        return trigger.includes.isEmpty() ? elsewhere() : child();
    }

private:
    std::shared_ptr<BirthState> draft() const
    {
        auto state = std::make_shared<BirthState>();
        state->bridge = {m_facts.job.id, PipelineId(), kindOf(m_facts.trigger())};
        state->user = m_facts.job.user ? m_facts.job.user : m_facts.records.pipeline.user;
        state->variables = variablesForDownstream(m_facts);
        return state;
    }

    Result<std::optional<JobChange>> limitFor(const pipelines::Descent &descent)
    {
        const auto line
            = pipelines::lineOf(m_transaction, m_parts.box, m_facts.records.pipeline);
        const Result<qint64> family = line
            ? db::LinkStore(m_transaction.database()).countFamily(line->back().id)
            : Result<qint64>(line.error());
        if (!family) {
            return family.error();
        }
        switch (pipelines::limitOf(*line, descent, *family)) {
        case FamilyLimit::None:
            break;
        case FamilyLimit::Depth:
            return std::optional(failure(FailureReason::ReachedMaxDescendantPipelinesDepth,
                                         u"child pipelines are nested too deep"_s));
        case FamilyLimit::Size:
            return std::optional(failure(FailureReason::ReachedMaxPipelineHierarchySize,
                                         u"one pipeline has started too many others"_s));
        case FamilyLimit::Loop:
            return std::optional(failure(FailureReason::PipelineLoopDetected,
                                         u"the pipelines start one another in a circle"_s));
        }
        return std::optional<JobChange>();
    }

    Result<BridgeOrder> child()
    {
        const model::Pipeline &parent = m_facts.records.pipeline;
        const Result<std::optional<JobChange>> limit
            = limitFor({parent.project, parent.ref, true});
        if (!limit) {
            return limit.error();
        }
        if (*limit) {
            return BridgeOrder(**limit);
        }
        auto state = draft();
        state->project = parent.project;
        state->source = u"parent_pipeline"_s;
        state->origin = parent.origin;
        BirthState::Child made;
        made.ref = parent.ref;
        made.isTag = parent.isTag;
        made.sha = parent.commit.sha;
        made.before = parent.beforeSha;
        if (const Result<std::optional<JobChange>> bad = readIncludes(made); !bad || *bad) {
            return bad ? Result<BridgeOrder>(**bad) : Result<BridgeOrder>(bad.error());
        }
        state->child = std::move(made);
        return BridgeOrder(state);
    }

    QJsonObject expandedInputs() const
    {
        QJsonObject inputs = QJsonDocument::fromJson(m_facts.trigger().inputs.toUtf8()).object();
        for (auto input = inputs.begin(); input != inputs.end(); ++input) {
            if (input.value().isString()) {
                input.value() = m_facts.variables.expanded(input.value().toString());
            }
        }
        return inputs;
    }

    /// The child's file only includes; what comes from artifacts is given to it by a name.
    Result<std::optional<JobChange>> readIncludes(BirthState::Child &made)
    {
        QJsonArray entries;
        const QJsonObject inputs = expandedInputs();
        for (const QString &json : m_facts.trigger().includes) {
            QJsonObject entry = entryOf(json);
            if (entry.contains("artifact"_L1)) {
                Result<std::optional<JobChange>> bad = takeArtifact(entry, made);
                if (!bad || *bad) {
                    return bad;
                }
            }
            if (!inputs.isEmpty() && !entry.contains("inputs"_L1)) {
                entry.insert(u"inputs"_s, inputs);
            }
            entries.append(entry);
        }
        made.text = QJsonDocument(QJsonObject {{u"include"_s, entries}})
                        .toJson(QJsonDocument::Compact);
        return std::optional<JobChange>();
    }

    Result<std::optional<JobChange>> takeArtifact(QJsonObject &entry, BirthState::Child &made)
    {
        const QString file = m_facts.variables.expanded(entry.take("artifact"_L1).toString());
        const QString name = m_facts.variables.expanded(entry.take("job"_L1).toString());
        const Result<std::vector<model::Job>> jobs
            = db::JobStore(m_transaction.database(), m_parts.box)
                  .ofPipeline(m_facts.records.pipeline.id);
        if (!jobs) {
            return jobs.error();
        }
        const auto job = std::find_if(jobs->begin(), jobs->end(),
                                      [&](const model::Job &each) { return each.name == name; });
        const Result<std::optional<model::Artifact>> archive = job != jobs->end()
            ? db::ArtifactStore(m_transaction.database()).find(job->id, "archive")
            : std::optional<model::Artifact>();
        if (!archive) {
            return archive.error();
        }
        if (!*archive) {
            return std::optional(failure(
                FailureReason::DownstreamPipelineCreationFailed,
                u"trigger:include:artifact: job `%1` has left no artifacts"_s.arg(name)));
        }
        const QString virtualName = u"artifacts of %1/%2"_s.arg(name, file);
        made.files.push_back({m_parts.artifacts.path((*archive)->id), file, virtualName});
        entry.insert(u"local"_s, virtualName);
        return std::optional<JobChange>();
    }

    Result<BridgeOrder> elsewhere()
    {
        const model::TriggerSpec &trigger = m_facts.trigger();
        const QString path = m_facts.variables.expanded(trigger.project).trimmed();
        const auth::Identity identity = identityOf(m_facts);
        const Result<model::Project> project = auth::projectWith(
            m_transaction.database(), identity, path, auth::Right::SeeProject);
        if (!project) {
            return mayPass(project.error())
                ? Result<BridgeOrder>(project.error())
                : BridgeOrder(failure(FailureReason::DownstreamBridgeProjectNotFound,
                                      u"there is no project `%1` that whoever started this job "
                                       "can see"_s.arg(path)));
        }
        QString ref = m_facts.variables.expanded(trigger.branch).trimmed();
        ref = ref.isEmpty() ? project->defaultBranch : ref;
        const Result<void> may = auth::allowedOnRef(
            m_transaction.database(), identity, auth::Right::RunPipeline, *project, ref);
        if (!may) {
            return mayPass(may.error())
                ? Result<BridgeOrder>(may.error())
                : BridgeOrder(failure(FailureReason::InsufficientBridgePermissions,
                                      u"whoever started this job may not run a pipeline for `%1` "
                                       "of `%2`"_s.arg(ref, path)));
        }
        if (ref.startsWith("refs/"_L1)) {
            return BridgeOrder(failure(FailureReason::InvalidBridgeTrigger,
                                       u"trigger:branch takes a branch or tag by its name"_s));
        }
        const Result<std::optional<JobChange>> limit = limitFor({project->id, ref, false});
        if (!limit || *limit) {
            return limit ? Result<BridgeOrder>(**limit) : Result<BridgeOrder>(limit.error());
        }
        auto state = draft();
        state->project = project->id;
        state->ref = ref;
        state->source = u"pipeline"_s;
        const QJsonObject inputs = expandedInputs();
        for (auto input = inputs.begin(); input != inputs.end(); ++input) {
            state->inputs.push_back({input.key(), input.value(), false});
        }
        return BridgeOrder(state);
    }

    Result<BridgeOrder> mirror()
    {
        const QString path = m_facts.variables.expanded(m_facts.trigger().upstream).trimmed();
        const auth::Identity identity = identityOf(m_facts);
        const Result<model::Project> project = auth::projectWith(
            m_transaction.database(), identity, path, auth::Right::SeePipelines);
        if (!project) {
            const FailureReason reason = project.error().kind == ErrorKind::Forbidden
                ? FailureReason::InsufficientUpstreamPermissions
                : FailureReason::UpstreamBridgeProjectNotFound;
            return mayPass(project.error())
                ? Result<BridgeOrder>(project.error())
                : BridgeOrder(failure(
                      reason, u"there is no project `%1` whose pipelines whoever started this job "
                               "can see"_s.arg(path)));
        }
        const Result<std::optional<model::Pipeline>> newest
            = db::PipelineStore(m_transaction.database(), m_parts.box)
                  .newest(project->id, project->defaultBranch);
        if (!newest) {
            return newest.error();
        }
        return *newest
            ? BridgeOrder((*newest)->id)
            : BridgeOrder(failure(FailureReason::UpstreamBridgeProjectNotFound,
                                  u"`%1` has no pipeline of its default branch"_s.arg(path)));
    }

    Transaction &m_transaction;
    const PipelineBirth::Parts &m_parts;
    const BridgeFacts &m_facts;
};

} // namespace

Result<bool> readsArtifacts(Transaction &transaction,
                            std::optional<UserId> user,
                            ProjectId project)
{
    auth::Identity identity;
    const Result<std::optional<model::User>> found = user
        ? db::UserStore(transaction.database()).find(*user)
        : std::optional<model::User>();
    if (!found) {
        return found.error();
    }
    if (*found && !(*found)->isBlocked) {
        identity.user = **found;
        identity.means = auth::Means::Token;
    }
    return auth::projectWith(transaction.database(), identity, project,
                             auth::Right::ReadArtifacts)
        .isOk();
}

Result<BridgeOrder> bridgeOrder(Transaction &transaction,
                                const PipelineBirth::Parts &parts,
                                JobId bridge)
{
    const Result<BridgeFacts> facts = pipelines::readBridge(
        transaction, {parts.box, parts.settings, parts.pipelines, parts.clock.now()}, bridge);
    return facts ? Ordering(transaction, parts, *facts).run()
                 : Result<BridgeOrder>(facts.error());
}

} // namespace ci::forge
