// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/expression.h"
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"
#include "coordinator/model/duration.h"

#include <algorithm>

using namespace Qt::StringLiterals;

// rules, workflow, only and except.

namespace ci::ciconfig::shapes {

static void checkExpression(ShapeChecker &checker, const Node &node, const Place &place)
{
    const auto expression = Expression::parse(node.text(), checker.regexes());
    if (!expression) {
        checker.fail(node, place, u"invalid expression syntax (%1)"_s.arg(expression.error().detail));
    }
}

static const Shape If {.accepts = Text, .wrong = "invalid expression syntax"_L1, .extra = checkExpression};
static const Shape Patterns {.accepts = List,
                             .wrong = "config should be an array of strings (at most 50)"_L1,
                             .each = &AnyText,
                             .most = limits::MaxPatterns};
static const Field ChangesFields[] {
    {"paths"_L1, &Patterns, Presence::Required}, {"compare_to"_L1, &FilledText}};
static const Field ExistsFields[] {
    {"paths"_L1, &Patterns, Presence::Required}, {"project"_L1, &FilledText}, {"ref"_L1, &AnyText}};
static const Shape Changes {.accepts = List | Map,
                            .wrong = "config should be an array of strings (at most 50)"_L1,
                            .fields = ChangesFields,
                            .each = &AnyText,
                            .most = limits::MaxPatterns};

static void checkExists(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.given(u"ref"_s) && !node.given(u"project"_s)) {
        checker.fail(node, {&place, u"project"_s}, u"can't be blank where there is a ref"_s);
    }
}
static const Shape Exists {.accepts = List | Map,
                           .wrong = "config should be an array of strings (at most 50)"_L1,
                           .fields = ExistsFields,
                           .each = &AnyText,
                           .most = limits::MaxPatterns,
                           .extra = checkExists};

constexpr QLatin1StringView RuleWhens[] {"on_success"_L1, "on_failure"_L1, "always"_L1,
                                         "never"_L1,      "manual"_L1,     "delayed"_L1};
constexpr QLatin1StringView WorkflowWhens[] {"always"_L1, "never"_L1};

static void checkRuleWhen(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (std::find(std::begin(RuleWhens), std::end(RuleWhens), node.text()) == std::end(RuleWhens)) {
        checker.fail(node, place, u"unknown value: %1"_s.arg(node.text()));
    }
}

static void checkWorkflowWhen(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (std::find(std::begin(WorkflowWhens), std::end(WorkflowWhens), node.text()) == std::end(WorkflowWhens)) {
        checker.fail(node, place, u"unknown value: %1"_s.arg(node.text()));
    }
}

static const Shape RuleWhen {.accepts = Text, .wrong = "unknown value"_L1, .extra = checkRuleWhen};
static const Shape WorkflowWhen {.accepts = Text, .wrong = "unknown value"_L1, .extra = checkWorkflowWhen};

static void checkRuleGiven(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.entries().empty()) {
        checker.fail(node, place, u"config can't be blank"_s);
    }
}

constexpr qint64 SecondsPerWeek = 7 * 24 * 3600;

static void checkRule(ShapeChecker &checker, const Node &node, const Place &place)
{
    const Node *when = node.given(u"when"_s);
    const Node *startIn = node.given(u"start_in"_s);
    const bool delayed = when && when->text() == "delayed"_L1;
    checkRuleGiven(checker, node, place);
    const Place startInPlace {&place, u"start_in"_s};
    if (delayed && !startIn) {
        checker.fail(node, startInPlace, u"can't be blank"_s);
    } else if (!delayed && startIn) {
        checker.fail(*startIn, startInPlace, u"must be blank"_s);
    } else if (startIn && model::parseDuration(startIn->text()).value_or(std::chrono::seconds(0)).count() > SecondsPerWeek) {
        checker.fail(*startIn, startInPlace, u"should not exceed the limit"_s);
    }
}

static const Field JobRuleFields[] {
    {"if"_L1, &If},                  {"changes"_L1, &Changes},
    {"exists"_L1, &Exists},          {"when"_L1, &RuleWhen},
    {"start_in"_L1, &Duration},      {"allow_failure"_L1, &Flag},
    {"variables"_L1, &RuleVariables}, {"needs"_L1, &RuleNeeds},
    {"interruptible"_L1, &Flag},
};
static const Shape JobRule {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = JobRuleFields, .extra = checkRule};

constexpr QLatin1StringView NewCommitWords[] {"conservative"_L1, "interruptible"_L1, "none"_L1};
constexpr QLatin1StringView JobFailureWords[] {"none"_L1, "all"_L1};
static const Shape OnNewCommit {.accepts = Text,
                                .wrong = "must be one of: conservative, interruptible, none"_L1,
                                .words = NewCommitWords};
static const Shape OnJobFailure {
    .accepts = Text, .wrong = "must be one of: none, all"_L1, .words = JobFailureWords};
static const Field AutoCancelFields[] {
    {"on_new_commit"_L1, &OnNewCommit}, {"on_job_failure"_L1, &OnJobFailure}};
static const Shape AutoCancel {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = AutoCancelFields};

static const Shape Anything {.accepts = Scalar | List | Map, .wrong = ""_L1};
static const Field WorkflowRuleFields[] {
    {"if"_L1, &If},                     {"changes"_L1, &Changes},
    {"exists"_L1, &Exists},             {"when"_L1, &WorkflowWhen},
    {"variables"_L1, &RuleVariables},   {"auto_cancel"_L1, &AutoCancel},
    {"start_in"_L1, &Anything},         {"allow_failure"_L1, &Anything},
    {"needs"_L1, &Anything},
};
static const Shape WorkflowRule {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = WorkflowRuleFields, .extra = checkRuleGiven};

// Any `when` but `never` includes the file.
static const Field IncludeRuleFields[] {
    {"if"_L1, &If}, {"changes"_L1, &Changes}, {"exists"_L1, &Exists}, {"when"_L1, &RuleWhen}};
static const Shape IncludeRule {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = IncludeRuleFields, .extra = checkRuleGiven};

// The list may be nested, as `!reference` makes it.
template<const Shape &Each>
static void checkRuleList(ShapeChecker &checker, const Node &node, const Place &place)
{
    const NodePtr flat = flattened(Node::list(node.items(), node.position()));
    if (!flat) {
        checker.fail(node, place, u"config should be an array containing hashes and arrays of hashes"_s);
        return;
    }
    for (const NodePtr &rule : flat->items()) {
        if (rule->isNull()) {
            checker.fail(*rule, place, u"config should be an array containing hashes and arrays of hashes"_s);
        } else {
            checker.check(*rule, Each, {&place, u"rule"_s});
        }
    }
}

const Shape JobRules {
    .accepts = List, .wrong = "config should be an array of hashes"_L1, .extra = checkRuleList<JobRule>};
const Shape IncludeRules {
    .accepts = List, .wrong = "config should be an array of hashes"_L1, .extra = checkRuleList<IncludeRule>};
static const Shape WorkflowRules {
    .accepts = List, .wrong = "config should be an array of hashes"_L1, .extra = checkRuleList<WorkflowRule>};

constexpr qsizetype MaxPipelineName = 255;

static void checkPipelineName(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.text().size() > MaxPipelineName) {
        checker.fail(node, place, u"is too long (maximum is 255 characters)"_s);
    }
}
static const Shape PipelineName {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkPipelineName};

static const Field WorkflowFields[] {
    {"name"_L1, &PipelineName}, {"rules"_L1, &WorkflowRules}, {"auto_cancel"_L1, &AutoCancel}};
const Shape Workflow {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = WorkflowFields};

constexpr auto WrongRefs = "config should be an array of strings or regexps"_L1;

static void checkRef(ShapeChecker &checker, const Node &node, const Place &place)
{
    // Whatever has not the whole form of a pattern is the name of a ref.
    if (RegexCache::isLiteral(node.text()) && !checker.regexes().isValid(node.text())) {
        checker.fail(node, place, u"config should be an array of strings or regular expressions using re2 syntax"_s);
    }
}

static const Shape Ref {.accepts = Text, .wrong = WrongRefs, .extra = checkRef};
static const Shape Refs {.accepts = List, .wrong = WrongRefs, .each = &Ref};
static const Shape Expressions {.accepts = List, .wrong = "should be an array of strings"_L1, .each = &If};
static const Shape AnyPatterns {
    .accepts = List, .wrong = "config should be an array of strings"_L1, .each = &AnyText};
constexpr QLatin1StringView KubernetesWords[] {"active"_L1};
static const Shape KubernetesState {
    .accepts = Text, .wrong = "unknown value"_L1, .words = KubernetesWords};
static const Field PolicyFields[] {{"refs"_L1, &Refs},
                                   {"variables"_L1, &Expressions},
                                   {"changes"_L1, &AnyPatterns},
                                   {"kubernetes"_L1, &KubernetesState}};

static void checkPolicyGiven(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isMap() && node.entries().empty()) {
        checker.fail(node, place, u"config can't be blank"_s);
    }
}
const Shape Policy {.accepts = List | Map,
                    .wrong = "config has to be either an array of conditions or a hash"_L1,
                    .fields = PolicyFields,
                    .each = &Ref,
                    .extra = checkPolicyGiven};

} // namespace ci::ciconfig::shapes
