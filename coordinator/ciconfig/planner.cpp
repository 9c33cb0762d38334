// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/planner.h"

#include "coordinator/ciconfig/jobinputs.h"
#include "coordinator/ciconfig/jobspec.h"
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/needs.h"
#include "coordinator/ciconfig/onlyexcept.h"
#include "coordinator/ciconfig/schema.h"
#include "coordinator/model/duration.h"

#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

using namespace model;

ContextVariables::ContextVariables(const Context &context)
{
    for (const Context::Variable &variable : context.variables) {
        (variable.outranksFile ? above : below).set(variable.key, variable.value);
    }
}

namespace {

/// Whether a job is in the pipeline, and what its matching rule says.
struct Choice
{
    bool isWanted = false;
    const Node *rule = nullptr;
};

class Planner final
{
public:
    explicit Planner(const PlanInput &input)
        : m_configuration(input.configuration), m_context(input.context), m_outer(input.variables),
          m_conditions(input.conditions), m_report(input.report), m_globals(input.configuration.variables)
    {
    }

    std::optional<PipelinePlan> run()
    {
        const bool wanted = applyWorkflow();
        if (!wanted) {
            m_plan.notCreated = NotCreated::FilteredByWorkflow;
        } else {
            for (const JobEntry &job : m_configuration.jobs) {
                planJob(job);
                if (isTooBig()) {
                    m_report.error(job.position, u"The pipeline is too big: too many variables and needs"_s);
                    return std::nullopt;
                }
            }
            finish();
        }
        return m_report.failed() ? std::nullopt : std::optional(std::move(m_plan));
    }

private:
    bool isTooBig() const
    {
        return m_items > limits::MaxPlanItems || m_references > limits::MaxVariableReferences;
    }

    bool applyWorkflow()
    {
        const Node *workflow = m_configuration.workflow;
        if (!workflow) {
            return true;
        }
        if (const Node *name = workflow->given(u"name"_s)) {
            m_plan.name = name->text().trimmed();
        }
        applyAutoCancel(workflow->given(u"auto_cancel"_s));
        if (!workflow->given(u"rules"_s)) {
            return true;
        }
        const Scope scope({&m_outer.above, &m_globals, &m_outer.below});
        const NodePtr rules = flattened(workflow->get(u"rules"_s));
        for (const NodePtr &rule : rules->items()) {
            if (!rule->isMap() || !m_conditions.hold(*rule, scope)) {
                continue;
            }
            const Node *when = rule->given(u"when"_s);
            applyAutoCancel(rule->given(u"auto_cancel"_s));
            m_globals.setAll(readVariables(rule->given(u"variables"_s)));
            return !when || when->text() != "never"_L1;
        }
        return false;
    }

    void applyAutoCancel(const Node *autoCancel)
    {
        const Node *commit = autoCancel ? autoCancel->given(u"on_new_commit"_s) : nullptr;
        const Node *failure = autoCancel ? autoCancel->given(u"on_job_failure"_s) : nullptr;
        if (commit) {
            m_plan.autoCancelOnNewCommit = commit->text() == "none"_L1 ? AutoCancel::None
                : commit->text() == "interruptible"_L1                 ? AutoCancel::Interruptible
                                                                       : AutoCancel::Conservative;
        }
        if (failure) {
            m_plan.autoCancelOnJobFailure = failure->text() == "all"_L1;
        }
    }

    // Global variables as far as the job inherits them, then its own.
    VariableSet jobVariables(const Node &job) const
    {
        VariableSet variables;
        const Node *inherit = job.given(u"inherit"_s);
        const Node *names = inherit ? inherit->given(u"variables"_s) : nullptr;
        for (const SpecVariable &variable : m_globals.all()) {
            const auto &items = names ? names->items() : std::vector<NodePtr>();
            const bool inherited = !names || (names->isBool() ? names->toBool()
                                                              : std::any_of(items.begin(), items.end(), [&](const NodePtr &name) {
                                                                    return name->text() == variable.key;
                                                                }));
            if (inherited) {
                variables.set(variable.key, variable.value, variable.raw);
            }
        }
        variables.setAll(readVariables(job.given(u"variables"_s)));
        return variables;
    }

    VariableSet predefined(const JobEntry &job, const JobInstance &instance) const
    {
        VariableSet set;
        set.set(u"CI_JOB_NAME"_s, instance.name);
        set.set(u"CI_JOB_STAGE"_s, job.stage);
        if (instance.index > 0) {
            set.set(u"CI_NODE_INDEX"_s, QString::number(instance.index));
        }
        set.set(u"CI_NODE_TOTAL"_s, QString::number(instance.total));
        return set;
    }

    Choice choose(const JobEntry &job, const Scope &scope)
    {
        if (const NodePtr rules = job.node->get(u"rules"_s)) {
            const NodePtr flat = flattened(rules);
            for (const NodePtr &rule : flat->items()) {
                if (rule->isMap() && m_conditions.hold(*rule, scope)) {
                    return {true, rule.get()};
                }
            }
            return {};
        }
        const Node *only = job.node->given(u"only"_s);
        const Node *except = job.node->given(u"except"_s);
        // Workflow rules take the place of what a job without `only` means otherwise.
        const bool isAllowed
            = (m_configuration.hasWorkflowRules() && !only) || isInOnly(only, m_context, scope, m_conditions);
        return {isAllowed && !isInExcept(except, m_context, scope, m_conditions), nullptr};
    }

    void planJob(const JobEntry &job)
    {
        const VariableSet own = jobVariables(*job.node);
        std::optional<JobSpec> spec;
        for (const JobInstance &instance : job.instances) {
            if (isTooBig()) {
                return;
            }
            const VariableSet builtIn = predefined(job, instance);
            const Scope scope({&m_outer.above, &instance.variables, &own, &builtIn, &m_outer.below});
            const Choice choice = choose(job, scope);
            const Node *when = choice.rule ? choice.rule->given(u"when"_s) : nullptr;
            if (!choice.isWanted || (when && when->text() == "never"_L1)) {
                continue;
            }
            checkCircularVariables(job, own, instance);
            if (!spec) {
                const NodePtr node = withJobInputs(job.node);
                spec = readJobSpec(*node);
                addPages(*spec, *node, job.name);
                keepInputs(*spec, *job.node, rawSpec(job));
            }
            JobPlan plan;
            plan.name = instance.name;
            plan.spec = *spec;
            plan.spec.nodeIndex = instance.index;
            plan.spec.nodeTotal = instance.total;
            VariableSet variables = own;
            if (choice.rule) {
                variables.setAll(readVariables(choice.rule->given(u"variables"_s)));
            }
            variables.setAll(instance.variables);
            plan.spec.variables = variables.all();
            const Scope finalScope({&m_outer.above, &variables, &builtIn, &m_outer.below});
            plan.tags = expandedTags(job, finalScope);
            fillPlan(plan, job, choice.rule);
            fillNeeds(plan, job, choice.rule, instance);
            m_items += plan.spec.variables.size() + (plan.needs ? plan.needs->size() : 0)
                + size_t(plan.spec.dependencies ? plan.spec.dependencies->size() : 0);
            m_plan.jobs.push_back(std::move(plan));
        }
    }

    static JobSpec rawSpec(const JobEntry &job)
    {
        JobSpec raw = readJobSpec(*job.node);
        addPages(raw, *job.node, job.name);
        return raw;
    }

    // Predefined variables are left out: a commit's message is no code.
    void checkCircularVariables(const JobEntry &job, VariableSet variables, const JobInstance &instance)
    {
        variables.setAll(instance.variables);
        const QStringList circle = circularVariables(variables, Scope({&m_outer.above, &variables}), m_references);
        if (circle.isEmpty()) {
            return;
        }
        QStringList quoted;
        for (const QString &name : circle) {
            quoted.append(u"\"%1\""_s.arg(name));
        }
        m_report.error(job.position, u"%1: circular variable reference detected: [%2]"_s.arg(
            job.name, quoted.join(u", "_s)));
    }

    static QStringList expandedTags(const JobEntry &job, const Scope &scope)
    {
        QStringList tags;
        const Node *written = job.node->given(u"tags"_s);
        for (const QString &tag : readScript(written)) {
            tags.append(scope.expandKnown(tag));
        }
        return tags;
    }

    static void fillPlan(JobPlan &plan, const JobEntry &job, const Node *rule)
    {
        const Node &node = *job.node;
        const auto chosen = [&](const QString &key) {
            const Node *fromRule = rule ? rule->given(key) : nullptr;
            return fromRule ? fromRule : node.given(key);
        };
        plan.group = job.name;
        plan.stage = job.stage;
        plan.stageIndex = job.stageIndex;
        const Node *when = chosen(u"when"_s);
        plan.when = when ? readWhen(when->text()) : When::OnSuccess;
        const Node *startIn = chosen(u"start_in"_s);
        if (plan.when == When::Delayed && startIn) {
            plan.startIn = model::parseDuration(startIn->text());
        }
        // Only a `when: manual` of the job itself makes it optional; one in a rule blocks.
        const Node *allowFailure = chosen(u"allow_failure"_s);
        const Node *ownWhen = node.given(u"when"_s);
        plan.allowFailure = allowFailure ? readAllowFailure(*allowFailure)
                                         : AllowFailure {ownWhen && ownWhen->text() == "manual"_L1, {}};
        const Node *interruptible = chosen(u"interruptible"_s);
        plan.interruptible = interruptible && interruptible->toBool();
        plan.retry = readRetry(node.given(u"retry"_s));
        if (const Node *timeout = node.given(u"timeout"_s)) {
            plan.timeout = model::parseDuration(timeout->text());
        }
        if (const Node *group = node.given(u"resource_group"_s)) {
            plan.resourceGroup = group->text();
        }
        if (job.isTrigger) {
            plan.trigger = readTrigger(node);
        }
    }

    void fillNeeds(JobPlan &plan, const JobEntry &job, const Node *rule, const JobInstance &instance)
    {
        const Node *needs = rule && rule->given(u"needs"_s) ? rule->given(u"needs"_s) : job.node->given(u"needs"_s);
        if (const auto foreign = needs ? readForeignNeeds(*needs, instance.variables) : notFound(QString())) {
            plan.spec.foreignNeeds = *foreign;
        }
        if (needs && !upstreamNeed(*needs)) {
            plan.needs.emplace();
            for (const NeedEntry &need : readNeeds(*needs)) {
                const auto names = neededInstances(need, m_configuration, instance.variables);
                for (const QString &name : names ? *names : QStringList()) {
                    plan.needs->push_back({name, need.artifacts, need.optional});
                }
            }
            if (plan.needs->size() > size_t(limits::MaxNeeds)) {
                m_report.error(needs->position(),
                               u"%1: one job can only need %2 others, but you have listed %3. See needs "
                               "keyword documentation for more details"_s.arg(job.name).arg(limits::MaxNeeds).arg(plan.needs->size()));
                plan.needs->clear();
            }
        }
        if (const Node *dependencies = job.node->given(u"dependencies"_s)) {
            QStringList names;
            for (const NodePtr &name : dependencies->items()) {
                names += instanceNames(name->text(), m_configuration);
            }
            plan.spec.dependencies = names;
        }
    }

    void finish()
    {
        checkNeeded();
        const bool hasMain = std::any_of(m_plan.jobs.begin(), m_plan.jobs.end(), [](const JobPlan &job) {
            return job.stage != ".pre"_L1 && job.stage != ".post"_L1;
        });
        if (!hasMain) {
            m_plan.jobs.clear();
            m_plan.notCreated = NotCreated::Empty;
            return;
        }
        std::stable_sort(m_plan.jobs.begin(), m_plan.jobs.end(), [](const JobPlan &a, const JobPlan &b) {
            return a.stageIndex < b.stageIndex;
        });
        int index = -1;
        for (JobPlan &job : m_plan.jobs) {
            if (m_plan.stages.isEmpty() || m_plan.stages.last() != job.stage) {
                m_plan.stages.append(job.stage);
                ++index;
            }
            job.stageIndex = index;
        }
    }

    void checkNeeded()
    {
        QSet<QString> present;
        for (const JobPlan &job : m_plan.jobs) {
            present.insert(job.name);
        }
        for (JobPlan &job : m_plan.jobs) {
            if (!job.needs) {
                continue;
            }
            for (const NeedSpec &need : *job.needs) {
                if (!need.optional && !present.contains(need.job)) {
                    reportAbsent(job, need);
                }
            }
            std::erase_if(*job.needs, [&](const NeedSpec &need) { return !present.contains(need.job); });
        }
    }

    void reportAbsent(const JobPlan &job, const NeedSpec &need)
    {
        const JobEntry *entry = m_configuration.find(job.group);
        const Node *needs = entry->node->given(u"needs"_s);
        m_report.error(needs ? needs->position() : entry->position,
                       u"'%1' job needs '%2' job, but '%2' does not exist in the pipeline. This might be because of the "
                       "only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, "
                       "use needs:optional."_s.arg(job.name, need.job));
    }

    const Configuration &m_configuration;
    const Context &m_context;
    const ContextVariables &m_outer;
    Conditions &m_conditions;
    Report &m_report;
    VariableSet m_globals;
    PipelinePlan m_plan;
    size_t m_items = 0;
    qint64 m_references = 0;
};

} // namespace

std::optional<PipelinePlan> makePlan(const PlanInput &input) { return Planner(input).run(); }

} // namespace ci::ciconfig
