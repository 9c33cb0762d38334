// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/includefinder.h"

#include "coordinator/ciconfig/glob.h"

#include <QCryptographicHash>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

struct IncludeFinder::Kind
{
    QLatin1StringView name;
    Files (IncludeFinder::*find)(const IncludeEntry &, const IncludedFile &);
};

const IncludeFinder::Kind IncludeFinder::Kinds[] {
    {"local"_L1, &IncludeFinder::localFiles},       {"project"_L1, &IncludeFinder::projectFiles},
    {"remote"_L1, &IncludeFinder::remoteFiles},     {"template"_L1, &IncludeFinder::templateFiles},
    {"component"_L1, &IncludeFinder::componentFiles},
};

static QString withoutSlash(QString path)
{
    while (path.startsWith(u'/')) {
        path.remove(0, 1);
    }
    return path;
}

static bool isYamlName(const QString &path)
{
    return path.endsWith(".yml"_L1, Qt::CaseInsensitive) || path.endsWith(".yaml"_L1, Qt::CaseInsensitive);
}

std::vector<IncludedFile> IncludeFinder::filesOf(const IncludeEntry &entry, const IncludedFile &from)
{
    if (m_tools.missing == MissingIncludes::Skip && entry.kind != "local"_L1) {
        m_hasDropped = true;
        m_tools.report.warning(entry.position, u"include of `%1` is skipped"_s.arg(textOf(entry, entry.kind)));
        return {};
    }
    for (const Kind &kind : Kinds) {
        if (kind.name == entry.kind) {
            return (this->*kind.find)(entry, from);
        }
    }
    return {};
}

IncludeFinder::Files IncludeFinder::lacking(Position at, const QString &text)
{
    if (m_tools.missing == MissingIncludes::Lenient) {
        m_hasDropped = true;
        m_tools.report.warning(at, text);
    } else {
        m_tools.report.error(at, text);
    }
    return {};
}

QString IncludeFinder::textOf(const IncludeEntry &entry, const QString &key) const
{
    const Node *value = entry.node->given(key);
    return value ? m_tools.scope.expandKnown(value->text()).trimmed() : QString();
}

bool IncludeFinder::hasExtension(Position at, const QString &path)
{
    if (!isYamlName(path)) {
        m_tools.report.error(at, u"Included file `%1` does not have YAML extension!"_s.arg(path));
    }
    return isYamlName(path);
}

IncludeFinder::Files IncludeFinder::localFiles(const IncludeEntry &entry, const IncludedFile &from)
{
    const QString path = withoutSlash(textOf(entry, u"local"_s));
    const bool isPattern = path.contains(u'*');
    if (!isPattern && !hasExtension(entry.position, path)) {
        return {};
    }
    if (!from.tree) {
        return lacking(entry.position, u"Local file `%1` cannot be read: a remote file or a template has no "
                                       "project of its own"_s.arg(path));
    }
    QStringList paths {path};
    if (isPattern) {
        paths = from.tree->allFiles();
        paths.removeIf([&](const QString &one) { return !isYamlName(one) || !includePatternMatches(path, one); });
        paths.sort();
    }
    // A project's name stands before its files, so that a message tells them from our own.
    const QString place = from.name.endsWith(u')') ? from.name.sliced(from.name.lastIndexOf(u" ("_s)) : QString();
    Files files;
    for (const QString &one : std::as_const(paths)) {
        auto text = from.tree->localFile(one);
        if (!text) {
            lacking(entry.position, u"Local file `%1` does not exist!"_s.arg(one));
            continue;
        }
        if (text->isEmpty()) {
            m_tools.report.error(entry.position, u"Local file `%1` is empty!"_s.arg(one));
            continue;
        }
        files.push_back({one + place, std::move(*text), from.tree, from.eyes});
    }
    return files;
}

Result<TreePtr> IncludeFinder::projectTree(const QString &project, const QString &ref, Eyes eyes)
{
    const QString key = project + u'\n' + ref + (eyes == Eyes::Starter ? u"\ns"_s : u"\na"_s);
    auto known = m_trees.constFind(key);
    if (known == m_trees.constEnd()) {
        known = m_trees.insert(key, m_tools.source.projectTree(project, ref, eyes));
        if (*known) {
            m_kept.push_back(**known);
        }
    }
    return *known;
}

IncludeFinder::Files IncludeFinder::projectFiles(const IncludeEntry &entry, const IncludedFile &from)
{
    const QString project = textOf(entry, u"project"_s);
    const QString ref = textOf(entry, u"ref"_s);
    const Node *file = entry.node->find(u"file"_s);
    const auto tree = projectTree(project, ref, from.eyes);
    if (!tree) {
        return lacking(entry.position, tree.error().detail);
    }
    Files files;
    for (const NodePtr &name : file->isList() ? file->items() : std::vector {entry.node->get(u"file"_s)}) {
        const QString path = withoutSlash(m_tools.scope.expandKnown(name->text()));
        if (!hasExtension(name->position(), path)) {
            continue;
        }
        auto text = (*tree)->localFile(path);
        if (!text || text->isEmpty()) {
            lacking(name->position(), u"Project `%1` file `%2` %3!"_s.arg(
                project, path, text ? u"is empty"_s : u"does not exist"_s));
            continue;
        }
        files.push_back({u"%1 (%2)"_s.arg(path, project), std::move(*text), tree->get(), from.eyes});
    }
    return files;
}

Result<QByteArray> IncludeFinder::remoteText(const IncludeEntry &entry, const QString &url)
{
    auto known = m_remote.constFind(url);
    if (known == m_remote.constEnd()) {
        known = m_remote.insert(url, m_tools.source.remoteFile(url));
    }
    const QString integrity = textOf(entry, u"integrity"_s);
    if (*known && !integrity.isEmpty()) {
        const QByteArray hash = QCryptographicHash::hash(**known, QCryptographicHash::Sha256);
        if (integrity != "sha256-"_L1 + QLatin1StringView(hash.toBase64())) {
            return invalid(u"Remote file `%1` does not have the hash that `integrity` asks for: it was changed, or "
                           "the hash is of something else"_s.arg(url));
        }
    }
    return *known;
}

IncludeFinder::Files IncludeFinder::remoteFiles(const IncludeEntry &entry, const IncludedFile &)
{
    const QString url = textOf(entry, u"remote"_s);
    if (!url.startsWith("http://"_L1) && !url.startsWith("https://"_L1)) {
        m_tools.report.error(entry.position, u"Remote file `%1` does not have a valid address!"_s.arg(url));
        return {};
    }
    if (!hasExtension(entry.position, url)) {
        return {};
    }
    auto text = remoteText(entry, url);
    if (!text || text->isEmpty()) {
        return lacking(entry.position, text ? u"Remote file `%1` is empty!"_s.arg(url) : text.error().detail);
    }
    return {{url, std::move(*text), nullptr, Eyes::Anybody}};
}

IncludeFinder::Files IncludeFinder::templateFiles(const IncludeEntry &entry, const IncludedFile &)
{
    const QString name = textOf(entry, u"template"_s);
    if (!name.endsWith(".gitlab-ci.yml"_L1)) {
        m_tools.report.error(entry.position, u"Template file `%1` is not a valid location! Its name ends in "
                                             ".gitlab-ci.yml"_s.arg(name));
        return {};
    }
    if (!m_templates) {
        m_templates.emplace(m_tools.source.templates());
    }
    if (!*m_templates) {
        return lacking(entry.position, m_templates->error().detail);
    }
    auto text = (**m_templates)->localFile(u"templates/"_s + name);
    if (!text || text->isEmpty()) {
        return lacking(entry.position, u"Template file `%1` %2!"_s.arg(
            name, text ? u"is empty"_s : u"does not exist"_s));
    }
    return {{u"%1 (template)"_s.arg(name), std::move(*text), nullptr, Eyes::Anybody}};
}

static std::optional<ComponentAddress> componentAddress(const QString &text)
{
    const QStringList parts = text.section(u'@', 0, 0).split(u'/');
    const QString version = text.section(u'@', 1);
    if (parts.size() < 3 || version.isEmpty() || parts.contains(QString())) {
        return std::nullopt;
    }
    return ComponentAddress {parts.first(), parts.sliced(1, parts.size() - 2).join(u'/'), parts.last(), version};
}

Result<ComponentPlace> IncludeFinder::place(const QString &written, const ComponentAddress &address, Eyes eyes)
{
    const QString key = written + (eyes == Eyes::Starter ? u"\ns"_s : u"\na"_s);
    auto known = m_components.constFind(key);
    if (known == m_components.constEnd()) {
        known = m_components.insert(key, m_tools.source.component(address, eyes));
    }
    return *known;
}

IncludeFinder::Files IncludeFinder::componentFiles(const IncludeEntry &entry, const IncludedFile &from)
{
    const QString written = textOf(entry, u"component"_s);
    const auto address = componentAddress(written);
    if (!address) {
        return lacking(entry.position, u"component '%1' - the component path is not supported: it is "
                                       "HOST/PROJECT/NAME@VERSION"_s.arg(written));
    }
    const auto found = place(written, *address, from.eyes);
    if (!found) {
        return lacking(entry.position, u"component '%1' - %2"_s.arg(written, found.error().detail));
    }
    for (const QLatin1StringView form : {"templates/%1.yml"_L1, "templates/%1/template.yml"_L1}) {
        const QString path = QString(form).arg(address->name);
        auto text = found->tree->localFile(path);
        if (text && !text->isEmpty()) {
            return {{u"%1 (%2)"_s.arg(path, address->project), std::move(*text), found->tree.get(), from.eyes, false,
                     ComponentFacts {address->name, found->sha, found->version, address->version}}};
        }
    }
    return lacking(entry.position, u"component '%1' - content not found"_s.arg(written));
}

} // namespace ci::ciconfig
