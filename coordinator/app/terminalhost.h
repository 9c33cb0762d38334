// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"
#include "coordinator/terminal/relayhost.h"
#include "db/instancestore.h"

#include <QHash>
#include <QObject>

namespace ci::app {

/// Ties the relay to runners' channels, jobs and rights: which machine to tell, whether a viewer
/// may stay, holds, and what is written down about it all. The methods of RelayHost come on the
/// relay's thread; everything else is the engine thread.
class TerminalHost final : public QObject, public terminal::RelayHost
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TerminalHost)

public:
    TerminalHost() = default;

    /// The relay exists only after its host; before this nothing is called.
    void open(api::Services &services);

    void openAtRunner(const terminal::RunnerOpen &open) override;
    void closeAtRunner(const terminal::SessionOwner &owner) override;
    void mayStay(const terminal::SessionOwner &owner, std::function<void(bool)> answer) override;

private:
    struct Opened
    {
        JobId job;
        RunnerId runner;
    };

    void tellRunner(const terminal::RunnerOpen &open);
    void tellClose(const terminal::SessionOwner &owner);
    Result<void> mayStayNow(db::Database &database, const terminal::SessionOwner &owner) const;

    void hearRefusal(const runnerlink::RunnerKey &key,
                     const protocol::ChannelTerminalRefused &refusal);
    void hearHold(const runnerlink::RunnerKey &key, JobId job, Timestamp until);
    void hearRelease(const runnerlink::RunnerKey &key, JobId job);
    void followJob(const model::Job &job, model::JobState before);
    void forget(const terminal::SessionEnd &end);
    void record(const QString &action, const terminal::SessionOwner &owner, QJsonObject details);

    api::Services *m_services = nullptr;
    QHash<QByteArray, Opened> m_opened; ///< By session: what a runner may speak about.
};

} // namespace ci::app
