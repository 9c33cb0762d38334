// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"
#include "coordinator/ciconfig/expression.h"
#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/report.h"

#include <QSet>

#include <map>

namespace ci::ciconfig {

/// Answers the clauses `if`, `changes` and `exists`, which include, workflow, jobs and `only` share.
/// Asks the source at most once for its files and remembers parsed expressions.
class Conditions final
{
public:
    Conditions(const Source &source, RegexCache &regexes, Report &report);

    /// Whether all clauses that the rule has are true; a rule without any always is. `exists` looks
    /// into `tree`, or that of the pipeline's commit where it is null.
    bool hold(const Node &rule, const Scope &scope, const Tree *tree = nullptr);

    /// False also where the text is no expression: the schema has told that already.
    bool isTrue(const QString &text, const Scope &scope);

    bool changesMatch(const Node &changes, const Scope &scope);

    RegexCache &regexes() { return m_regexes; }

private:
    /// The files of one tree, each with the folders above it.
    struct FileList
    {
        QStringList files;
        QSet<QString> withFolders;
    };

    bool existsMatch(const Node &exists, const Scope &scope, const Tree *tree);
    const Tree *projectTree(const Node &exists, const Scope &scope);
    const FileList &filesOf(const Tree &tree);

    const Source &m_source;
    RegexCache &m_regexes;
    Report &m_report;
    QHash<QString, std::optional<Expression>> m_expressions;
    std::map<const Tree *, FileList> m_files;
    QHash<QString, TreePtr> m_projects; ///< By project and ref; null: refused and reported.
    std::optional<std::optional<QStringList>> m_changed;
};

} // namespace ci::ciconfig
