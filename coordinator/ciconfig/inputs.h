// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"
#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/regex.h"
#include "coordinator/ciconfig/report.h"
#include "coordinator/ciconfig/scope.h"
#include "coordinator/model/pipeline.h"

#include <optional>

namespace ci::ciconfig {

/// The values that `$[[ … ]]` may name, by their whole name: "inputs.stage".
using InputValues = QHash<QString, NodePtr>;

/// What an input may be given: shared by `spec:inputs` and the job keyword `inputs`.
enum class InputPlace : quint8 { Header, Job };

/// Keys and types of a mapping of input definitions; `path` begins the messages.
bool checkInputDefinitions(const Node &inputs, InputPlace place, const QString &path, Report &report,
                           RegexCache &regexes);

/// What whoever starts the pipeline gives for the root file's inputs, as a mapping. A text that was
/// typed becomes what its input's type asks for, where it spells one.
NodePtr typedInputs(const Node &definitions, const std::vector<model::GivenInput> &given, Position at);

/// Reads the `spec:` of a header: `check` its form, then `resolve` the values given by an include.
class InputHeader final
{
public:
    InputHeader(NodePtr inputs, const Scope &scope, RegexCache &regexes, Report &report);

    bool check();
    void setValuesAre(InputValuesAre what) { m_valuesAre = what; }

    /// `given` may be null; `at` is who gives the values. nullopt: reported.
    std::optional<InputValues> resolve(const Node *given, Position at);

private:
    NodePtr valueOf(const MapEntry &input, const Node *given, Position at, const InputValues &others);
    const Node *matchingRule(const Node &rules, const InputValues &others);
    bool accepts(const QString &name, const Node &definition, const Node &value, const QString &subject);
    bool isOption(const QString &name, const Node *options, const Node &value);

    NodePtr m_inputs;
    const Scope &m_scope;
    RegexCache &m_regexes;
    Report &m_report;
    InputValuesAre m_valuesAre = InputValuesAre::Given;
};

} // namespace ci::ciconfig
