// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/source.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/model/pipelineplan.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

// The door of this room: text in, plan or positioned messages out. Pure: no files, sockets, SQL or
// clock; what lies outside the text comes through Source. May run on any thread.

namespace ci::ciconfig {

/// One thing wrong, or likely wrong, with a configuration.
struct Message
{
    QString text; ///< GitLab's wording where it has one: "jobs:a config contains unknown keys: x".
    QString file; ///< The path in the repository; empty = unknown.
    int line = 0; ///< 1-based; 0 = unknown.
    int column = 0; ///< 1-based, in characters.
};

enum class ForeignIncludes : quint8 { Ask, Skip };

/// Placeholders have the right type, and need not match the pattern of an input.
enum class InputValuesAre : quint8 { Given, Placeholders };

struct Context
{
    QString file; ///< The path of the root file, for messages: ".gitlab-ci.yml".
    QString source; ///< CI_PIPELINE_SOURCE.
    QString ref; ///< Branch or tag name.
    bool isTag = false;
    bool isMergeRequest = false;
    /// Predefined, project and pipeline variables by rising precedence: the last of a key wins.
    /// Those that outrank the file's own (project, pipeline) are marked.
    struct Variable
    {
        QString key;
        QString value;
        bool outranksFile = false;
    };
    std::vector<Variable> variables;
    std::vector<model::GivenInput> inputs = {}; ///< For the header of the root file.
    InputValuesAre inputValuesAre = InputValuesAre::Given;
    /// "group/project", for `only: [ref@group/project]`. Empty = unknown, as on the command line: the
    /// restriction then counts as met, for the file is read where it belongs.
    QString projectPath;
    ForeignIncludes foreignIncludes = ForeignIncludes::Ask;
};

struct Compiled
{
    std::optional<model::PipelinePlan> plan; ///< nullopt: see errors.
    std::vector<Message> errors;
    std::vector<Message> warnings;
    QString mergedYaml; ///< The configuration after include, extends and !reference, as YAML.

    /// Keywords of planned jobs that the language knows and the engine does not run: "not supported
    /// yet: KEY", or "not supported: KEY; what to do instead". They do not make the configuration
    /// invalid. Who creates a real pipeline must refuse it while this is not empty, so that nothing
    /// is ever silently ignored.
    std::vector<Message> unsupported;

    bool isValid() const { return plan.has_value(); }
};

/// The pipeline for one context: everything of the language.
Compiled compile(const QByteArray &text, const Context &context, const Source &source);

struct Validated
{
    bool valid = false;
    std::vector<Message> errors;
    std::vector<Message> warnings;
    QString mergedYaml = {}; ///< As of Compiled; empty where it is not valid.
};

/// Syntax and cross-checks only, without ref or source. Includes that cannot be reached are not an
/// error; local ones are read where they exist.
Validated validate(const QByteArray &text, const QString &file, const Source &source);

/// The same where it will run: what an include asks for must be there, and its variables and rules
/// mean what they mean in `context`.
Validated validate(const QByteArray &text, const Context &context, const Source &source);

} // namespace ci::ciconfig
