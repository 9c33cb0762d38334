// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/forge/repositories.h"
#include "coordinator/model/project.h"

#include <QMutex>
#include <QObject>
#include <QUrl>
#include <QWaitCondition>

#include <chrono>
#include <functional>
#include <optional>

namespace ci::forge {

/// What files may include of elsewhere.
struct IncludeSettings
{
    QString templatesProject; ///< "group/project" with `templates/NAME`; empty: no templates.
    bool allowsPrivateAddresses = false; ///< include:remote may ask hosts of local networks.
};

/// What compiles on workers ask of the engine thread and the network. Its calls block their worker
/// until a deadline, or until `close`. Made and destroyed on the engine thread, after the workers
/// that use it have ended.
class ForeignAccess final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ForeignAccess)

public:
    struct Parts
    {
        engine::CommandLoop &loop;
        const Repositories &repositories;
        const QUrl &externalUrl;
        IncludeSettings settings;
    };
    using Deadline = std::chrono::steady_clock::time_point;

    explicit ForeignAccess(const Parts &parts);

    const Parts &parts() const { return m_parts; }

    /// A project whose code `user` may read (nobody: whose code anybody may read). NotFound without
    /// telling why.
    Result<model::Project> project(const QString &path, std::optional<UserId> user, Deadline deadline);
    /// That of the settings, whoever asks.
    Result<model::Project> templatesProject(Deadline deadline);
    Result<QByteArray> fetch(const QUrl &url, Deadline deadline);

    /// Ends all waiting, now and later: the coordinator is going down.
    void close();

Q_SIGNALS:
    void closed();

private:
    using Find = std::function<Result<model::Project>(engine::Transaction &)>;
    Result<model::Project> ask(Find find, Deadline deadline);

    const Parts m_parts;
    QMutex m_mutex; ///< Guards the next and the answers waited for: workers and engine meet here.
    bool m_isClosed = false;
    QWaitCondition m_answered;
};

} // namespace ci::forge
