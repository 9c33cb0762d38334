// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"

namespace ci::app {

/// A folder as the tree of a commit, for the command line: symbolic links out of it are not followed.
class FolderSource final : public ciconfig::Source
{
public:
    FolderSource(QString folder, std::optional<QStringList> changedFiles);

    Result<QByteArray> localFile(const QString &path) const override;
    QStringList allFiles() const override;
    std::optional<QStringList> changedFiles() const override { return m_changedFiles; }
    Result<QStringList> changedSince(const QString &ref) const override;

private:
    QString m_folder;
    std::optional<QStringList> m_changedFiles;
};

} // namespace ci::app
