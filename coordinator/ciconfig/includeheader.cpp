// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/include.h"

#include "coordinator/ciconfig/limits.h"

#include <algorithm>
#include <array>
#include <span>

using namespace Qt::StringLiterals;

// The header of a file: `spec:` with its inputs.

namespace ci::ciconfig {

constexpr std::array HeaderKeys {"inputs"_L1, "include"_L1, "component"_L1, "description"_L1};
constexpr std::array HeaderIncludeKinds {"local"_L1, "remote"_L1, "project"_L1};

struct ComponentKey
{
    QLatin1StringView name;
    QString ComponentFacts::*fact;
};

constexpr std::array ComponentKeys {
    ComponentKey {"name"_L1, &ComponentFacts::name},
    ComponentKey {"sha"_L1, &ComponentFacts::sha},
    ComponentKey {"version"_L1, &ComponentFacts::version},
    ComponentKey {"reference"_L1, &ComponentFacts::reference},
};

static bool isOneOf(const QString &key, std::span<const QLatin1StringView> keys)
{
    return std::any_of(keys.begin(), keys.end(), [&](QLatin1StringView known) { return key == known; });
}

std::optional<InputValues> Includer::headerValues(const NodePtr &header, const IncludedFile &file,
                                                  const Node *inputs, Position at)
{
    if (!checkSpec(*header)) {
        return std::nullopt;
    }
    const Node *spec = header->given(u"spec"_s);
    if (!spec) {
        return InputValues();
    }
    const NodePtr definitions = headerInputs(*spec, file);
    if (!definitions) {
        return std::nullopt;
    }
    InputHeader inputHeader(definitions, m_tools.scope, m_tools.conditions.regexes(), m_tools.report);
    inputHeader.setValuesAre(m_inputValuesAre);
    if (!inputHeader.check()) {
        return std::nullopt;
    }
    if (file.isRoot) {
        m_rootDefinitions = definitions;
    }
    const NodePtr fromStarter = file.isRoot ? typedInputs(*definitions, m_rootInputs, at) : nullptr;
    auto values = inputHeader.resolve(fromStarter ? fromStarter.get() : inputs, at);
    return values && addComponentFacts(*spec, file, *values) ? values : std::nullopt;
}

bool Includer::checkSpec(const Node &header)
{
    for (const MapEntry &entry : header.entries()) {
        if (entry.key != "spec"_L1) {
            fail(entry.position, u"header config contains unknown keys: %1"_s.arg(entry.key));
            return false;
        }
    }
    const Node *spec = header.given(u"spec"_s);
    if (spec && !spec->isMap()) {
        fail(spec->position(), u"header:spec config should be a hash"_s);
        return false;
    }
    for (const MapEntry &entry : spec ? spec->entries() : std::vector<MapEntry>()) {
        if (!isOneOf(entry.key, HeaderKeys)) {
            fail(entry.position, u"header:spec config contains unknown keys: %1"_s.arg(entry.key));
            return false;
        }
    }
    return true;
}

bool Includer::addComponentFacts(const Node &spec, const IncludedFile &file, InputValues &values)
{
    const Node *component = spec.given(u"component"_s);
    if (component && !component->isList()) {
        fail(component->position(), u"header:spec:component config should be an array of strings"_s);
        return false;
    }
    for (const NodePtr &key : component ? component->items() : std::vector<NodePtr>()) {
        const auto known = std::find_if(ComponentKeys.begin(), ComponentKeys.end(),
                                        [&](const ComponentKey &row) { return key->text() == row.name; });
        if (known == ComponentKeys.end()) {
            fail(key->position(), u"header:spec:component config contains unknown values: %1"_s.arg(key->text()));
            return false;
        }
        // A file that was not included as a component has no such facts: nothing is put in.
        const QString fact = file.component ? *file.component.*(known->fact) : QString(u""_s);
        values.insert(u"component."_s + key->text(), Node::string(fact, key->position()));
    }
    return true;
}

// The definitions of the header itself over those of the files it includes.
NodePtr Includer::headerInputs(const Node &spec, const IncludedFile &file)
{
    const NodePtr own = spec.given(u"inputs"_s) ? spec.get(u"inputs"_s) : Node::map({}, spec.position());
    const Node *include = spec.given(u"include"_s);
    if (!include) {
        return own;
    }
    NodePtr all = Node::map({}, spec.position());
    for (const IncludeEntry &entry : readIncludeEntries(*include, m_tools.scope, m_tools.report)) {
        for (const QString &key : {u"inputs"_s, u"rules"_s}) {
            if (const MapEntry *extra = entry.node->findEntry(key)) {
                return fail(extra->position, u"header:spec:include config contains unknown keys: %1"_s.arg(key));
            }
        }
        if (!isOneOf(QString(entry.kind), HeaderIncludeKinds)) {
            return fail(entry.position, u"header:spec:include must use one of: local, remote, project"_s);
        }
        for (const IncludedFile &included : m_finder.filesOf(entry, file)) {
            const NodePtr inputs = includedInputs(included, entry.position);
            if (!inputs) {
                return nullptr;
            }
            all = deepMerge(all, inputs);
        }
    }
    return m_tools.report.failed() ? nullptr : deepMerge(all, own);
}

// Such a file holds `inputs:` and nothing else.
NodePtr Includer::includedInputs(const IncludedFile &file, Position at)
{
    if (++m_includes > limits::MaxIncludes) {
        return fail(at, u"Maximum of 150 nested includes are allowed!"_s);
    }
    const Documents *documents = parsed(file);
    if (!documents) {
        return nullptr;
    }
    for (const MapEntry &entry : documents->body->entries()) {
        if (entry.key != "inputs"_L1) {
            return fail(entry.position, u"header include `%1` config contains unknown keys: %2"_s.arg(
                file.name, entry.key));
        }
    }
    const NodePtr inputs = documents->body->get(u"inputs"_s);
    if (inputs && !inputs->isMap() && !inputs->isNull()) {
        return fail(inputs->position(), u"header:spec:inputs config should be a hash"_s);
    }
    return inputs && inputs->isMap() ? inputs : Node::map({}, at);
}

} // namespace ci::ciconfig
