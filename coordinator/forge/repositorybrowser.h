// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/forge/repositoryreader.h"
#include "db/page.h"

namespace ci::forge {

struct TreeEntry
{
    QByteArray id;
    QString name;
    QString path; ///< From the top of the tree.
    QByteArray type; ///< "blob", "tree"; "commit": a submodule.
    QByteArray mode; ///< "100644"
};

/// A file as it is at one commit.
struct FileEntry
{
    QString path;
    QByteArray content;
    QByteArray id; ///< Of the blob.
    QByteArray commit;
    QByteArray lastChange; ///< The newest commit that changed it.
};

struct HistoryPart
{
    std::vector<model::Commit> commits;
    bool hasMore = false;
};

/// What scripts look around for in a repository. Revisions are a branch, a tag or a commit; an unknown
/// one is NotFound, and so is a path that is not there. Workers only, like RepositoryReader.
class RepositoryBrowser
{
public:
    RepositoryBrowser(const Repositories &repositories, ProjectId project);

    /// Newest first; `path` empty: all, else what changed that file or folder.
    Result<HistoryPart> history(const QString &revision, const QString &path, db::Page page) const;
    /// Of the folder `path` (empty: the top). Recursive: folders below it and what is in them.
    Result<std::vector<TreeEntry>> tree(const QString &revision, const QString &path, bool recursive) const;
    Result<FileEntry> file(const QString &revision, const QString &path) const;

private:
    QString m_path;
    RepositoryReader m_reader;
};

} // namespace ci::forge
