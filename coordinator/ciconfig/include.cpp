// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/include.h"

#include "coordinator/ciconfig/interpolate.h"
#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/shapes.h"
#include "coordinator/ciconfig/yamltree.h"

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

Includer::Includer(const IncludeTools &tools, MissingIncludes missing)
    : m_tools(tools), m_missing(missing), m_finder({tools.source, tools.scope, tools.report, missing})
{
}

NodePtr Includer::fail(Position at, const QString &text)
{
    m_tools.report.error(at, text);
    return nullptr;
}

NodePtr Includer::load(const QByteArray &text, const Context &context)
{
    const IncludedFile root {context.file, text, &m_tools.source, Eyes::Starter, true};
    m_rootInputs = context.inputs;
    m_inputValuesAre = context.inputValuesAre;
    const NodePtr tree = loadFile(root, nullptr, {m_tools.report.addFile(context.file), 1, 1});
    return tree && !m_tools.report.failed() ? tree : nullptr;
}

// Parsed once however often the file is included.
const Includer::Documents *Includer::parsed(const IncludedFile &file)
{
    const auto known = m_parsed.find(file.key());
    if (known != m_parsed.end()) {
        return &known->second;
    }
    auto documents = parse(file);
    return documents ? &m_parsed.emplace(file.key(), std::move(*documents)).first->second : nullptr;
}

std::optional<Includer::Documents> Includer::parse(const IncludedFile &file)
{
    const Position start {m_tools.report.addFile(file.name), 1, 1};
    const auto refuse = [this](Position at, const QString &text) {
        m_tools.report.error(at, text);
        return std::nullopt;
    };
    const QString notYaml = u"Included file `%1` does not have valid YAML syntax!"_s.arg(file.name);
    const std::vector<NodePtr> documents = parseYaml(file.text, start.file, m_tools.report);
    if (m_tools.report.failed()) {
        return file.isRoot ? std::nullopt : refuse(start, notYaml);
    }
    const bool hasHeader = documents.size() > 1 && documents.front()->isMap()
        && documents.front()->findEntry(u"spec"_s);
    const NodePtr body = documents.empty() ? nullptr : documents[hasHeader ? 1 : 0];
    if (!body) {
        return refuse(start, (file.isRoot ? u"Please provide content of %1"_s : u"Local file `%1` is empty!"_s)
                                 .arg(file.name));
    }
    if (documents.size() > 2) {
        return refuse(documents[2]->position(), u"The parsed YAML has too many documents"_s);
    }
    if (!body->isMap()) {
        return refuse(body->position(), file.isRoot ? u"Invalid configuration format"_s : notYaml);
    }
    m_cost += body->cost();
    if (m_cost > limits::MaxNodes) {
        return refuse(body->position(), u"The parsed YAML is too big"_s);
    }
    return Documents {hasHeader ? documents.front() : nullptr, body};
}

NodePtr Includer::loadFile(const IncludedFile &file, const Node *inputs, Position at)
{
    const Documents *documents = parsed(file);
    if (!documents) {
        return nullptr;
    }
    if (!documents->header) {
        const bool hasInputs = (inputs && !inputs->entries().empty()) || (file.isRoot && !m_rootInputs.empty());
        return hasInputs ? fail(inputs ? inputs->position() : at,
                                u"Given inputs not defined in the `spec` section of the included configuration file"_s)
                         : withIncludes(documents->body, file);
    }
    const auto values = headerValues(documents->header, file, inputs, at);
    if (!values) {
        return nullptr;
    }
    const NodePtr body = interpolate(documents->body, *values, m_tools.scope, m_tools.report);
    return m_tools.report.failed() ? nullptr : withIncludes(body, file);
}

NodePtr Includer::withIncludes(const NodePtr &body, const IncludedFile &file)
{
    const Node *include = body->find(u"include"_s);
    const NodePtr own = without(body, u"include"_s);
    if (!include || include->isNull()) {
        return own;
    }
    NodePtr merged;
    const auto add = [&merged](const NodePtr &tree) { merged = merged ? deepMerge(merged, tree) : tree; };
    for (const IncludeEntry &entry : readIncludeEntries(*include, m_tools.scope, m_tools.report)) {
        if (!isWanted(*entry.node, file)) {
            continue;
        }
        for (const IncludedFile &included : m_finder.filesOf(entry, file)) {
            if (++m_includes > limits::MaxIncludes) {
                return fail(entry.position, u"Maximum of 150 nested includes are allowed!"_s);
            }
            const NodePtr tree = loadFile(included, entry.node->given(u"inputs"_s), entry.position);
            if (!tree) {
                return nullptr;
            }
            add(tree);
            // Here, not at the end: inputs may make other keys of the same file each time.
            if (merged->cost() > limits::MaxNodes) {
                return fail(entry.position, u"The parsed YAML is too big"_s);
            }
        }
    }
    add(own);
    if (merged->cost() > limits::MaxNodes) {
        return fail(body->position(), u"The parsed YAML is too big"_s);
    }
    return m_tools.report.failed() ? nullptr : merged;
}

bool Includer::isWanted(const Node &entry, const IncludedFile &from)
{
    const NodePtr written = entry.get(u"rules"_s);
    if (!written || written->isNull()) {
        return true;
    }
    ShapeChecker checker(m_tools.report, m_tools.conditions.regexes());
    const Place include {nullptr, u"include"_s};
    checker.check(*written, shapes::IncludeRules, {&include, u"rules"_s});
    if (m_tools.report.failed()) {
        return false;
    }
    for (const NodePtr &rule : flattened(written)->items()) {
        const Node *when = rule->given(u"when"_s);
        const bool never = when && when->text() == "never"_L1;
        // Without a ref nothing can be decided: what may be included is.
        const bool holds = m_missing == MissingIncludes::Lenient
            ? !never
            : m_tools.conditions.hold(*rule, m_tools.scope, from.tree);
        if (holds) {
            return !never;
        }
    }
    return false;
}

} // namespace ci::ciconfig
