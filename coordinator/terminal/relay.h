// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/objectthread.h"
#include "common/base/secret.h"
#include "common/net/exchange.h"
#include "coordinator/terminal/relayhost.h"
#include "coordinator/terminal/relaylimits.h"
#include "coordinator/terminal/relaynews.h"

#include <QObject>

#include <memory>
#include <optional>

namespace ci::terminal {

class RelayCore;

struct RelaySettings
{
    RelayLimits limits;
    /// Key of the sessions' secrets. Kept in the data directory, terminals survive a restart of the
    /// coordinator: the runner dials again and proves by the secret whose session it has. Empty: a
    /// random key, and a restart ends them.
    Secret key;
};

/// The relay between viewers and runners' shells, on a thread of its own: a keystroke never waits
/// for a commit or a page load. Every method may be called from any thread and returns at once;
/// the object itself lives on the thread that made it and emits its signals there. `clock` and
/// `host` outlive it.
class TerminalRelay final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TerminalRelay)

public:
    TerminalRelay(const Clock &clock, RelayHost &host, RelaySettings settings, QObject *parent = nullptr);
    /// Cuts what is left; shutDown() before is politer.
    ~TerminalRelay() override;

    /// Answers the exchange: 101 and a viewer, or a refusal (RefusalKind says which status).
    void attachViewer(const ViewerRequest &request, const net::ExchangePtr &exchange);

    /// The runner's end of a session: 101, or 404 where session and secret do not fit this runner.
    void attachRunner(const StreamRequest &request, const net::ExchangePtr &exchange);

    /// The runner cannot: ends a session that still waits; `reason` is shown to the viewer. Whether
    /// the session was that runner's is for the caller to check.
    void refuseSession(const QByteArray &session, const QByteArray &reason);

    void endSession(const QByteArray &session, EndReason reason);
    /// Also forgets that the job is held: call it for every job that ends.
    void endJob(JobId job, EndReason reason);
    void endUser(UserId user, EndReason reason);
    void endLogin(SessionId login, EndReason reason);
    void endToken(AccessTokenId token, EndReason reason);
    void endRunner(RunnerId runner, EndReason reason);

    /// The job's script has ended and its terminals keep it until then; nullopt: no longer.
    void setHeld(JobId job, std::optional<Timestamp> until);

    /// Tells every viewer, ends every session (the shells too), refuses what comes.
    void shutDown();
    /// Says goodbye to viewers and runners but leaves the shells: for a restart that keeps them.
    void detachAll();

    RelayCounts counts() const;

Q_SIGNALS:
    void sessionOpened(const ci::terminal::SessionOwner &owner); ///< The shell is there.
    void viewerJoined(const ci::terminal::SessionOwner &owner, ci::UserId user);
    void viewerLeft(const ci::terminal::SessionOwner &owner, ci::UserId user);
    void sessionEnded(const ci::terminal::SessionEnd &end); ///< Also of one that never connected.
    void refused(const ci::terminal::Refusal &refusal);

private:
    std::unique_ptr<ObjectThread<RelayCore>> m_thread;
};

} // namespace ci::terminal
