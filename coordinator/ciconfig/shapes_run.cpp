// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/shapes.h"

#include <algorithm>

using namespace Qt::StringLiterals;

// The steps of `run` (GitLab, app/validators/json_schemas/ci_run_steps.json, and the schema of its editor).

namespace ci::ciconfig::shapes {

// What a step, an input and an environment variable of a step may be called.
static bool isStepName(const QString &text)
{
    const auto isLetter = [](QChar c) {
        const char16_t u = c.unicode();
        return (u >= u'a' && u <= u'z') || (u >= u'A' && u <= u'Z') || u == u'_';
    };
    return !text.isEmpty() && isLetter(text.front())
        && std::all_of(text.begin(), text.end(), [&](QChar c) { return isLetter(c) || (c >= u'0' && c <= u'9'); });
}

static void checkStepName(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (!isStepName(node.text())) {
        checker.fail(node, place, u"can contain only letters, digits and '_', and cannot start with a digit"_s);
    }
}

static void checkStepKeys(ShapeChecker &checker, const Node &node, const Place &place)
{
    for (const MapEntry &entry : node.entries()) {
        if (!isStepName(entry.key)) {
            checker.report().error(entry.position, u"%1 config contains unknown keys: %2"_s.arg(place.path(), entry.key));
        }
    }
}

static const Shape StepName {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkStepName};
static const Shape StepVariables {
    .accepts = Map, .wrong = "config should be a hash of strings"_L1, .each = &AnyText, .extra = checkStepKeys};
static const Shape StepInputs {.accepts = Map, .wrong = "config should be a hash"_L1, .extra = checkStepKeys};

static const Field GitStepFields[] {{"url"_L1, &FilledText, Presence::Required},
                                    {"rev"_L1, &FilledText, Presence::Required},
                                    {"dir"_L1, &AnyText},
                                    {"file"_L1, &AnyText}};
static const Shape GitStep {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = GitStepFields};
static const Field OciStepFields[] {{"registry"_L1, &FilledText, Presence::Required},
                                    {"repository"_L1, &FilledText, Presence::Required},
                                    {"tag"_L1, &FilledText, Presence::Required},
                                    {"dir"_L1, &AnyText},
                                    {"file"_L1, &AnyText}};
static const Shape OciStep {.accepts = Map, .wrong = "config should be a hash"_L1, .fields = OciStepFields};
static const Field StepReferenceFields[] {{"git"_L1, &GitStep}, {"oci"_L1, &OciStep}};

static void checkStepReference(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isMap() && (node.given(u"git"_s) != nullptr) == (node.given(u"oci"_s) != nullptr)) {
        checker.fail(node, place, u"config must use exactly one of: git, oci"_s);
    }
}
static const Shape StepReference {.accepts = Text | Map,
                                  .wrong = "config should be a hash or a string"_L1,
                                  .fields = StepReferenceFields,
                                  .extra = checkStepReference};
static const Field StepFields[] {{"name"_L1, &StepName, Presence::Required},
                                 {"script"_L1, &FilledText},
                                 {"step"_L1, &StepReference},
                                 {"action"_L1, &FilledText},
                                 {"func"_L1, &StepReference},
                                 {"env"_L1, &StepVariables},
                                 {"inputs"_L1, &StepInputs}};

static void checkStep(ShapeChecker &checker, const Node &node, const Place &place)
{
    int kinds = 0;
    for (const QString &kind : {u"script"_s, u"step"_s, u"action"_s, u"func"_s}) {
        kinds += node.given(kind) ? 1 : 0;
    }
    if (kinds != 1) {
        checker.fail(node, place, u"config must use exactly one of: script, step, action"_s);
    }
    if (node.given(u"script"_s) && node.given(u"inputs"_s)) {
        checker.fail(node, place, u"config can't use inputs together with script"_s);
    }
}
static const Shape Step {
    .accepts = Map, .wrong = "config should be a hash"_L1, .fields = StepFields, .extra = checkStep};
const Shape Run {.accepts = List, .wrong = "config should be an array of hashes"_L1, .each = &Step};

} // namespace ci::ciconfig::shapes
