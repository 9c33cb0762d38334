// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/source.h"
#include "coordinator/forge/repositoryreader.h"

namespace ci::forge {

/// A commit of another project, for includes. One worker at a time; holds no process between two
/// reads, for a file may name a hundred projects.
class RepositoryTree final : public ciconfig::Tree
{
public:
    RepositoryTree(const Repositories &repositories, ProjectId project, QByteArray sha);

    Result<QByteArray> localFile(const QString &path) const override;
    QStringList allFiles() const override;

private:
    const Repositories &m_repositories;
    ProjectId m_project;
    QByteArray m_sha;
};

} // namespace ci::forge
