// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

// What the compiler may ask the world for. Implementations: the git tree at a commit
// (coordinator/forge), a folder (the command line).

namespace ci::ciconfig {

/// The files of one commit.
class Tree
{
public:
    virtual ~Tree() = default;

    /// A file from the root of the tree, without a leading '/'.
    virtual Result<QByteArray> localFile(const QString &path) const = 0;

    /// Every file, for rules:exists and include wildcards.
    virtual QStringList allFiles() const = 0;
};

using TreePtr = std::shared_ptr<const Tree>;

/// In whose name a file of elsewhere is read: of whoever starts the pipeline, or of nobody. What a
/// remote file or a template includes is read as anybody could.
enum class Eyes : quint8 { Starter, Anybody };

/// `component: HOST/PROJECT/NAME@VERSION`, taken apart.
struct ComponentAddress
{
    QString host;
    QString project;
    QString name;
    QString version; ///< Sha, tag, branch, "~latest" or the beginning of a version: "1", "1.2".
};

/// Where a component was found.
struct ComponentPlace
{
    TreePtr tree;
    QString sha;
    QString version; ///< The tag that a shortened version stands for; else as asked.
};

/// Everything outside the file that the compiler may ask for: the tree of the pipeline's commit,
/// and what lies beyond. Calls may block; how long is for the implementation to bound.
class Source : public Tree
{
public:
    /// The files that differ from the comparison base of this pipeline, or nullopt where there is
    /// nothing to compare with: `changes` is then true.
    virtual std::optional<QStringList> changedFiles() const = 0;

    /// The files that differ from the merge base with `ref` (`changes: compare_to`).
    virtual Result<QStringList> changedSince(const QString &ref) const = 0;

    // The rest is refused where an implementation does not know better. An error's detail is shown
    // to people and must not tell what exists from what the caller may not see.

    /// Another project's tree at a branch, tag or sha; `ref` empty: its default branch.
    virtual Result<TreePtr> projectTree(const QString &project, const QString &ref, Eyes eyes) const;
    virtual Result<ComponentPlace> component(const ComponentAddress &address, Eyes eyes) const;
    /// The tree that holds `templates/NAME`.
    virtual Result<TreePtr> templates() const;
    /// The body behind an http or https address.
    virtual Result<QByteArray> remoteFile(const QString &url) const;
};

} // namespace ci::ciconfig
