// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

using namespace Qt::StringLiterals;

// What a job waits for: jobs of its pipeline, artifacts of other ones, a pipeline that it mirrors.

namespace ci::ciconfig::shapes {

static const Field NeedJobFields[] {{"job"_L1, &FilledText, Presence::Required},
                                    {"artifacts"_L1, &Flag},
                                    {"optional"_L1, &Flag},
                                    {"parallel"_L1, &TriggerParallel}};
static const Field NeedProjectFields[] {{"project"_L1, &FilledText, Presence::Required},
                                        {"job"_L1, &FilledText, Presence::Required},
                                        {"ref"_L1, &FilledText, Presence::Required},
                                        {"artifacts"_L1, &Flag},
                                        {"parallel"_L1, &TriggerParallel}};
static const Field NeedPipelineFields[] {{"pipeline"_L1, &FilledText, Presence::Required},
                                         {"job"_L1, &FilledText, Presence::Required},
                                         {"artifacts"_L1, &Flag},
                                         {"parallel"_L1, &TriggerParallel}};
static const Field NeedUpstreamFields[] {{"pipeline"_L1, &FilledText, Presence::Required}};

struct NeedForm
{
    QLatin1StringView type; ///< GitLab's word for it.
    std::span<const Field> fields;
};

constexpr auto OnJob = "job"_L1;
constexpr auto OnOtherPipeline = "cross_dependency"_L1;
constexpr auto OnUpstream = "bridge"_L1;

// nullopt: none of the forms.
static std::optional<NeedForm> formOf(const Node &need)
{
    if (!need.isMap()) {
        return std::nullopt;
    }
    if (need.findEntry(u"project"_s)) {
        return NeedForm {OnOtherPipeline, NeedProjectFields};
    }
    if (need.findEntry(u"pipeline"_s)) {
        return need.findEntry(u"job"_s) ? NeedForm {OnOtherPipeline, NeedPipelineFields}
                                        : NeedForm {OnUpstream, NeedUpstreamFields};
    }
    return need.findEntry(u"job"_s) ? std::optional(NeedForm {OnJob, NeedJobFields}) : std::nullopt;
}

// Checks one need; returns its type, or nothing where it has none.
static QLatin1StringView checkNeed(ShapeChecker &checker, const Node &need, const Place &place)
{
    if (need.isString()) {
        if (need.text().isEmpty()) {
            checker.fail(need, {&place, u"job"_s}, u"can't be blank"_s);
        }
        return OnJob;
    }
    if (const auto form = formOf(need)) {
        checker.checkFields(need, form->fields, place);
        return form->type;
    }
    if (need.isMap() && need.entries().empty()) {
        checker.report().error(need.position(), place.path() + u" can't be blank"_s);
    } else {
        checker.report().error(need.position(), place.path() + u" has an unsupported type"_s);
    }
    return {};
}

static void checkNeeds(ShapeChecker &checker, const Node &node, const Place &place,
                       std::initializer_list<QLatin1StringView> allowed)
{
    const NodePtr flat = flattened(node.isMap() ? Node::list({Node::map(node.entries(), node.position())}, node.position())
                                                : Node::list(node.items(), node.position()));
    if (!flat) {
        checker.fail(node, place, u"config can only be a hash or an array"_s);
        return;
    }
    int onProjects = 0;
    int onPipelines = 0;
    int upstream = 0;
    for (const NodePtr &need : flat->items()) {
        if (need->isNull()) {
            continue;
        }
        const QLatin1StringView type = checkNeed(checker, *need, {&place, u"need"_s});
        if (!type.isEmpty() && std::find(allowed.begin(), allowed.end(), type) == allowed.end()) {
            checker.fail(*need, place, u"config uses invalid types: %1"_s.arg(type));
        }
        const bool isOnProject = need->isMap() && need->findEntry(u"project"_s);
        onProjects += isOnProject ? 1 : 0;
        onPipelines += type == OnOtherPipeline && !isOnProject ? 1 : 0;
        upstream += type == OnUpstream ? 1 : 0;
    }
    if (onProjects > limits::MaxForeignNeeds || onPipelines > limits::MaxForeignNeeds) {
        checker.fail(node, place, u"config must be less than or equal to 5"_s);
    }
    if (upstream > 1) {
        checker.fail(node, place, u"config should contain at most one bridge need"_s);
    }
}

static void checkJobNeeds(ShapeChecker &checker, const Node &node, const Place &place)
{
    checkNeeds(checker, node, place, {OnJob, OnOtherPipeline});
}

static void checkTriggerNeeds(ShapeChecker &checker, const Node &node, const Place &place)
{
    checkNeeds(checker, node, place, {OnJob, OnUpstream});
}

static void checkRuleNeeds(ShapeChecker &checker, const Node &node, const Place &place)
{
    checkNeeds(checker, node, place, {OnJob});
}

constexpr auto WrongNeeds = "config can only be a hash or an array"_L1;

const Shape Needs {.accepts = List | Map, .wrong = WrongNeeds, .extra = checkJobNeeds};
const Shape TriggerNeeds {.accepts = List | Map, .wrong = WrongNeeds, .extra = checkTriggerNeeds};
const Shape RuleNeeds {.accepts = List | Map, .wrong = WrongNeeds, .extra = checkRuleNeeds};

} // namespace ci::ciconfig::shapes
