// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/conditions.h"

#include "coordinator/ciconfig/glob.h"
#include "coordinator/ciconfig/limits.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

Conditions::Conditions(const Source &source, RegexCache &regexes, Report &report)
    : m_source(source), m_regexes(regexes), m_report(report)
{
}

bool Conditions::hold(const Node &rule, const Scope &scope, const Tree *tree)
{
    const Node *condition = rule.given(u"if"_s);
    if (condition && !isTrue(condition->text(), scope)) {
        return false;
    }
    const Node *changes = rule.given(u"changes"_s);
    if (changes && !changesMatch(*changes, scope)) {
        return false;
    }
    const Node *exists = rule.given(u"exists"_s);
    return !exists || existsMatch(*exists, scope, tree ? tree : &m_source);
}

bool Conditions::isTrue(const QString &text, const Scope &scope)
{
    auto known = m_expressions.constFind(text);
    if (known == m_expressions.constEnd()) {
        Result<Expression> parsed = Expression::parse(text, m_regexes);
        known = m_expressions.insert(text, parsed ? std::optional(std::move(*parsed)) : std::nullopt);
    }
    return *known && (*known)->isTrue(scope, m_regexes);
}

static std::vector<Glob> globsOf(const Node &clause, const Scope &scope)
{
    const Node *paths = clause.isMap() ? clause.given(u"paths"_s) : &clause;
    std::vector<Glob> globs;
    if (paths && paths->isList()) {
        for (const NodePtr &pattern : paths->items()) {
            globs.emplace_back(scope.expandKnown(pattern->text()));
        }
    }
    return globs;
}

static bool anyMatch(const std::vector<Glob> &globs, const QStringList &files)
{
    if (qsizetype(globs.size()) * files.size() > limits::MaxComparisons) {
        return true;
    }
    return std::any_of(globs.begin(), globs.end(), [&](const Glob &glob) {
        return std::any_of(files.begin(), files.end(), [&](const QString &file) { return glob.matches(file); });
    });
}

bool Conditions::changesMatch(const Node &changes, const Scope &scope)
{
    const Node *base = changes.isMap() ? changes.given(u"compare_to"_s) : nullptr;
    if (base) {
        const auto since = m_source.changedSince(scope.expandKnown(base->text()));
        if (!since) {
            m_report.error(base->position(),
                           u"rules:changes:compare_to is not a valid ref: %1"_s.arg(since.error().detail));
            return false;
        }
        return anyMatch(globsOf(changes, scope), *since);
    }
    if (!m_changed) {
        m_changed = m_source.changedFiles();
    }
    return !*m_changed || anyMatch(globsOf(changes, scope), **m_changed);
}

const Conditions::FileList &Conditions::filesOf(const Tree &tree)
{
    const auto known = m_files.find(&tree);
    if (known != m_files.end()) {
        return known->second;
    }
    FileList &list = m_files[&tree];
    list.files = tree.allFiles();
    for (const QString &file : std::as_const(list.files)) {
        list.withFolders.insert(file);
        for (qsizetype slash = file.indexOf(u'/'); slash >= 0; slash = file.indexOf(u'/', slash + 1)) {
            list.withFolders.insert(file.first(slash + 1));
        }
    }
    return list;
}

const Tree *Conditions::projectTree(const Node &exists, const Scope &scope)
{
    const Node *ref = exists.given(u"ref"_s);
    const QString project = scope.expandKnown(exists.find(u"project"_s)->text());
    const QString name = ref ? scope.expandKnown(ref->text()) : QString();
    const QString key = project + u'\n' + name;
    if (!m_projects.contains(key)) {
        const auto tree = m_source.projectTree(project, name, Eyes::Starter);
        if (!tree) {
            m_report.error(exists.position(), u"rules:exists:project: %1"_s.arg(tree.error().detail));
        }
        m_projects.insert(key, tree ? *tree : nullptr);
    }
    return m_projects.value(key).get();
}

bool Conditions::existsMatch(const Node &exists, const Scope &scope, const Tree *tree)
{
    if (exists.isMap() && exists.given(u"project"_s)) {
        tree = projectTree(exists, scope);
        if (!tree) {
            return false;
        }
    }
    const FileList &list = filesOf(*tree);
    std::vector<Glob> patterns;
    std::vector<Glob> folderPatterns;
    for (Glob &glob : globsOf(exists, scope)) {
        if (!glob.isLiteral()) {
            (glob.pattern().endsWith(u'/') ? folderPatterns : patterns).push_back(std::move(glob));
        } else if (list.withFolders.contains(glob.pattern())) {
            return true;
        }
    }
    return (!patterns.empty() && anyMatch(patterns, list.files))
        || (!folderPatterns.empty() && anyMatch(folderPatterns, list.withFolders.values()));
}

} // namespace ci::ciconfig
