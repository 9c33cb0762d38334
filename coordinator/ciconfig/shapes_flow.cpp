// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"

#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

// When and how often a job runs, and what it inherits.

namespace ci::ciconfig::shapes {

constexpr QLatin1StringView JobWhens[] {
    "on_success"_L1, "on_failure"_L1, "always"_L1, "manual"_L1, "delayed"_L1};
constexpr QLatin1StringView TriggerWhens[] {
    "on_success"_L1, "on_failure"_L1, "always"_L1, "manual"_L1};
const Shape When {.accepts = Text,
                  .wrong = "should be one of: on_success, on_failure, always, manual, delayed"_L1,
                  .words = JobWhens};
const Shape TriggerWhen {.accepts = Text,
                         .wrong = "should be one of: on_success, on_failure, always, manual"_L1,
                         .words = TriggerWhens};

static const Shape ExitCode {.accepts = Integer, .wrong = "should be an array of integers or an integer"_L1};
static const Shape ExitCodes {.accepts = Integer | List,
                              .wrong = "should be an array of integers or an integer"_L1,
                              .each = &ExitCode};
static const Field AllowFailureFields[] {{"exit_codes"_L1, &ExitCodes}};
const Shape AllowFailure {.accepts = Boolean | Map,
                          .wrong = "should be a hash or a boolean value"_L1,
                          .fields = AllowFailureFields};

// ---- parallel ----

// Booleans are none: GitLab takes texts and numbers only.
static bool isMatrixScalar(const Node &node) { return node.isString() || node.isNumber(); }

static bool isMatrixValue(const Node &node)
{
    const auto &items = node.items();
    return node.isList() ? !items.empty()
            && std::all_of(items.begin(), items.end(), [](const NodePtr &item) { return isMatrixScalar(*item); })
                         : isMatrixScalar(node) && !node.text().trimmed().isEmpty();
}

static void checkMatrix(ShapeChecker &checker, const Node &node, const Place &place)
{
    const auto &hashes = node.items();
    const bool valid = !hashes.empty()
        && std::all_of(hashes.begin(), hashes.end(), [](const NodePtr &hash) { return hash->isMap(); });
    if (!valid) {
        checker.fail(node, place, u"config should be an array of hashes"_s);
        return;
    }
    for (const NodePtr &hash : hashes) {
        if (hash->entries().empty()) {
            checker.fail(*hash, place, u"config must have at least one variable"_s);
        }
        for (const MapEntry &entry : hash->entries()) {
            if (!isMatrixValue(*entry.value)) {
                checker.fail(*entry.value, {&place, entry.key},
                             u"config should be a hash of key value pairs, a value can be an array"_s);
            }
        }
    }
}

static const Shape Matrix {
    .accepts = List, .wrong = "config should be an array of hashes"_L1, .extra = checkMatrix};
static const Field ParallelFields[] {{"matrix"_L1, &Matrix, Presence::Required}};

static void checkParallel(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isInteger() && node.toInteger() < 1) {
        checker.fail(node, place, u"config must be greater than or equal to 1"_s);
    } else if (node.isInteger() && node.toInteger() > limits::MaxInstances) {
        checker.fail(node, place, u"config must be less than or equal to 200"_s);
    }
}

const Shape Parallel {.accepts = Integer | Map,
                      .wrong = "should be an integer or a hash"_L1,
                      .fields = ParallelFields,
                      .extra = checkParallel};
const Shape TriggerParallel {
    .accepts = Map, .wrong = "cannot use \"parallel: <number>\"."_L1, .fields = ParallelFields};

// ---- retry ----

constexpr QLatin1StringView RetryReasons[] {
    "always"_L1,
    "unknown_failure"_L1,
    "script_failure"_L1,
    "api_failure"_L1,
    "stuck_or_timeout_failure"_L1,
    "runner_system_failure"_L1,
    "runner_unsupported"_L1,
    "stale_schedule"_L1,
    "job_execution_timeout"_L1,
    "archived_failure"_L1,
    "unmet_prerequisites"_L1,
    "scheduler_failure"_L1,
    "data_integrity_failure"_L1,
    "runner_provisioning_timeout"_L1,
    // Not in the documentation, but every reason for which a job may fail is taken.
    "missing_dependency_failure"_L1,
    "forward_deployment_failure"_L1,
    "user_blocked"_L1,
    "project_deleted"_L1,
    "ci_quota_exceeded"_L1,
    "no_matching_runner"_L1,
    "trace_size_exceeded"_L1,
    "builds_disabled"_L1,
    "environment_creation_failure"_L1,
    "deployment_rejected"_L1,
    "failed_outdated_deployment_job"_L1,
    "protected_environment_failure"_L1,
    "pipeline_loop_detected"_L1,
    "insufficient_upstream_permissions"_L1,
    "upstream_bridge_project_not_found"_L1,
    "insufficient_bridge_permissions"_L1,
    "downstream_bridge_project_not_found"_L1,
    "invalid_bridge_trigger"_L1,
    "bridge_pipeline_is_child_pipeline"_L1,
    "downstream_pipeline_creation_failed"_L1,
    "secrets_provider_not_found"_L1,
    "reached_max_descendant_pipelines_depth"_L1,
    "ip_restriction_failure"_L1,
};
static const Shape RetryReason {
    .accepts = Text, .wrong = "contains unknown values"_L1, .words = RetryReasons};
static const Shape RetryWhen {.accepts = Text | List,
                              .wrong = "is not included in the list"_L1,
                              .each = &RetryReason,
                              .words = RetryReasons};

static void checkTries(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString config = place.key == "retry"_L1 ? u"config "_s : QString();
    if (node.isInteger() && node.toInteger() < 0) {
        checker.fail(node, place, config + u"must be greater than or equal to 0"_s);
    } else if (node.isInteger() && node.toInteger() > 2) {
        checker.fail(node, place, config + u"must be less than or equal to 2"_s);
    }
}

static const Shape RetryMax {.accepts = Integer, .wrong = "is not a number"_L1, .extra = checkTries};

static void checkDistinct(ShapeChecker &checker, const Node &node, const Place &place)
{
    QSet<QString> seen;
    for (const NodePtr &code : node.items()) {
        if (seen.contains(code->text())) {
            checker.fail(*code, place, u"contains duplicate values: %1"_s.arg(code->text()));
        }
        seen.insert(code->text());
    }
}

static const Shape RetryExitCodes {.accepts = Integer | List,
                                   .wrong = "should be an array of integers or an integer"_L1,
                                   .each = &ExitCode,
                                   .extra = checkDistinct};
static const Field RetryFields[] {
    {"max"_L1, &RetryMax}, {"when"_L1, &RetryWhen}, {"exit_codes"_L1, &RetryExitCodes}};
const Shape Retry {.accepts = Integer | Map,
                   .wrong = "config has to be either an integer or a hash"_L1,
                   .fields = RetryFields,
                   .extra = checkTries};

// ---- tags, inherit ----

static void checkTags(ShapeChecker &checker, const Node &node, const Place &place)
{
    const NodePtr flat = flattened(Node::list(node.items(), node.position()));
    const bool texts = flat && std::all_of(flat->items().begin(), flat->items().end(), [](const NodePtr &tag) {
        return tag->isString();
    });
    if (!texts) {
        checker.fail(node, place, u"config must be an array of strings"_s);
    } else if (flat->items().size() > size_t(limits::MaxTags)) {
        checker.fail(node, place, u"config must be less than the limit of 50 tags"_s);
    }
}
const Shape Tags {.accepts = List, .wrong = "config must be an array of strings"_L1, .extra = checkTags};

static void checkInheritedDefaults(ShapeChecker &checker, const Node &node, const Place &place)
{
    for (const NodePtr &name : node.items()) {
        if (!name->isString() || !findKeyword(name->text(), InDefault)) {
            checker.fail(*name, place, u"config contains unknown values: %1"_s.arg(name->text()));
        }
    }
}
static const Shape InheritDefault {.accepts = Boolean | List,
                                   .wrong = "config should be a boolean or an array of strings"_L1,
                                   .extra = checkInheritedDefaults};
static const Shape InheritVariables {.accepts = Boolean | List,
                                     .wrong = "config should be a boolean or an array of strings"_L1,
                                     .each = &AnyText};
static const Field InheritFields[] {{"default"_L1, &InheritDefault}, {"variables"_L1, &InheritVariables}};
const Shape Inherit {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = InheritFields};

} // namespace ci::ciconfig::shapes
