// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/configuration.h"

#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/schema.h"
#include "coordinator/ciconfig/shapes.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

const JobEntry *Configuration::find(const QString &name) const
{
    if (const auto found = jobByName.constFind(name); found != jobByName.constEnd()) {
        return &jobs[*found];
    }
    const auto instance = instanceByName.constFind(name);
    return instance == instanceByName.constEnd() ? nullptr : &jobs[instance->first];
}

VariableSet readVariables(const Node *variables)
{
    VariableSet set;
    for (const MapEntry &entry : variables ? variables->entries() : std::vector<MapEntry>()) {
        const Node &value = *entry.value;
        if (!value.isMap()) {
            set.set(entry.key, value.text());
            continue;
        }
        const Node *text = value.given(u"value"_s);
        const Node *expand = value.given(u"expand"_s);
        set.set(entry.key, text ? text->text() : QString(u""_s), expand && !expand->toBool());
    }
    return set;
}

namespace {

class ConfigurationReader final
{
public:
    ConfigurationReader(const NodePtr &root, Report &report) : m_report(report) { m_result.root = root; }

    Configuration read()
    {
        const Node &root = *m_result.root;
        m_result.workflow = root.given(u"workflow"_s);
        m_result.variables = readVariables(root.given(u"variables"_s));
        readStages();
        readDefaults();
        for (const MapEntry &entry : root.entries()) {
            if (!isReservedKey(entry.key) && !isHiddenKey(entry.key)) {
                addJob(entry);
            }
        }
        dropOverridden();
        numberJobs();
        return std::move(m_result);
    }

private:
    void readStages()
    {
        QStringList named;
        const NodePtr stages = m_result.root->get(u"stages"_s);
        const NodePtr flat = stages ? flattened(stages) : nullptr;
        // An empty list is a list: then there are only .pre and .post.
        if (flat && flat->isList()) {
            for (const NodePtr &stage : flat->items()) {
                named.append(stage->text());
            }
        } else {
            named = {u"build"_s, u"test"_s, u"deploy"_s};
        }
        named.removeAll(u".pre"_s);
        named.removeAll(u".post"_s);
        named.removeDuplicates();
        m_result.stages = QStringList {u".pre"_s} + named + QStringList {u".post"_s};
        for (int i = 0; i < int(m_result.stages.size()); ++i) {
            m_stageIndex.insert(m_result.stages.at(i), i);
        }
    }

    // `default:` and, from before it existed, the same keywords at the top level.
    void readDefaults()
    {
        const Node *defaults = m_result.root->given(u"default"_s);
        for (const Keyword &keyword : keywords()) {
            NodePtr value = (keyword.places & InDefault) && defaults ? defaults->get(keyword.name) : nullptr;
            if ((!value || value->isNull()) && (keyword.places & InGlobal)) {
                value = m_result.root->get(keyword.name);
            }
            if (value && !value->isNull()) {
                m_defaults.push_back({keyword.name, value->position(), value});
            }
        }
    }

    static bool inherits(const Node &job, const QString &keyword)
    {
        const Node *inherit = job.given(u"inherit"_s);
        const Node *defaults = inherit ? inherit->given(u"default"_s) : nullptr;
        if (!defaults) {
            return true;
        }
        const auto &names = defaults->items();
        return defaults->isBool() ? defaults->toBool()
                                  : std::any_of(names.begin(), names.end(), [&](const NodePtr &name) {
                                        return name->text() == keyword;
                                    });
    }

    NodePtr withDefaults(const NodePtr &job, bool isTrigger) const
    {
        std::vector<MapEntry> entries;
        for (const MapEntry &entry : job->entries()) {
            if (!entry.value->isNull()) {
                entries.push_back(entry);
            }
        }
        for (const MapEntry &entry : m_defaults) {
            // A job that starts another pipeline takes only what it may have; its image is shown, not used.
            const bool fits = !isTrigger || findKeyword(entry.key, InTriggerJob) || entry.key == "image"_L1;
            if (fits && !job->given(entry.key) && inherits(*job, entry.key)) {
                entries.push_back(entry);
            }
        }
        return Node::map(std::move(entries), job->position());
    }

    void addJob(const MapEntry &entry)
    {
        JobEntry job;
        job.name = entry.key;
        job.position = entry.position;
        job.isTrigger = isTriggerJob(*entry.value);
        job.node = withDefaults(entry.value, job.isTrigger);
        const Node *stage = job.node->given(u"stage"_s);
        job.stage = stage ? stage->text() : u"test"_s;
        job.stagePosition = stage ? stage->position() : entry.position;
        job.stageIndex = m_stageIndex.value(job.stage, -1);
        auto instances = jobInstances(job.name, job.node->given(u"parallel"_s));
        if (!instances) {
            m_report.error(job.node->given(u"parallel"_s)->position(),
                           u"jobs:%1:%2"_s.arg(job.name, instances.error().detail));
            return;
        }
        m_instances += instances->size();
        if (m_instances > size_t(limits::MaxPipelineJobs)) {
            m_report.error(entry.position, u"jobs config generates too many jobs (maximum is %1)"_s.arg(
                limits::MaxPipelineJobs));
            return;
        }
        job.instances = std::move(*instances);
        for (const JobInstance &instance : job.instances) {
            if (instance.name.size() > limits::MaxJobNameLength) {
                m_report.error(entry.position, u"jobs:%1 job name is too long (maximum is 255 characters)"_s.arg(
                    instance.name));
            }
            m_lastOfName.insert(instance.name, m_result.jobs.size());
        }
        m_result.jobs.push_back(std::move(job));
    }

    // An instance may have the name of another job ("a: [x]" beside a matrix): the later one wins.
    void dropOverridden()
    {
        if (size_t(m_lastOfName.size()) == m_instances) {
            return;
        }
        for (size_t i = 0; i < m_result.jobs.size(); ++i) {
            JobEntry &job = m_result.jobs[i];
            std::erase_if(job.instances, [&](const JobInstance &instance) {
                const bool overridden = m_lastOfName.value(instance.name) != i;
                if (overridden) {
                    m_report.warning(job.position, u"%1 job: another job has the same name"_s.arg(instance.name));
                }
                return overridden;
            });
        }
        std::erase_if(m_result.jobs, [](const JobEntry &job) { return job.instances.empty(); });
    }

    void numberJobs()
    {
        for (size_t i = 0; i < m_result.jobs.size(); ++i) {
            const JobEntry &job = m_result.jobs[i];
            m_result.jobByName.insert(job.name, i);
            for (size_t j = 0; j < job.instances.size(); ++j) {
                if (job.instances[j].index > 0) {
                    m_result.instanceByName.insert(job.instances[j].name, {i, j});
                }
            }
        }
    }

    Report &m_report;
    Configuration m_result;
    QHash<QString, int> m_stageIndex;
    std::vector<MapEntry> m_defaults;
    QHash<QString, size_t> m_lastOfName;
    size_t m_instances = 0;
};

} // namespace

Configuration readConfiguration(const NodePtr &root, Report &report)
{
    return ConfigurationReader(root, report).read();
}

} // namespace ci::ciconfig
