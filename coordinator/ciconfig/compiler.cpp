// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/compiler.h"

#include "coordinator/ciconfig/crosscheck.h"
#include "coordinator/ciconfig/include.h"
#include "coordinator/ciconfig/lintwarnings.h"
#include "coordinator/ciconfig/planner.h"
#include "coordinator/ciconfig/reference.h"
#include "coordinator/ciconfig/runform.h"
#include "coordinator/ciconfig/schema.h"
#include "coordinator/ciconfig/unsupported.h"
#include "coordinator/ciconfig/yamlwriter.h"

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

/// Everything of one call: what is read, what is remembered, what is wrong.
class Session final
{
public:
    Session(const Context &context, const Source &source, MissingIncludes missing)
        : m_variables(context), m_outerScope({&m_variables.above, &m_variables.below}),
          m_conditions(source, m_regexes, m_report),
          m_includer({source, m_outerScope, m_conditions, m_report}, missing), m_context(context)
    {
    }

    /// The file and all it includes as one tree, and nothing of it checked: nullptr after an error.
    NodePtr merged(const QByteArray &text) { return m_includer.load(text, m_context); }

    /// Everything that needs no pipeline: steps 1 to 8 of the reference's order of processing.
    std::optional<Configuration> analyse(const QByteArray &text)
    {
        NodePtr tree = merged(text);
        if (!tree) {
            return std::nullopt;
        }
        const Unknown unknown = m_includer.hasDropped() && m_isLenient ? Unknown::Warning : Unknown::Error;
        tree = resolveExtends(tree, unknown, m_report);
        if (m_report.failed()) {
            return std::nullopt;
        }
        tree = resolveReferences(tree, unknown, m_report);
        if (m_report.failed()) {
            return std::nullopt;
        }
        checkSchema(*tree, unknown, m_report, m_regexes);
        if (m_report.failed()) {
            return std::nullopt;
        }
        Configuration configuration = readConfiguration(tree, m_report);
        crossCheck(configuration, unknown, m_report);
        return m_report.failed() ? std::nullopt : std::optional(std::move(configuration));
    }

    std::optional<model::PipelinePlan> plan(const Configuration &configuration)
    {
        return makePlan({configuration, m_context, m_variables, m_conditions, m_report});
    }

    std::vector<Message> unsupported(const Configuration &configuration, const model::PipelinePlan &plan)
    {
        Report report = m_report.sameFiles();
        reportUnsupported(configuration, plan, report);
        return report.errors();
    }

    std::vector<InputField> inputs() const
    {
        const NodePtr &definitions = m_includer.rootDefinitions();
        return definitions ? inputFields(*definitions) : std::vector<InputField>();
    }

    void setLenient() { m_isLenient = true; }
    RegexCache &regexes() { return m_regexes; }
    Report &report() { return m_report; }

private:
    Report m_report;
    RegexCache m_regexes;
    ContextVariables m_variables;
    Scope m_outerScope;
    Conditions m_conditions;
    Includer m_includer;
    const Context &m_context;
    bool m_isLenient = false;
};

} // namespace

Compiled compile(const QByteArray &text, const Context &context, const Source &source)
{
    const bool skips = context.foreignIncludes == ForeignIncludes::Skip;
    Session session(context, source, skips ? MissingIncludes::Skip : MissingIncludes::Strict);
    Compiled compiled;
    if (const auto configuration = session.analyse(text)) {
        compiled.mergedYaml = toYaml(*configuration->root);
        compiled.plan = session.plan(*configuration);
        if (compiled.plan) {
            compiled.unsupported = session.unsupported(*configuration, *compiled.plan);
        }
    }
    compiled.errors = session.report().errors();
    compiled.warnings = session.report().warnings();
    if (compiled.plan) {
        for (const Message &warning : compiled.warnings) {
            compiled.plan->warnings.append(warning.text);
        }
    }
    return compiled;
}

static Validated check(Session &session, const QByteArray &text)
{
    const auto configuration = session.analyse(text);
    if (configuration) {
        warnOfLikelyMistakes(*configuration, session.regexes(), session.report());
    }
    return {configuration.has_value(), session.report().errors(), session.report().warnings(),
            configuration ? toYaml(*configuration->root) : QString()};
}

RunForm runForm(const QByteArray &text, const Context &context, const Source &source)
{
    Session session(context, source, MissingIncludes::Strict);
    const auto configuration = session.analyse(text);
    RunForm form {session.inputs(), {}, session.report().errors()};
    if (configuration) {
        form.variables = variableFields(*configuration->root);
        return form;
    }
    Context filled = context;
    filled.inputs = placeholders(form.inputs);
    filled.inputValuesAre = InputValuesAre::Placeholders;
    if (!filled.inputs.empty() && context.inputs.empty()) {
        // The values are what the form is there to ask for. What is still wrong may be the fault of
        // those put in here, so it is not told.
        Session second(filled, source, MissingIncludes::Strict);
        const NodePtr tree = second.merged(text);
        form.variables = tree ? variableFields(*tree) : std::vector<VariableField>();
        form.errors.clear();
    }
    return form;
}

Validated validate(const QByteArray &text, const QString &file, const Source &source)
{
    Context context;
    context.file = file;
    Session session(context, source, MissingIncludes::Lenient);
    session.setLenient();
    return check(session, text);
}

Validated validate(const QByteArray &text, const Context &context, const Source &source)
{
    Session session(context, source, MissingIncludes::Strict);
    return check(session, text);
}

} // namespace ci::ciconfig
