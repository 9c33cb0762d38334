// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"

#include <QString>

namespace ci::model {

/// Which job that waits for a resource group gets it next.
enum class ProcessMode : quint8 {
    Unordered, ///< Whoever has waited longest.
    OldestFirst, ///< Of the oldest pipeline, even if that job is not ready yet.
    NewestFirst, ///< Of the newest pipeline, even if that job is not ready yet.
    NewestReadyFirst, ///< Of the newest pipeline that has a ready one.
};

/// Jobs of a project that name the same `resource_group` run one at a time.
struct ResourceGroup
{
    qint64 id = 0;
    ProjectId project;
    QString key;
    ProcessMode mode = ProcessMode::Unordered;
    Timestamp createdAt;
    Timestamp updatedAt;
};

} // namespace ci::model
