// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace ci::model {

enum class RunnerType : quint8 { Instance, Group, Project };

struct Runner
{
    RunnerId id;
    RunnerType type = RunnerType::Instance;
    qint64 owner = 0; ///< Project or group id; 0 for the instance's.
    QString description;
    QByteArray tokenHash;
    QByteArray shortToken; ///< First eight characters after the prefix, shown in lists.
    bool isCreated = false; ///< In the page or API, not registered: its tokens have the prefix glrt-.
    QStringList tags; ///< Sorted, without duplicates.
    bool runsUntagged = true;
    bool isLocked = false;
    bool isPaused = false;
    bool isRefProtected = false; ///< access_level ref_protected.
    std::optional<std::chrono::seconds> maximumTimeout;
    Timestamp createdAt;
    std::optional<Timestamp> contactedAt;
};

/// One machine that uses a runner's token (GitLab's "runner manager").
struct RunnerMachine
{
    RunnerId runner;
    QByteArray systemId; ///< "<legacy>" where none is sent.
    QString version;
    QString revision;
    QString platform;
    QString architecture;
    QString executor;
    QString address;
    Timestamp contactedAt;
};

} // namespace ci::model
