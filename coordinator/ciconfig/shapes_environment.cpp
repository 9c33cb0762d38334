// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/shapes.h"
#include "coordinator/model/duration.h"

#include <algorithm>

using namespace Qt::StringLiterals;

// Where a job deploys to, and what it shares with others.

namespace ci::ciconfig::shapes {

static bool hasOnly(const QString &text, QLatin1StringView extra)
{
    return std::all_of(text.begin(), text.end(), [extra](QChar c) {
        const char16_t u = c.unicode();
        return (u >= u'a' && u <= u'z') || (u >= u'A' && u <= u'Z') || (u >= u'0' && u <= u'9')
            || extra.contains(c);
    });
}

static void checkEnvironmentName(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isString() && (node.text().trimmed().isEmpty() || !hasOnly(node.text(), " -_/${}."_L1))) {
        checker.fail(node, place,
                     u"config can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces"_s);
    }
}

static void checkUrl(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.text().size() > 255) {
        checker.fail(node, place, u"is too long (maximum is 255 characters)"_s);
    }
}

static void checkTier(ShapeChecker &checker, const Node &node, const Place &place)
{
    constexpr QLatin1StringView tiers[] {"production"_L1, "staging"_L1, "testing"_L1, "development"_L1, "other"_L1};
    if (!node.text().contains(u'$')
        && std::find(std::begin(tiers), std::end(tiers), node.text()) == std::end(tiers)) {
        checker.fail(node, place, u"must be one of production, staging, testing, development, or other"_s);
    }
}

static void checkAutoStop(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString &text = node.text();
    if (!text.contains(u'$') && !model::isNever(text) && !model::parseDuration(text)) {
        checker.fail(node, place, u"should be a duration"_s);
    }
}
static const Shape AutoStop {.accepts = Text, .wrong = "should be a duration"_L1, .extra = checkAutoStop};

static const Field ManagedResourceFields[] {{"enabled"_L1, &Flag}};
static const Shape ManagedResources {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = ManagedResourceFields};
static const Field DashboardFields[] {{"namespace"_L1, &FilledText}, {"flux_resource_path"_L1, &AnyText}};
static const Shape Dashboard {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = DashboardFields};
static const Field KubernetesFields[] {
    {"agent"_L1, &AnyText},
    {"namespace"_L1, &AnyText},
    {"flux_resource_path"_L1, &AnyText},
    {"managed_resources"_L1, &ManagedResources},
    {"dashboard"_L1, &Dashboard},
};

static void checkKubernetes(ShapeChecker &checker, const Node &node, const Place &place)
{
    const Node *managed = node.given(u"managed_resources"_s);
    const Node *enabled = managed && managed->isMap() ? managed->given(u"enabled"_s) : nullptr;
    const Node *dashboard = node.given(u"dashboard"_s);
    const bool hasFlux = node.given(u"flux_resource_path"_s);
    if (node.entries().empty()) {
        checker.fail(node, place, u"config can't be blank"_s);
    }
    if (hasFlux && !node.given(u"namespace"_s)) {
        checker.fail(node, {&place, u"namespace"_s}, u"can't be blank"_s);
    }
    if ((hasFlux || dashboard || (enabled && enabled->toBool())) && !node.given(u"agent"_s)) {
        checker.fail(node, {&place, u"agent"_s}, u"can't be blank"_s);
    }
    for (const QString &key : {u"namespace"_s, u"flux_resource_path"_s}) {
        if (dashboard && dashboard->given(key) && node.given(key)) {
            checker.fail(node, {&place, key}, u"cannot be specified when dashboard.%1 is set"_s.arg(key));
        }
    }
}
static const Shape Kubernetes {.accepts = Map,
                               .wrong = "config should be a hash"_L1,
                               .fields = KubernetesFields,
                               .extra = checkKubernetes};

constexpr QLatin1StringView EnvironmentActions[] {
    "start"_L1, "stop"_L1, "prepare"_L1, "verify"_L1, "access"_L1};
static const Shape EnvironmentName {
    .accepts = Text, .wrong = "config should be a string"_L1, .extra = checkEnvironmentName};
static const Shape EnvironmentUrl {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkUrl};
static const Shape EnvironmentAction {.accepts = Text,
                                      .wrong = "should be start, stop, prepare, verify, or access"_L1,
                                      .words = EnvironmentActions};
static const Shape EnvironmentTier {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkTier};
static const Field EnvironmentFields[] {
    {"name"_L1, &EnvironmentName, Presence::Required},
    {"url"_L1, &EnvironmentUrl},
    {"on_stop"_L1, &AnyText},
    {"action"_L1, &EnvironmentAction},
    {"auto_stop_in"_L1, &AutoStop},
    {"deployment_tier"_L1, &EnvironmentTier},
    {"kubernetes"_L1, &Kubernetes},
};
const Shape Environment {.accepts = Text | Map,
                         .wrong = "config should be a hash or a string"_L1,
                         .fields = EnvironmentFields,
                         .extra = checkEnvironmentName};

static void checkResourceGroup(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString &text = node.text();
    if (text.isEmpty() || text.size() > 255 || text.startsWith(u'/') || text.endsWith(u'/')
        || !hasOnly(text, " -_/${}."_L1)) {
        checker.fail(node, place,
                     u"can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, "
                     "but it cannot start or end with '/'"_s);
    }
}
const Shape ResourceGroup {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkResourceGroup};

} // namespace ci::ciconfig::shapes
