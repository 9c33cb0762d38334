// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/pipelinecreator.h"

#include "coordinator/queue/predefined.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/resourcegroupstore.h"

namespace ci::pipelines {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MaxPipelineName = 255;

QStringList sortedTags(QStringList tags)
{
    tags.sort();
    tags.removeDuplicates();
    return tags;
}

std::vector<model::JobNeed> needsOf(const model::JobPlan &plan)
{
    std::vector<model::JobNeed> needs;
    for (const model::NeedSpec &need : plan.needs.value_or(std::vector<model::NeedSpec> {})) {
        needs.push_back({need.job, need.artifacts, need.optional});
    }
    return needs;
}

} // namespace

model::Pipeline PipelineCreator::draft(const NewPipeline &start,
                                       const PipelineSetting &setting) const
{
    model::Pipeline pipeline = draftOf(start, setting);
    pipeline.createdAt = m_parts.clock.now();
    pipeline.updatedAt = pipeline.createdAt;
    return pipeline;
}

queue::VariableList PipelineCreator::pipelineVariables(const PipelineSetting &setting,
                                                       const model::Pipeline &pipeline,
                                                       const model::Job *job,
                                                       const model::JobSpec *spec,
                                                       const QString &environment) const
{
    const queue::JobFacts facts {.settings = m_parts.settings,
                                 .project = setting.project,
                                 .pipeline = pipeline,
                                 .user = setting.user ? &*setting.user : nullptr,
                                 .job = job,
                                 .spec = spec,
                                 .runner = nullptr,
                                 .token = {},
                                 .environmentName = {},
                                 .environmentUrl = {},
                                 .now = pipeline.createdAt};
    const queue::KnownFrom known = job             ? queue::KnownFrom::Job
        : pipeline.id                              ? queue::KnownFrom::Pipeline
                                                   : queue::KnownFrom::Commit;
    queue::VariableList list;
    queue::addPredefined(list, facts, known);
    if (spec) {
        for (const model::SpecVariable &variable : spec->variables) {
            list.add(queue::wireVariable(variable));
        }
    }
    for (const model::Variable &variable :
         queue::applicable(setting.variables, pipeline.isRefProtected, environment)) {
        list.add(queue::wireVariable(variable));
    }
    for (const model::GivenVariable &variable : pipeline.variables) {
        list.add(queue::wireVariable(variable));
    }
    return list;
}

Result<model::Pipeline> PipelineCreator::createFinished(const NewPipeline &start,
                                                        model::PipelineState state,
                                                        std::vector<model::ConfigError> errors)
{
    const Result<PipelineSetting> setting = readSetting(m_transaction, m_parts.box, start);
    if (!setting) {
        return setting.error();
    }
    model::Pipeline pipeline = draft(start, *setting);
    pipeline.state = state;
    pipeline.errors = std::move(errors);
    pipeline.finishedAt = pipeline.createdAt;
    return db::PipelineStore(m_transaction.database(), m_parts.box).insert(pipeline);
}

model::Job PipelineCreator::jobOf(const model::Pipeline &pipeline,
                                  const PipelineSetting &setting,
                                  const model::JobPlan &plan) const
{
    model::Job job;
    job.pipeline = pipeline.id;
    job.project = pipeline.project;
    job.name = plan.name;
    job.group = plan.group;
    job.stage = plan.stage;
    job.stageIndex = plan.stageIndex;
    job.when = plan.when;
    job.startIn = plan.startIn;
    job.allowFailure = plan.allowFailure;
    job.isFailureAllowed = plan.allowFailure.always;
    job.hasNeeds = plan.needs.has_value();
    job.tags = sortedTags(plan.tags);
    job.retry = plan.retry;
    job.timeout = plan.timeout.value_or(setting.project.buildTimeout);
    job.isInterruptible = plan.interruptible;
    job.isRefProtected = pipeline.isRefProtected;
    job.isBridge = plan.trigger.has_value();
    job.user = pipeline.user;
    job.createdAt = pipeline.createdAt;
    return job;
}

Result<model::Job> PipelineCreator::insertJob(const model::Pipeline &pipeline,
                                              const PipelineSetting &setting,
                                              const model::JobPlan &plan,
                                              int ordinal,
                                              PipelineGraph::Needs &needs)
{
    model::Job job = jobOf(pipeline, setting, plan);
    job.ordinal = ordinal;
    model::JobSpec spec = plan.spec;
    spec.trigger = plan.trigger;
    if (!plan.resourceGroup.isEmpty() || spec.environment || !spec.foreignNeeds.empty()) {
        if (spec.environment) {
            spec.environment->name = pipelineVariables(setting, pipeline, &job, &spec, {})
                                         .expandedWhole(spec.environment->name);
        }
        const QString environment = spec.environment ? spec.environment->name : QString();
        const queue::VariableList list
            = pipelineVariables(setting, pipeline, &job, &spec, environment);
        job.resourceGroup = list.expandedWhole(plan.resourceGroup);
        for (model::ForeignNeed &need : spec.foreignNeeds) {
            for (QString *text : {&need.pipeline, &need.project, &need.job, &need.ref}) {
                *text = list.expanded(*text);
            }
        }
        if (spec.environment) {
            // What is not known yet stays, and is expanded again at hand-out.
            spec.environment->url = list.expanded(spec.environment->url);
        }
    }
    if (!job.resourceGroup.isEmpty()) {
        const Result<void> known
            = db::ResourceGroupStore(m_transaction.database())
                  .ensure(job.project, job.resourceGroup, job.createdAt);
        if (!known) {
            return known.error();
        }
    }
    std::vector<model::JobNeed> wanted = needsOf(plan);
    Result<model::Job> stored
        = db::JobStore(m_transaction.database(), m_parts.box).insert(job, spec, wanted);
    if (stored && !wanted.empty()) {
        needs.insert(stored->id, std::move(wanted));
    }
    return stored;
}

Result<PipelineCreator::Made> PipelineCreator::create(const NewPipeline &start,
                                                      const model::PipelinePlan &plan)
{
    const Result<PipelineSetting> setting = readSetting(m_transaction, m_parts.box, start);
    if (!setting) {
        return setting.error();
    }
    model::Pipeline drafted = draft(start, *setting);
    drafted.name = pipelineVariables(*setting, drafted, nullptr, nullptr, {})
                       .expanded(plan.name)
                       .trimmed()
                       .left(MaxPipelineName);
    drafted.autoCancel = plan.autoCancelOnNewCommit;
    drafted.cancelOnJobFailure = plan.autoCancelOnJobFailure;
    Result<model::Pipeline> pipeline
        = db::PipelineStore(m_transaction.database(), m_parts.box).insert(drafted);
    if (!pipeline) {
        return pipeline.error();
    }
    Made made {.pipeline = *pipeline, .jobs = {}, .graph = {}};
    PipelineGraph::Needs needs;
    made.jobs.reserve(plan.jobs.size());
    for (const model::JobPlan &job : plan.jobs) {
        Result<model::Job> stored = insertJob(*pipeline, *setting, job,
                                              static_cast<int>(made.jobs.size()), needs);
        if (!stored) {
            return stored.error();
        }
        made.jobs.push_back(std::move(*stored));
    }
    made.graph = std::make_shared<PipelineGraph>(made.pipeline, made.jobs, needs);
    return made;
}

} // namespace ci::pipelines
