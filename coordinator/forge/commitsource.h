// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"
#include "coordinator/forge/foreignfiles.h"
#include "coordinator/forge/repositoryreader.h"
#include "coordinator/pipelines/cachekeys.h"

#include <memory>
#include <optional>

namespace ci::forge {

/// The tree of one commit for the compiler, read when asked for, and what lies beyond it where
/// `foreign` is given. One worker at a time.
class CommitSource final : public ciconfig::Source, public pipelines::CommitFiles
{
public:
    struct Extras
    {
        QHash<QString, QByteArray> files; ///< Not in the tree, by the names they are included by.
        /// Of a merge request, whose changes are those since it left that branch; empty: of none.
        QString target;
    };
    CommitSource(std::shared_ptr<RepositoryReader> reader, QByteArray sha, QByteArray before,
                 const ForeignFiles *foreign, Extras extras = {{}, {}});

    Result<QByteArray> localFile(const QString &path) const override;
    QStringList allFiles() const override;
    std::optional<QStringList> changedFiles() const override;
    Result<QStringList> changedSince(const QString &ref) const override;
    std::optional<QByteArray> contentId(const QString &path) const override;
    std::optional<QByteArray> lastChange(const QString &path) const override;

    Result<ciconfig::TreePtr> projectTree(const QString &project, const QString &ref,
                                          ciconfig::Eyes eyes) const override;
    Result<ciconfig::ComponentPlace> component(const ciconfig::ComponentAddress &address,
                                               ciconfig::Eyes eyes) const override;
    Result<ciconfig::TreePtr> templates() const override;
    Result<QByteArray> remoteFile(const QString &url) const override;

private:
    std::shared_ptr<RepositoryReader> m_reader; ///< Null: an empty repository.
    QByteArray m_sha;
    QByteArray m_before;
    const ForeignFiles *m_foreign;
    Extras m_extras;
    mutable std::optional<QStringList> m_allFiles;
};

} // namespace ci::forge
