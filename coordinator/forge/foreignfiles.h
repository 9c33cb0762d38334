// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/source.h"
#include "coordinator/forge/foreignaccess.h"

namespace ci::forge {

/// What one compile reads beyond its own repository, in the name of whoever starts the pipeline.
/// One worker; bounded in time as a whole.
class ForeignFiles final
{
public:
    ForeignFiles(ForeignAccess &access, std::optional<UserId> user);

    Result<ciconfig::TreePtr> projectTree(const QString &project, const QString &ref, ciconfig::Eyes eyes) const;
    Result<ciconfig::ComponentPlace> component(const ciconfig::ComponentAddress &address, ciconfig::Eyes eyes) const;
    Result<ciconfig::TreePtr> templates() const;
    Result<QByteArray> remoteFile(const QString &url) const;

private:
    Result<model::Project> find(const QString &path, ciconfig::Eyes eyes) const;
    Result<ciconfig::TreePtr> treeOf(const model::Project &project, const QString &ref) const;

    ForeignAccess &m_access;
    const std::optional<UserId> m_user;
    const ForeignAccess::Deadline m_deadline;
};

} // namespace ci::forge
