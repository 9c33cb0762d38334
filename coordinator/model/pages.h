// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"

#include <QString>

#include <optional>

namespace ci::model {

/// A site that a job has published; its file is the job's archive of artifacts.
struct PagesDeployment
{
    PagesId id;
    ProjectId project;
    std::optional<JobId> job;
    QString pathPrefix; ///< Below the project's site; empty: the site itself.
    QString root; ///< The folder within the archive: "public".
    qint64 sizeBytes = 0;
    Timestamp createdAt;
    std::optional<Timestamp> expiresAt;
};

} // namespace ci::model
