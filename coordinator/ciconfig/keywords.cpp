// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/shapes.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace shapes {

static void checkConfigText(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.text().isEmpty()) {
        checker.fail(node, place, u"config should be a string"_s);
    }
}

static const Shape StageName {
    .accepts = Text, .wrong = "config should be a string"_L1, .extra = checkConfigText};
static const Shape Dependencies {
    .accepts = List, .wrong = "config should be an array of strings"_L1, .each = &AnyText};
static const Shape Interruptible {.accepts = Boolean, .wrong = "config should be a boolean value"_L1};
static const Shape TriggerAllowFailure {.accepts = Boolean, .wrong = "should be a boolean value"_L1};

constexpr unsigned Everywhere = InJob | InDefault | InGlobal;
constexpr unsigned Anywhere = InJob | InDefault;
constexpr unsigned AnyJob = InJob | InTriggerJob;

// A keyword with other values in trigger jobs has a second row for them.
static const Keyword KeywordTable[] {
    {"script"_L1, &Script, InJob},
    {"before_script"_L1, &OptionalScript, Everywhere},
    {"after_script"_L1, &OptionalScript, Everywhere},
    {"stage"_L1, &StageName, AnyJob},
    {"image"_L1, &Image, Everywhere},
    {"services"_L1, &Services, Everywhere},
    {"cache"_L1, &Cache, Everywhere},
    {"artifacts"_L1, &Artifacts, Anywhere},
    {"tags"_L1, &Tags, Anywhere},
    {"variables"_L1, &JobVariables, AnyJob},
    {"rules"_L1, &JobRules, AnyJob},
    {"only"_L1, &Policy, AnyJob},
    {"except"_L1, &Policy, AnyJob},
    {"when"_L1, &When, InJob},
    {"when"_L1, &TriggerWhen, InTriggerJob},
    {"start_in"_L1, &Duration, InJob},
    {"allow_failure"_L1, &AllowFailure, InJob},
    {"allow_failure"_L1, &TriggerAllowFailure, InTriggerJob},
    {"manual_confirmation"_L1, &AnyText, AnyJob},
    {"needs"_L1, &Needs, InJob},
    {"needs"_L1, &TriggerNeeds, InTriggerJob},
    {"dependencies"_L1, &Dependencies, InJob},
    {"parallel"_L1, &Parallel, InJob},
    {"parallel"_L1, &TriggerParallel, InTriggerJob},
    {"retry"_L1, &Retry, Anywhere},
    {"timeout"_L1, &Timeout, Anywhere},
    {"interruptible"_L1, &Interruptible, Anywhere | InTriggerJob},
    {"resource_group"_L1, &ResourceGroup, AnyJob},
    {"environment"_L1, &Environment, AnyJob},
    {"coverage"_L1, &Coverage, InJob},
    {"release"_L1, &Release, InJob},
    {"pages"_L1, &Pages, InJob},
    {"publish"_L1, &AnyText, InJob},
    {"secrets"_L1, &Secrets, InJob},
    {"id_tokens"_L1, &IdTokens, Anywhere},
    {"identity"_L1, &Identity, Anywhere},
    {"inherit"_L1, &Inherit, AnyJob},
    {"hooks"_L1, &Hooks, Anywhere},
    {"trigger"_L1, &Trigger, InTriggerJob},
    {"run"_L1, &Run, InJob},
    {"dast_configuration"_L1, &DastConfiguration, InJob},
    {"inputs"_L1, &JobInputs, InJob},
};

} // namespace shapes

std::span<const Keyword> keywords() { return shapes::KeywordTable; }

const Keyword *findKeyword(const QString &name, unsigned places)
{
    const auto found = std::find_if(std::begin(shapes::KeywordTable), std::end(shapes::KeywordTable), [&](const Keyword &keyword) {
        return (keyword.places & places) && name == keyword.name;
    });
    return found == std::end(shapes::KeywordTable) ? nullptr : found;
}

} // namespace ci::ciconfig
