// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

namespace ci::model {

struct ReleaseLink
{
    qint64 id = 0;
    QString name; ///< Unique in its release, as the URL is.
    QString url;
    QString filepath {};
    QString type = QStringLiteral("other"); ///< "other", "runbook", "image", "package"
};

/// What was released under a tag.
struct Release
{
    ReleaseId id;
    ProjectId project;
    QString tag;
    QString name;
    QString description;
    QByteArray sha; ///< Of the tag's commit when the release was made.
    std::optional<UserId> user;
    Timestamp createdAt;
    Timestamp releasedAt;
    std::vector<ReleaseLink> links;
};

} // namespace ci::model
