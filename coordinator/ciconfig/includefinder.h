// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/includeentry.h"
#include "coordinator/ciconfig/source.h"

#include <QHash>

namespace ci::ciconfig {

/// What happens to an include that the source cannot give. `Strict`: an error. `Skip`: entries of
/// other kinds than local are dropped. `Lenient`: whatever cannot be had is dropped.
enum class MissingIncludes : quint8 { Strict, Skip, Lenient };

/// What `$[[ component.… ]]` names.
struct ComponentFacts
{
    QString name;
    QString sha;
    QString version;
    QString reference;
};

/// One file with its text, and how it sees the world: its own includes are resolved from there.
struct IncludedFile
{
    QString name; ///< For messages.
    QByteArray text;
    const Tree *tree = nullptr; ///< Where `local` looks; null: nowhere.
    Eyes eyes = Eyes::Starter;
    bool isRoot = false;
    std::optional<ComponentFacts> component {};

    /// Tells files apart that were read.
    std::pair<const Tree *, QString> key() const { return {tree, name}; }
};

/// Finds the files that an include entry means. Asks the source once for each tree and address.
class IncludeFinder final
{
public:
    struct Tools
    {
        const Source &source;
        const Scope &scope; ///< Variables known before the file is read.
        Report &report;
        MissingIncludes missing = MissingIncludes::Strict;
    };

    explicit IncludeFinder(const Tools &tools) : m_tools(tools) { }

    /// Those that cannot be had are reported, or dropped where that is allowed.
    std::vector<IncludedFile> filesOf(const IncludeEntry &entry, const IncludedFile &from);

    /// Something was dropped, so names may be missing through no fault of the file.
    bool hasDropped() const { return m_hasDropped; }

private:
    using Files = std::vector<IncludedFile>;
    struct Kind;
    static const Kind Kinds[];

    Files localFiles(const IncludeEntry &entry, const IncludedFile &from);
    Files projectFiles(const IncludeEntry &entry, const IncludedFile &from);
    Files remoteFiles(const IncludeEntry &entry, const IncludedFile &from);
    Files templateFiles(const IncludeEntry &entry, const IncludedFile &from);
    Files componentFiles(const IncludeEntry &entry, const IncludedFile &from);

    Result<TreePtr> projectTree(const QString &project, const QString &ref, Eyes eyes);
    Result<ComponentPlace> place(const QString &written, const ComponentAddress &address, Eyes eyes);
    Result<QByteArray> remoteText(const IncludeEntry &entry, const QString &url);
    QString textOf(const IncludeEntry &entry, const QString &key) const;
    bool hasExtension(Position at, const QString &path);
    Files lacking(Position at, const QString &text);

    Tools m_tools;
    bool m_hasDropped = false;
    QHash<QString, Result<TreePtr>> m_trees; ///< By project, ref and eyes.
    QHash<QString, Result<ComponentPlace>> m_components; ///< By address and eyes.
    std::optional<Result<TreePtr>> m_templates;
    QHash<QString, Result<QByteArray>> m_remote; ///< By address.
    std::vector<TreePtr> m_kept; ///< IncludedFile::tree points to them.
};

} // namespace ci::ciconfig
