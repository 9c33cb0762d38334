// SPDX-License-Identifier: MIT
#include "coordinator/forge/foreignfiles.h"

#include "coordinator/forge/componentversion.h"
#include "coordinator/forge/repositorytree.h"

namespace ci::forge {

using namespace Qt::StringLiterals;
using ciconfig::ComponentAddress;
using ciconfig::ComponentPlace;
using ciconfig::Eyes;
using ciconfig::TreePtr;

/// Of all reads of one compile: GitLab's limit for nested includes.
constexpr std::chrono::seconds IncludeTime {30};

ForeignFiles::ForeignFiles(ForeignAccess &access, std::optional<UserId> user)
    : m_access(access), m_user(user), m_deadline(std::chrono::steady_clock::now() + IncludeTime)
{
}

Result<model::Project> ForeignFiles::find(const QString &path, Eyes eyes) const
{
    return m_access.project(path, eyes == Eyes::Starter ? m_user : std::nullopt, m_deadline);
}

Result<TreePtr> ForeignFiles::treeOf(const model::Project &project, const QString &ref) const
{
    const Repositories &repositories = m_access.parts().repositories;
    const RepositoryReader reader(repositories, project.id);
    const Result<model::Commit> commit = reader.commit(ref.isEmpty() || ref == "HEAD"_L1 ? project.defaultBranch : ref);
    if (!commit) {
        return notFound(u"Project `%1` reference `%2` does not exist!"_s.arg(
            project.fullPath(), ref.isEmpty() ? u"HEAD"_s : ref));
    }
    return TreePtr(std::make_shared<RepositoryTree>(repositories, project.id, commit->sha));
}

Result<TreePtr> ForeignFiles::projectTree(const QString &project, const QString &ref, Eyes eyes) const
{
    const Result<model::Project> found = find(project, eyes);
    if (!found) {
        return found.error().kind == ErrorKind::Unavailable
            ? found.error()
            // The same for one that is not there and one that is not for this user.
            : notFound(u"Project `%1` not found or access denied! Make sure any includes in the pipeline "
                       "configuration are correctly defined."_s.arg(project));
    }
    return treeOf(*found, ref);
}

static QString hostOf(const QUrl &url)
{
    return url.port() < 0 ? url.host() : u"%1:%2"_s.arg(url.host()).arg(url.port());
}

Result<ComponentPlace> ForeignFiles::component(const ComponentAddress &address, Eyes eyes) const
{
    const QString host = hostOf(m_access.parts().externalUrl);
    if (address.host != host) {
        return notFound(u"the component path is not supported: components are read from this server, %1"_s.arg(host));
    }
    const Result<model::Project> found = find(address.project, eyes);
    if (!found) {
        return found.error().kind == ErrorKind::Unavailable
            ? found.error()
            : notFound(u"project does not exist or you don't have sufficient permissions"_s);
    }
    const Repositories &repositories = m_access.parts().repositories;
    const Result<ComponentVersion> version
        = resolveComponentVersion(RepositoryReader(repositories, found->id), address.version);
    if (!version) {
        return version.error();
    }
    return ComponentPlace {std::make_shared<RepositoryTree>(repositories, found->id, version->sha),
                           QString::fromLatin1(version->sha), version->version};
}

Result<TreePtr> ForeignFiles::templates() const
{
    const QString &path = m_access.parts().settings.templatesProject;
    if (path.isEmpty()) {
        return notFound(u"include:template has nowhere to read from: an administrator names the project that "
                        "holds them with the setting templates_project (as templates/NAME there)"_s);
    }
    // The administrator chose it for everybody; what is in it is no secret then.
    const Result<model::Project> found = m_access.templatesProject(m_deadline);
    return found ? treeOf(*found, {})
                 : Result<TreePtr>(notFound(u"the setting templates_project names no project: %1"_s.arg(path)));
}

Result<QByteArray> ForeignFiles::remoteFile(const QString &url) const
{
    return m_access.fetch(QUrl(url, QUrl::StrictMode), m_deadline);
}

} // namespace ci::forge
