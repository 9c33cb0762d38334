// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"
#include "coordinator/ciconfig/conditions.h"
#include "coordinator/ciconfig/includefinder.h"
#include "coordinator/ciconfig/inputs.h"

#include <map>

namespace ci::ciconfig {

struct IncludeTools
{
    const Source &source;
    const Scope &scope; ///< Variables known before the file is read.
    Conditions &conditions;
    Report &report;
};

/// Reads a file and all it includes into one tree: the including file wins over the included ones,
/// a later include over an earlier one.
class Includer final
{
public:
    Includer(const IncludeTools &tools, MissingIncludes missing);

    /// The merged tree without the key `include`; nullptr after an error.
    NodePtr load(const QByteArray &text, const Context &context);

    /// Something was dropped, so names may be missing through no fault of the file.
    bool hasDropped() const { return m_finder.hasDropped(); }

    /// The checked `spec:inputs` of the root file, also where values for them were missing; nullptr:
    /// it has none.
    const NodePtr &rootDefinitions() const { return m_rootDefinitions; }

private:
    struct Documents
    {
        NodePtr header; ///< Null: there is none.
        NodePtr body;
    };

    NodePtr loadFile(const IncludedFile &file, const Node *inputs, Position at);
    const Documents *parsed(const IncludedFile &file);
    std::optional<Documents> parse(const IncludedFile &file);
    std::optional<InputValues> headerValues(const NodePtr &header, const IncludedFile &file,
                                            const Node *inputs, Position at);
    bool checkSpec(const Node &header);
    bool addComponentFacts(const Node &spec, const IncludedFile &file, InputValues &values);
    NodePtr headerInputs(const Node &spec, const IncludedFile &file);
    NodePtr includedInputs(const IncludedFile &file, Position at);
    NodePtr withIncludes(const NodePtr &body, const IncludedFile &file);
    bool isWanted(const Node &entry, const IncludedFile &from);
    NodePtr fail(Position at, const QString &text);

    IncludeTools m_tools;
    MissingIncludes m_missing;
    IncludeFinder m_finder;
    int m_includes = 0;
    quint64 m_cost = 0;
    std::vector<model::GivenInput> m_rootInputs;
    InputValuesAre m_inputValuesAre = InputValuesAre::Given;
    NodePtr m_rootDefinitions;
    std::map<std::pair<const Tree *, QString>, Documents> m_parsed;
};

} // namespace ci::ciconfig
