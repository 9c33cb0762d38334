// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"
#include "coordinator/model/duration.h"

#include <algorithm>
#include <array>
#include <chrono>

using namespace Qt::StringLiterals;

namespace ci::ciconfig::shapes {

constexpr auto WrongScript = "config should be a string or a nested array of strings up to 10 levels deep"_L1;

static bool areTexts(const Node &list, int levels)
{
    return levels > 0
        && std::all_of(list.items().begin(), list.items().end(), [levels](const NodePtr &item) {
               return item->isString() || (item->isList() && areTexts(*item, levels - 1));
           });
}

static void checkScript(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.isList() && !areTexts(node, limits::MaxListLevels)) {
        checker.fail(node, place, WrongScript);
    }
}

static void checkFilledScript(ShapeChecker &checker, const Node &node, const Place &place)
{
    checkScript(checker, node, place);
    if (node.isString() ? node.text().trimmed().isEmpty() : node.items().empty()) {
        checker.report().error(node.position(), place.path() + u" can't be blank"_s);
    }
}

static void checkFilled(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (node.text().trimmed().isEmpty()) {
        checker.fail(node, place, u"can't be blank"_s);
    }
}

static void checkDuration(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (!model::parseDuration(node.text())) {
        checker.fail(node, place, u"should be a duration"_s);
    }
}

// A month as GitLab counts it: the twelfth part of a year of 365.2425 days.
constexpr std::chrono::seconds LongestTimeout {2'629'746};

static void checkTimeout(ShapeChecker &checker, const Node &node, const Place &place)
{
    const auto timeout = model::parseDuration(node.text());
    if (!timeout) {
        checker.fail(node, place, u"config should be a duration"_s);
    } else if (*timeout > LongestTimeout) {
        checker.fail(node, place, u"config should not exceed the limit"_s);
    }
}

static void checkDurationOrNever(ShapeChecker &checker, const Node &node, const Place &place)
{
    const QString &text = node.text();
    if (!model::isNever(text) && !model::parseDuration(text)) {
        checker.fail(node, place, u"should be a duration"_s);
    }
}

static void checkStages(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (!areTexts(node, limits::MaxListLevels)) {
        checker.fail(node, place, Stages.wrong);
    }
    const NodePtr flat = flattened(Node::list(node.items(), node.position()));
    for (const NodePtr &stage : flat ? flat->items() : std::vector<NodePtr>()) {
        if (stage->text().size() > limits::MaxStageNameLength) {
            checker.fail(*stage, place, u"config: a stage name is too long (maximum is 255 characters)"_s);
        }
    }
}

constexpr std::array GlobalVariableKeys {"value"_L1, "description"_L1, "options"_L1, "expand"_L1};
constexpr std::array JobVariableKeys {"value"_L1, "expand"_L1};

static void checkOptions(ShapeChecker &checker, const Node &variable, const Place &place)
{
    const Node *options = variable.given(u"options"_s);
    if (!options) {
        return;
    }
    const auto &items = options->items();
    const bool texts = options->isList()
        && std::all_of(items.begin(), items.end(), [](const NodePtr &item) { return item->isString(); });
    if (!texts) {
        checker.fail(*options, place, u"config options should be an array of strings"_s);
        return;
    }
    const Node *value = variable.given(u"value"_s);
    // A number is none of the options, which are texts.
    const bool known = value && value->isString() && std::any_of(items.begin(), items.end(), [value](const NodePtr &item) {
        return item->text() == value->text();
    });
    if (!known && !items.empty()) {
        checker.fail(variable, place, u"config value must be present in options"_s);
    }
}

static void checkVariable(ShapeChecker &checker, const Node &node, const Place &place,
                          std::span<const QLatin1StringView> keys)
{
    if (node.isList()) {
        checker.fail(node, place, u"config variable definition must be either a string or a hash"_s);
        return;
    }
    for (const MapEntry &entry : node.entries()) {
        if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
            checker.report().error(entry.position, u"%1 config uses invalid data keys: %2"_s.arg(place.path(), entry.key));
            return;
        }
    }
    const Node *value = node.given(u"value"_s);
    const Node *description = node.given(u"description"_s);
    const Node *expand = node.given(u"expand"_s);
    if (value && !value->isScalar()) {
        checker.fail(*value, place, u"config value should be a string"_s);
    }
    if (description && !description->isScalar()) {
        checker.fail(*description, place, u"config description should be a string"_s);
    }
    if (expand && !expand->isBool()) {
        checker.fail(*expand, place, u"config expand should be a boolean value"_s);
    }
    checkOptions(checker, node, place);
}

template<ShapeCheck Check>
static void forEachValue(ShapeChecker &checker, const Node &node, const Place &place)
{
    for (const MapEntry &entry : node.entries()) {
        Check(checker, *entry.value, {&place, entry.key});
    }
}

static void checkGlobalVariable(ShapeChecker &checker, const Node &node, const Place &place)
{
    checkVariable(checker, node, place, GlobalVariableKeys);
}

static void checkJobVariable(ShapeChecker &checker, const Node &node, const Place &place)
{
    checkVariable(checker, node, place, JobVariableKeys);
}

static void checkPlainVariable(ShapeChecker &checker, const Node &node, const Place &place)
{
    if (!node.isScalar()) {
        checker.fail(node, place, u"config must be a string"_s);
    }
}

constexpr auto WrongVariables = "config should be a hash"_L1;

const Shape AnyText {.accepts = Text, .wrong = "should be a string"_L1};
const Shape FilledText {.accepts = Text, .wrong = "should be a string"_L1, .extra = checkFilled};
const Shape TextList {.accepts = List, .wrong = "should be an array of strings"_L1, .each = &AnyText};
const Shape Flag {.accepts = Boolean, .wrong = "should be a boolean value"_L1};
const Shape AnyMap {.accepts = Map, .wrong = "should be a hash"_L1};
const Shape Script {.accepts = Text | List, .wrong = WrongScript, .extra = checkFilledScript};
const Shape OptionalScript {.accepts = Text | List, .wrong = WrongScript, .extra = checkScript};
const Shape Duration {.accepts = Text, .wrong = "should be a duration"_L1, .extra = checkDuration};
const Shape Timeout {.accepts = Text, .wrong = "config should be a duration"_L1, .extra = checkTimeout};
const Shape DurationOrNever {
    .accepts = Text, .wrong = "should be a duration"_L1, .extra = checkDurationOrNever};
const Shape GlobalVariables {
    .accepts = Map, .wrong = WrongVariables, .extra = forEachValue<checkGlobalVariable>};
const Shape JobVariables {.accepts = Map, .wrong = WrongVariables, .extra = forEachValue<checkJobVariable>};
const Shape RuleVariables {
    .accepts = Map, .wrong = WrongVariables, .extra = forEachValue<checkPlainVariable>};
const Shape Stages {
    .accepts = List,
    .wrong = "config should be an array of strings or a nested array of strings up to 10 levels deep"_L1,
    .extra = checkStages};

} // namespace ci::ciconfig::shapes
