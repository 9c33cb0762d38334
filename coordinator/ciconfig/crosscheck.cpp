// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/crosscheck.h"

#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/needs.h"

#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

std::vector<size_t> findCircle(const std::vector<std::vector<size_t>> &successors)
{
    enum class Mark : quint8 { New, Open, Done };
    struct Step
    {
        size_t node;
        size_t next = 0;
    };
    std::vector<Mark> marks(successors.size(), Mark::New);
    // Its own stack: a chain of needs may be as long as the file has jobs.
    std::vector<Step> path;
    for (size_t start = 0; start < successors.size(); ++start) {
        if (marks[start] != Mark::New) {
            continue;
        }
        path.push_back({start});
        marks[start] = Mark::Open;
        while (!path.empty()) {
            Step &step = path.back();
            if (step.next == successors[step.node].size()) {
                marks[step.node] = Mark::Done;
                path.pop_back();
                continue;
            }
            const size_t successor = successors[step.node][step.next++];
            if (marks[successor] == Mark::Open) {
                std::vector<size_t> circle;
                const auto from = std::find_if(path.begin(), path.end(), [&](const Step &s) { return s.node == successor; });
                std::transform(from, path.end(), std::back_inserter(circle), [](const Step &s) { return s.node; });
                return circle;
            }
            if (marks[successor] == Mark::New) {
                marks[successor] = Mark::Open;
                path.push_back({successor});
            }
        }
    }
    return {};
}

namespace {

class CrossChecker final
{
public:
    CrossChecker(const Configuration &configuration, Unknown unknown, Report &report)
        : m_configuration(configuration), m_unknown(unknown), m_report(report)
    {
    }

    void run()
    {
        for (const JobEntry &job : m_configuration.jobs) {
            checkStage(job);
            checkAllNeeds(job);
            checkDependencies(job);
            checkTriggerArtifact(job);
            checkEnvironment(job);
        }
        if (!m_report.failed()) {
            checkCircles();
        }
    }

private:
    void fail(const JobEntry &job, Position position, const QString &text)
    {
        m_report.error(position, u"%1 job: %2"_s.arg(job.name, text));
    }

    // What is missing may stand in a file that could not be had.
    void lacking(const JobEntry &job, Position position, const QString &text)
    {
        if (m_unknown == Unknown::Warning) {
            m_report.warning(position, u"%1 job: %2"_s.arg(job.name, text));
        } else {
            fail(job, position, text);
        }
    }

    void checkStage(const JobEntry &job)
    {
        if (job.stageIndex < 0) {
            lacking(job, job.stagePosition,
                    u"chosen stage %1 does not exist; available stages are %2"_s.arg(
                        job.stage, m_configuration.stages.join(u", "_s)));
        }
    }

    void checkAllNeeds(const JobEntry &job)
    {
        if (const Node *needs = job.node->given(u"needs"_s)) {
            checkNeeds(job, *needs);
            checkForeignNeeds(job, *needs);
        }
        const NodePtr rules = job.node->get(u"rules"_s);
        const NodePtr flat = rules ? flattened(rules) : nullptr;
        for (const NodePtr &rule : flat ? flat->items() : std::vector<NodePtr>()) {
            if (const Node *needs = rule->isMap() ? rule->given(u"needs"_s) : nullptr) {
                checkNeeds(job, *needs);
            }
        }
    }

    void checkNeeds(const JobEntry &job, const Node &needs)
    {
        const std::vector<NeedEntry> entries = readNeeds(needs);
        if (entries.size() > size_t(limits::MaxNeeds)) {
            m_report.error(needs.position(),
                           u"%1: one job can only need %2 others, but you have listed %3. See needs keyword "
                           "documentation for more details"_s.arg(job.name).arg(limits::MaxNeeds).arg(entries.size()));
            return;
        }
        for (const NeedEntry &need : entries) {
            checkOrder(job, need.job, need.position, need.optional ? QString() : u"need"_s);
            checkNeededMatrix(job, need);
        }
        checkNeededTwice(job, entries);
    }

    // Also an instance beside all instances of its job.
    void checkNeededTwice(const JobEntry &job, const std::vector<NeedEntry> &entries)
    {
        QSet<QString> named;
        QSet<QString> twice;
        for (const NeedEntry &need : entries) {
            if (!need.matrix && named.contains(need.job)) {
                twice.insert(need.job);
            }
            if (!need.matrix) {
                named.insert(need.job);
            }
        }
        for (const NeedEntry &need : entries) {
            const JobEntry *needed = m_configuration.find(need.job);
            const bool isPart = needed && (need.matrix || needed->name != need.job);
            if (twice.contains(need.job) || (isPart && named.contains(needed->name))) {
                m_report.error(need.position, u"%1 has the following needs duplicated: %2."_s.arg(job.name, need.job));
                return;
            }
        }
    }

    void checkForeignNeeds(const JobEntry &job, const Node &needs)
    {
        for (const JobInstance &instance : job.instances) {
            const auto foreign = readForeignNeeds(needs, instance.variables);
            if (!foreign) {
                fail(job, needs.position(), foreign.error().detail);
                return;
            }
        }
    }

    void checkNeededMatrix(const JobEntry &job, const NeedEntry &need)
    {
        if (!need.matrix || !m_configuration.find(need.job)) {
            return;
        }
        for (const JobInstance &instance : job.instances) {
            const auto names = neededInstances(need, m_configuration, instance.variables);
            if (!names) {
                fail(job, need.position, names.error().detail);
                return;
            }
            m_edges += size_t(names->size());
            if (m_edges > MaxEdges) {
                fail(job, need.position, u"too many needs in the pipeline"_s);
                return;
            }
        }
    }

    // `kind` is empty where the other job may be missing.
    void checkOrder(const JobEntry &job, const QString &other, Position position, const QString &kind)
    {
        const JobEntry *needed = m_configuration.find(other);
        if (!needed) {
            if (!kind.isEmpty()) {
                lacking(job, position, u"undefined %1: %2"_s.arg(kind, other));
            }
            return;
        }
        if (needed->stageIndex < 0 || job.stageIndex < 0) {
            return;
        }
        if (needed->stageIndex > job.stageIndex) {
            fail(job, position, u"%1 %2 is not defined in current or prior stages"_s.arg(
                kind.isEmpty() ? u"need"_s : kind, other));
        }
    }

    void checkDependencies(const JobEntry &job)
    {
        const Node *dependencies = job.node->given(u"dependencies"_s);
        for (const NodePtr &name : dependencies ? dependencies->items() : std::vector<NodePtr>()) {
            checkOrder(job, name->text(), name->position(), u"dependency"_s);
        }
    }

    // What runs under just this name. A parallel job does not: its instances have names of their own.
    const JobEntry *findSingle(const QString &name) const
    {
        const JobEntry *job = m_configuration.find(name);
        const bool isParallel = job && job->name == name && job->instances.front().index > 0;
        return isParallel && !m_configuration.instanceByName.contains(name) ? nullptr : job;
    }

    void checkTriggerArtifact(const JobEntry &job)
    {
        const Node *trigger = job.node->given(u"trigger"_s);
        const Node *include = trigger && trigger->isMap() ? trigger->given(u"include"_s) : nullptr;
        if (!include) {
            return;
        }
        const auto check = [&](const Node &entry) {
            const Node *from = entry.isMap() ? entry.given(u"job"_s) : nullptr;
            if (from && !findSingle(from->text())) {
                lacking(job, from->position(), u"undefined dependency: %1"_s.arg(from->text()));
            } else if (from) {
                checkOrder(job, from->text(), from->position(), u"dependency"_s);
            }
        };
        check(*include);
        for (const NodePtr &entry : include->items()) {
            check(*entry);
        }
    }

    void checkEnvironment(const JobEntry &job)
    {
        const Node *environment = job.node->given(u"environment"_s);
        const Node *onStop = environment && environment->isMap() ? environment->given(u"on_stop"_s) : nullptr;
        if (!onStop) {
            return;
        }
        const QString stop = onStop->text();
        const JobEntry *stopJob = findSingle(stop);
        if (!stopJob) {
            lacking(job, onStop->position(), u"on_stop job %1 is not defined"_s.arg(stop));
            return;
        }
        const Node *other = stopJob->node->given(u"environment"_s);
        if (!other) {
            fail(job, onStop->position(), u"on_stop job %1 does not have environment defined"_s.arg(stop));
            return;
        }
        const Node *otherName = other->isMap() ? other->given(u"name"_s) : other;
        if (otherName->text() != environment->find(u"name"_s)->text()) {
            fail(job, onStop->position(), u"on_stop job %1 have different environment name"_s.arg(stop));
        }
        const Node *action = other->isMap() ? other->given(u"action"_s) : nullptr;
        if (!action || action->text() != "stop"_L1) {
            fail(job, onStop->position(), u"on_stop job %1 needs to have action stop defined"_s.arg(stop));
        }
    }

    void checkCircles()
    {
        QHash<QString, size_t> numbers;
        std::vector<std::pair<const JobEntry *, const JobInstance *>> instances;
        for (const JobEntry &job : m_configuration.jobs) {
            for (const JobInstance &instance : job.instances) {
                numbers.insert(instance.name, instances.size());
                instances.emplace_back(&job, &instance);
            }
        }
        std::vector<std::vector<size_t>> successors(instances.size());
        m_edges = 0;
        for (size_t i = 0; i < instances.size(); ++i) {
            const Node *needs = instances[i].first->node->given(u"needs"_s);
            for (const NeedEntry &need : needs ? readNeeds(*needs) : std::vector<NeedEntry>()) {
                const auto names = neededInstances(need, m_configuration, instances[i].second->variables);
                for (const QString &name : names ? *names : QStringList()) {
                    successors[i].push_back(numbers.value(name));
                }
            }
            m_edges += successors[i].size();
            if (m_edges > MaxEdges) {
                fail(*instances[i].first, instances[i].first->position, u"too many needs in the pipeline"_s);
                return;
            }
        }
        const std::vector<size_t> circle = findCircle(successors);
        if (circle.empty()) {
            return;
        }
        QStringList names;
        for (const size_t number : circle) {
            names.append(u"\"%1\""_s.arg(instances[number].second->name));
        }
        m_report.error(instances[circle.front()].first->position,
                       circle.size() == 1
                           ? u"The pipeline has circular dependencies: self-dependency: %1"_s.arg(names.front())
                           : u"The pipeline has circular dependencies: topological sort failed: [%1]"_s.arg(
                               names.join(u", "_s)));
    }

    // 10,000 instances with the 50 needs each may have.
    static constexpr size_t MaxEdges = size_t(limits::MaxPipelineJobs) * limits::MaxNeeds;

    const Configuration &m_configuration;
    Unknown m_unknown;
    Report &m_report;
    size_t m_edges = 0;
};

} // namespace

void crossCheck(const Configuration &configuration, Unknown unknown, Report &report)
{
    CrossChecker(configuration, unknown, report).run();
}

} // namespace ci::ciconfig
