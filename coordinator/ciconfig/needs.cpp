// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/needs.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

static NeedEntry readNeed(const Node &need)
{
    if (!need.isMap()) {
        return {need.text(), true, false, nullptr, need.position()};
    }
    NeedEntry entry;
    entry.job = need.find(u"job"_s)->text();
    entry.position = need.position();
    const Node *artifacts = need.given(u"artifacts"_s);
    entry.artifacts = !artifacts || artifacts->toBool();
    const Node *optional = need.given(u"optional"_s);
    entry.optional = optional && optional->toBool();
    const Node *parallel = need.given(u"parallel"_s);
    entry.matrix = parallel ? parallel->given(u"matrix"_s) : nullptr;
    return entry;
}

static bool isOnSamePipeline(const Node &need)
{
    return !need.isMap()
        || (need.given(u"job"_s) && !need.findEntry(u"pipeline"_s) && !need.findEntry(u"project"_s));
}

// One mapping stands for a list of one.
static std::vector<NodePtr> needItems(const Node &needs)
{
    if (needs.isMap()) {
        return {Node::map(needs.entries(), needs.position())};
    }
    const NodePtr flat = flattened(Node::list(needs.items(), needs.position()));
    return flat ? flat->items() : std::vector<NodePtr>();
}

static bool isUpstream(const Node &need)
{
    return need.isMap() && need.given(u"pipeline"_s) && !need.findEntry(u"job"_s) && !need.findEntry(u"project"_s);
}

const Node *upstreamNeed(const Node &needs)
{
    if (needs.isMap()) {
        return isUpstream(needs) ? &needs : nullptr;
    }
    // Looked for where it stands: copies would not outlive this call. A list of lists has none.
    const auto &items = needs.items();
    const auto found = std::find_if(items.begin(), items.end(), [](const NodePtr &need) { return isUpstream(*need); });
    return found == items.end() ? nullptr : found->get();
}

static QString textOfNeed(const Node &need, const QString &key)
{
    const Node *value = need.given(key);
    return value ? value->text() : QString();
}

Result<std::vector<model::ForeignNeed>> readForeignNeeds(const Node &needs, const VariableSet &ownMatrix)
{
    std::vector<model::ForeignNeed> foreign;
    for (const NodePtr &need : needItems(needs)) {
        if (need->isNull() || isOnSamePipeline(*need) || isUpstream(*need)) {
            continue;
        }
        const QString job = textOfNeed(*need, u"job"_s);
        const Node *parallel = need->given(u"parallel"_s);
        const Node *matrix = parallel ? parallel->given(u"matrix"_s) : nullptr;
        const Result<QStringList> names = matrix ? matrixNames(job, *matrix, ownMatrix) : QStringList {job};
        if (!names) {
            return names.error();
        }
        const Node *artifacts = need->given(u"artifacts"_s);
        for (const QString &name : *names) {
            foreign.push_back({textOfNeed(*need, u"pipeline"_s), textOfNeed(*need, u"project"_s), name,
                               textOfNeed(*need, u"ref"_s), !artifacts || artifacts->toBool()});
        }
    }
    return foreign;
}

std::vector<NeedEntry> readNeeds(const Node &needs)
{
    std::vector<NeedEntry> entries;
    if (needs.isMap()) {
        if (isOnSamePipeline(needs)) {
            entries.push_back(readNeed(needs));
        }
        return entries;
    }
    const NodePtr flat = flattened(Node::list(needs.items(), needs.position()));
    for (const NodePtr &need : flat ? flat->items() : std::vector<NodePtr>()) {
        if (!need->isNull() && isOnSamePipeline(*need)) {
            entries.push_back(readNeed(*need));
        }
    }
    return entries;
}

QStringList instanceNames(const QString &name, const Configuration &configuration)
{
    if (const auto found = configuration.jobByName.constFind(name); found != configuration.jobByName.constEnd()) {
        QStringList names;
        for (const JobInstance &instance : configuration.jobs[*found].instances) {
            names.append(instance.name);
        }
        return names;
    }
    return configuration.instanceByName.contains(name) ? QStringList {name} : QStringList();
}

Result<QStringList> neededInstances(const NeedEntry &need, const Configuration &configuration,
                                    const VariableSet &ownMatrix)
{
    if (!need.matrix) {
        return instanceNames(need.job, configuration);
    }
    const Result<QStringList> names = matrixNames(need.job, *need.matrix, ownMatrix);
    if (!names) {
        return names;
    }
    QStringList defined;
    for (const QString &name : *names) {
        if (configuration.instanceByName.contains(name)) {
            defined.append(name);
        } else if (!need.optional) {
            return notFound(u"undefined need: %1"_s.arg(name));
        }
    }
    return defined;
}

} // namespace ci::ciconfig
