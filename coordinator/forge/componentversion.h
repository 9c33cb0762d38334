// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/forge/repositoryreader.h"

namespace ci::forge {

struct ComponentVersion
{
    QByteArray sha;
    QString version; ///< The tag that a shortened version stands for; else as asked.
};

/// What stands behind the `@` of a component: a sha, a tag, a branch, "~latest" (the highest version
/// among the tags), "1" or "1.2" (the highest that begins so), in this order. Pre-releases are taken
/// only when they are named whole.
Result<ComponentVersion> resolveComponentVersion(const RepositoryReader &reader, const QString &asked);

/// The highest version among `tags` that `asked` ("~latest", "1", "1.2") stands for; empty: none.
QString highestVersion(const QStringList &tags, const QString &asked);

} // namespace ci::forge
