// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/inputs.h"

#include "coordinator/ciconfig/expression.h"
#include "coordinator/ciconfig/jsonnode.h"
#include "coordinator/ciconfig/limits.h"

#include <QSet>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

constexpr std::array InputKeys {"type"_L1, "default"_L1, "description"_L1,
                                "options"_L1, "regex"_L1, "rules"_L1};
constexpr std::array InputRuleKeys {"if"_L1, "options"_L1, "default"_L1};

struct InputType
{
    QLatin1StringView name;
    bool (*accepts)(const Node &);
    QLatin1StringView wanted;
};

constexpr std::array InputTypes {
    InputType {"string"_L1, [](const Node &n) { return n.isString(); }, "a string"_L1},
    InputType {"number"_L1, [](const Node &n) { return n.isNumber(); }, "a number"_L1},
    InputType {"boolean"_L1, [](const Node &n) { return n.isBool(); }, "a boolean"_L1},
    InputType {"array"_L1, [](const Node &n) { return n.isList(); }, "an array"_L1},
};

static const InputType *inputType(const Node &definition)
{
    const Node *type = definition.isMap() ? definition.given(u"type"_s) : nullptr;
    if (!type) {
        return &InputTypes.front();
    }
    for (const InputType &known : InputTypes) {
        if (type->isString() && type->text() == known.name) {
            return &known;
        }
    }
    return nullptr;
}

template<size_t Count>
static const MapEntry *unknownKey(const Node &map, const std::array<QLatin1StringView, Count> &keys)
{
    for (const MapEntry &entry : map.entries()) {
        if (std::none_of(keys.begin(), keys.end(), [&](QLatin1StringView k) { return entry.key == k; })) {
            return &entry;
        }
    }
    return nullptr;
}

static bool isAmong(const Node &value, const Node &options)
{
    const auto &items = options.items();
    return std::any_of(items.begin(), items.end(), [&](const NodePtr &option) {
        return option->kind() == value.kind() && option->text() == value.text();
    });
}

namespace {

/// The form of one definition.
class DefinitionCheck final
{
public:
    DefinitionCheck(InputPlace place, QString path, Report &report, RegexCache &regexes)
        : m_place(place), m_path(std::move(path)), m_report(report), m_regexes(regexes)
    {
    }

    bool run(const MapEntry &input)
    {
        const Node &definition = *input.value;
        if (definition.isNull() && m_place == InputPlace::Header) {
            return true;
        }
        if (!definition.isMap()) {
            return fail(definition, u" config should be a hash"_s);
        }
        if (const MapEntry *unknown = unknownKey(definition, InputKeys)) {
            m_report.error(unknown->position,
                           u"%1 config contains unknown keys: %2"_s.arg(m_path, unknown->key));
            return false;
        }
        const InputType *type = inputType(definition);
        if (!type) {
            const Node *written = definition.find(u"type"_s);
            return fail(*written, u" input type unknown value: %1"_s.arg(written->text()));
        }
        return checkTexts(definition) && checkDefault(input, *type) && checkOptions(definition, *type)
            && checkDefaultFits(input) && checkRules(definition);
    }

private:
    bool fail(const Node &at, const QString &text)
    {
        m_report.error(at.position(), m_path + text);
        return false;
    }

    bool checkTexts(const Node &definition)
    {
        const Node *description = definition.given(u"description"_s);
        if (description && (!description->isString() || description->text().size() > limits::MaxInputDescription)) {
            return fail(*description, u" description should be a string of at most 1024 characters"_s);
        }
        const Node *regex = definition.given(u"regex"_s);
        if (regex && (!regex->isString() || !m_regexes.matchesPattern(regex->text(), QString()))) {
            return fail(*regex, u" regex should be a regular expression"_s);
        }
        if (regex && inputType(definition)->name != "string"_L1) {
            return fail(*regex, u" regex can only be used with the type string"_s);
        }
        return true;
    }

    bool checkDefault(const MapEntry &input, const InputType &type)
    {
        const Node *value = input.value->given(u"default"_s);
        if (!value) {
            return m_place == InputPlace::Header || fail(*input.value, u" default can't be blank"_s);
        }
        if (!type.accepts(*value)) {
            m_report.error(value->position(),
                           u"`%1` input: default value is not %2"_s.arg(input.key, type.wanted));
            return false;
        }
        return true;
    }

    bool checkOptions(const Node &definition, const InputType &type)
    {
        const Node *options = definition.given(u"options"_s);
        if (!options) {
            return true;
        }
        if (!options->isList() || options->items().size() > size_t(limits::MaxInputOptions)) {
            return fail(*options, u" options should be an array of at most 50 values"_s);
        }
        const auto &items = options->items();
        if (std::any_of(items.begin(), items.end(), [](const NodePtr &item) { return item->isNull(); })) {
            return fail(*options, u" options cannot contain null values"_s);
        }
        if (type.name == "boolean"_L1 || type.name == "array"_L1) {
            return fail(*options, u" options can't be used with the type %1"_s.arg(type.name));
        }
        return true;
    }

    bool checkDefaultFits(const MapEntry &input)
    {
        const Node *value = input.value->given(u"default"_s);
        const Node *options = input.value->given(u"options"_s);
        const Node *regex = input.value->given(u"regex"_s);
        const QString start = u"`%1` input: "_s.arg(input.key);
        if (value && options && !isAmong(*value, *options)) {
            m_report.error(value->position(), start + u"`%1` cannot be used because it is not in the list of allowed options"_s.arg(value->text()));
            return false;
        }
        if (value && regex && !m_regexes.matchesPattern(regex->text(), value->text()).value_or(false)) {
            m_report.error(value->position(), start + u"default value does not match required RegEx pattern"_s);
            return false;
        }
        return true;
    }

    bool checkRules(const Node &definition)
    {
        const Node *rules = definition.given(u"rules"_s);
        if (!rules) {
            return true;
        }
        if (m_place == InputPlace::Job || !rules->isList() || rules->items().empty()) {
            return fail(*rules, u" rules should be an array of hashes"_s);
        }
        for (const QString &key : {u"default"_s, u"options"_s}) {
            if (definition.given(key)) {
                return fail(*rules, u" rules can't be used together with %1"_s.arg(key));
            }
        }
        const auto &items = rules->items();
        return std::all_of(items.begin(), items.end(), [this](const NodePtr &rule) { return checkRule(*rule); });
    }

    bool checkRule(const Node &rule)
    {
        if (!rule.isMap()) {
            return fail(rule, u":rules:rule config should be a hash"_s);
        }
        if (const MapEntry *unknown = unknownKey(rule, InputRuleKeys)) {
            m_report.error(unknown->position,
                           u"%1:rules:rule config contains unknown keys: %2"_s.arg(m_path, unknown->key));
            return false;
        }
        const Node *options = rule.given(u"options"_s);
        if (options && !options->isList()) {
            return fail(*options, u":rules:rule options should be an array"_s);
        }
        const Node *condition = rule.given(u"if"_s);
        if (condition && !condition->isString()) {
            return fail(*condition, u":rules:rule if invalid expression syntax"_s);
        }
        return rule.given(u"default"_s) || fail(rule, u":rules:rule default can't be blank"_s);
    }

    InputPlace m_place;
    QString m_path;
    Report &m_report;
    RegexCache &m_regexes;
};

} // namespace

bool checkInputDefinitions(const Node &inputs, InputPlace place, const QString &path, Report &report,
                           RegexCache &regexes)
{
    if (!inputs.isMap()) {
        report.error(inputs.position(), u"%1 config should be a hash"_s.arg(path));
        return false;
    }
    bool valid = true;
    for (const MapEntry &input : inputs.entries()) {
        DefinitionCheck check(place, path + u':' + input.key, report, regexes);
        valid = check.run(input) && valid;
    }
    return valid;
}

NodePtr typedInputs(const Node &definitions, const std::vector<model::GivenInput> &given, Position at)
{
    std::vector<MapEntry> entries;
    QSet<QString> seen;
    // The last of a name counts, as with variables.
    for (auto input = given.rbegin(); input != given.rend(); ++input) {
        if (seen.contains(input->name)) {
            continue;
        }
        seen.insert(input->name);
        const Node *definition = definitions.find(input->name);
        const InputType *type = definition ? inputType(*definition) : nullptr;
        const bool mayConvert = input->isText && type && type->name != "string"_L1;
        const auto spelled = mayConvert ? jsonSpelled(input->value.toString()) : std::nullopt;
        entries.push_back({input->name, at, fromJson(spelled ? *spelled : input->value, at)});
    }
    return Node::map(std::move(entries), at);
}

InputHeader::InputHeader(NodePtr inputs, const Scope &scope, RegexCache &regexes, Report &report)
    : m_inputs(std::move(inputs)), m_scope(scope), m_regexes(regexes), m_report(report)
{
}

bool InputHeader::check()
{
    return checkInputDefinitions(*m_inputs, InputPlace::Header, u"header:spec:inputs"_s, m_report, m_regexes);
}

std::optional<InputValues> InputHeader::resolve(const Node *given, Position at)
{
    if (given && !given->isNull() && !given->isMap()) {
        m_report.error(given->position(), u"include inputs should be a hash"_s);
        return std::nullopt;
    }
    bool valid = true;
    for (const MapEntry &argument : given ? given->entries() : std::vector<MapEntry>()) {
        if (!m_inputs->findEntry(argument.key)) {
            m_report.error(argument.position, u"unknown input arguments: %1"_s.arg(argument.key));
            valid = false;
        }
    }
    InputValues values;
    // Those with rules may ask for the others, so they come second.
    for (const bool withRules : {false, true}) {
        for (const MapEntry &input : m_inputs->entries()) {
            const bool hasRules = input.value->isMap() && input.value->given(u"rules"_s);
            if (hasRules != withRules) {
                continue;
            }
            const NodePtr value = valueOf(input, given, at, values);
            valid = valid && value;
            values.insert(u"inputs."_s + input.key, value);
        }
    }
    return valid ? std::optional(values) : std::nullopt;
}

NodePtr InputHeader::valueOf(const MapEntry &input, const Node *given, Position at,
                             const InputValues &others)
{
    // Null is as good as nothing: the default counts.
    const bool isProvided = given && given->isMap() && given->given(input.key);
    const NodePtr provided = isProvided ? given->get(input.key) : nullptr;
    const Node &definition = *input.value;
    const Node *rules = definition.isMap() ? definition.given(u"rules"_s) : nullptr;
    const Node *rule = rules ? matchingRule(*rules, others) : &definition;
    if (provided) {
        const bool valid = accepts(input.key, definition, *provided, u"provided value"_s)
            && (!rule || !rule->isMap() || isOption(input.key, rule->given(u"options"_s), *provided));
        return valid ? provided : nullptr;
    }
    const NodePtr fallback = rule && rule->isMap() ? rule->get(u"default"_s) : nullptr;
    if (!fallback || fallback->isNull()) {
        m_report.error(at, u"`%1` input: required value has not been provided"_s.arg(input.key));
        return nullptr;
    }
    const bool valid = accepts(input.key, definition, *fallback, u"default value"_s)
        && isOption(input.key, rule->given(u"options"_s), *fallback);
    return valid ? fallback : nullptr;
}

// `$[[ inputs.x ]]` becomes a text in the expression before it is parsed.
static QString withInputs(QString condition, const InputValues &values)
{
    for (auto value = values.begin(); value != values.end(); ++value) {
        if (*value) {
            const QString quote = (*value)->text().contains(u'"') ? u"'"_s : u"\""_s;
            condition.replace(u"$[[ %1 ]]"_s.arg(value.key()), quote + (*value)->text() + quote);
        }
    }
    return condition;
}

const Node *InputHeader::matchingRule(const Node &rules, const InputValues &others)
{
    for (const NodePtr &rule : rules.items()) {
        const Node *condition = rule->given(u"if"_s);
        if (!condition) {
            return rule.get();
        }
        const auto expression = Expression::parse(withInputs(condition->text(), others), m_regexes);
        if (!expression) {
            m_report.error(condition->position(),
                           u"header:spec:inputs:rules:rule if invalid expression syntax"_s);
        } else if (expression->isTrue(m_scope, m_regexes)) {
            return rule.get();
        }
    }
    return nullptr;
}

bool InputHeader::accepts(const QString &name, const Node &definition, const Node &value,
                          const QString &subject)
{
    const InputType *type = inputType(definition);
    if (!type) {
        return false;
    }
    if (!type->accepts(value)) {
        m_report.error(value.position(), u"`%1` input: %2 is not %3"_s.arg(name, subject, type->wanted));
        return false;
    }
    const bool isPlaceholder = m_valuesAre == InputValuesAre::Placeholders;
    const Node *regex
        = definition.isMap() && !isPlaceholder ? definition.given(u"regex"_s) : nullptr;
    if (regex && !m_regexes.matchesPattern(regex->text(), value.text()).value_or(false)) {
        m_report.error(value.position(),
                       u"`%1` input: %2 does not match required RegEx pattern"_s.arg(name, subject));
        return false;
    }
    return true;
}

bool InputHeader::isOption(const QString &name, const Node *options, const Node &value)
{
    const bool known = !options || isAmong(value, *options);
    if (!known) {
        m_report.error(value.position(),
                       u"`%1` input: `%2` cannot be used because it is not in the list of allowed options"_s
                           .arg(name, value.text()));
    }
    return known;
}

} // namespace ci::ciconfig
