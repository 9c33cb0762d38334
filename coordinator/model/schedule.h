// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "coordinator/model/pipeline.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <vector>

namespace ci::model {

/// Pipelines by the clock.
struct Schedule
{
    ScheduleId id;
    ProjectId project;
    std::optional<UserId> owner; ///< Whose rights count; nullopt: the account is gone.
    QString description;
    QString ref; ///< A branch or tag, without refs/.
    QString cron;
    QString timeZone;
    bool isActive = true;
    std::optional<Timestamp> nextRunAt; ///< nullopt: never, or not active.
    QString lastError; ///< Why the last run made no pipeline; empty: it did.
    std::vector<GivenVariable> variables; ///< Sealed in the database.
    std::vector<GivenInput> inputs = {};
    Timestamp createdAt;
    Timestamp updatedAt;
};

/// With which somebody outside starts pipelines.
struct TriggerToken
{
    TriggerTokenId id;
    ProjectId project;
    UserId owner; ///< Whose rights count.
    QString description;
    QByteArray tokenHash;
    QString shortToken; ///< The first characters, shown in lists.
    Timestamp createdAt;
    Timestamp updatedAt;
    std::optional<Timestamp> lastUsedAt;
};

/// With which an outer git host announces refs.
struct ExternalHook
{
    ProjectId project;
    UserId owner; ///< Whose rights count.
    QByteArray tokenHash;
    Timestamp createdAt;
};

} // namespace ci::model
