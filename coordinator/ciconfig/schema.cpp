// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/schema.h"

#include "coordinator/ciconfig/jobcheck.h"
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

struct GlobalKey
{
    QLatin1StringView name;
    const Shape *shape; ///< nullptr: checked elsewhere, or one of the keywords.
};

static const GlobalKey GlobalKeys[] {
    {"default"_L1, nullptr},
    {"include"_L1, nullptr},
    {"spec"_L1, nullptr},
    {"stages"_L1, &shapes::Stages},
    {"variables"_L1, &shapes::GlobalVariables},
    {"workflow"_L1, &shapes::Workflow},
    {"image"_L1, &shapes::Image},
    {"services"_L1, &shapes::Services},
    {"cache"_L1, &shapes::Cache},
    {"before_script"_L1, &shapes::OptionalScript},
    {"after_script"_L1, &shapes::OptionalScript},
};

bool isReservedKey(const QString &key)
{
    return std::any_of(std::begin(GlobalKeys), std::end(GlobalKeys),
                       [&](const GlobalKey &known) { return key == known.name; });
}

static void checkDefaultEntry(ShapeChecker &checker, const Node &root)
{
    const Node *defaults = root.given(u"default"_s);
    if (!defaults) {
        return;
    }
    const Place place {nullptr, u"default"_s};
    if (!defaults->isMap()) {
        checker.report().error(defaults->position(), u"default config should be a hash"_s);
        return;
    }
    for (const MapEntry &entry : defaults->entries()) {
        const Keyword *keyword = findKeyword(entry.key, InDefault);
        if (!keyword) {
            checker.report().error(entry.position,
                                   u"default config contains unknown keys: %1"_s.arg(entry.key));
            continue;
        }
        if ((keyword->places & InGlobal) && root.given(entry.key) && !entry.value->isNull()) {
            checker.report().error(entry.position,
                                   u"config %1 is defined in top-level and `default:` entry"_s.arg(entry.key.toUpper()));
        }
        checker.check(*entry.value, *keyword->shape, {&place, entry.key});
    }
}

static void checkGlobals(ShapeChecker &checker, const Node &root)
{
    for (const GlobalKey &key : GlobalKeys) {
        const Node *value = root.given(key.name);
        if (value && key.shape) {
            checker.check(*value, *key.shape, {nullptr, key.name});
        }
    }
    if (const MapEntry *spec = root.findEntry(u"spec"_s)) {
        checker.report().error(spec->position,
                               u"root config contains unknown keys: spec (a header must be followed by --- and the body)"_s);
    }
    checkDefaultEntry(checker, root);
}

void checkSchema(const Node &root, Unknown unknown, Report &report, RegexCache &regexes)
{
    ShapeChecker checker(report, regexes);
    checkGlobals(checker, root);
    const Node *workflow = root.given(u"workflow"_s);
    const bool hasWorkflowRules = workflow && workflow->isMap() && workflow->findEntry(u"rules"_s);
    JobCheck jobCheck(checker, hasWorkflowRules);
    bool hasJob = false;
    for (const MapEntry &entry : root.entries()) {
        if (!isReservedKey(entry.key) && !isHiddenKey(entry.key)) {
            hasJob = true;
            jobCheck.run(entry);
        }
    }
    if (!hasJob && unknown == Unknown::Error) {
        report.error(root.position(), u"jobs config should contain at least one visible job"_s);
    }
}

} // namespace ci::ciconfig
