// SPDX-License-Identifier: MIT
#include "coordinator/forge/repositorytree.h"

namespace ci::forge {

RepositoryTree::RepositoryTree(const Repositories &repositories, ProjectId project, QByteArray sha)
    : m_repositories(repositories), m_project(project), m_sha(std::move(sha))
{
}

Result<QByteArray> RepositoryTree::localFile(const QString &path) const
{
    return RepositoryReader(m_repositories, m_project).file(m_sha, path);
}

QStringList RepositoryTree::allFiles() const
{
    const Result<QStringList> files = RepositoryReader(m_repositories, m_project).allFiles(m_sha);
    return files ? *files : QStringList();
}

} // namespace ci::forge
