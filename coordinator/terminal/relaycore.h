// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/exchange.h"
#include "common/net/threadgate.h"
#include "coordinator/terminal/admission.h"
#include "coordinator/terminal/relay.h"
#include "coordinator/terminal/session.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <functional>
#include <optional>

namespace ci::terminal {

/// The sessions, on the relay's thread: who is let in, and when each ends. TerminalRelay speaks for
/// it to other threads.
class RelayCore final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RelayCore)

public:
    RelayCore(const Clock &clock, RelayHost &host, RelaySettings settings);
    ~RelayCore() override;

    void attachViewer(const ViewerRequest &request, const net::ExchangePtr &exchange);
    void attachRunner(const StreamRequest &request, const net::ExchangePtr &exchange);
    void refuseSession(const QByteArray &session, const QByteArray &reason);
    void endSession(const QByteArray &session, EndReason reason);
    void endWhere(const std::function<bool(const SessionOwner &)> &matches, EndReason reason);
    void endJob(JobId job, EndReason reason);
    void setHeld(JobId job, std::optional<Timestamp> until);
    void shutDown();
    void detachAll();

    RelayCounts counts() const; ///< Any thread.

Q_SIGNALS:
    void sessionOpened(const ci::terminal::SessionOwner &owner);
    void viewerJoined(const ci::terminal::SessionOwner &owner, ci::UserId user);
    void viewerLeft(const ci::terminal::SessionOwner &owner, ci::UserId user);
    void sessionEnded(const ci::terminal::SessionEnd &end);
    void refused(const ci::terminal::Refusal &refusal);

private:
    std::optional<RefusalKind> objection(const ViewerRequest &request) const;
    bool isFull(const ViewerRequest &request) const;
    Session *sessionFor(const ViewerRequest &request);
    Session *addSession(SessionOwner owner);
    void connectSession(Session *session);
    void forget(Session *session, const SessionEnd &end);
    void refuse(const Refusal &refusal, const net::ExchangePtr &exchange);
    bool mayAdopt(const QByteArray &session) const;
    void tick();

    const Clock &m_clock;
    RelayHost &m_host;
    RelaySettings m_settings;
    const bool m_isKeyKept; ///< The key outlives us, so sessions of before can be taken up.
    const std::chrono::milliseconds m_startedAt;
    Admission m_admission;
    QHash<QByteArray, Session *> m_sessions; ///< Children of this.
    QHash<JobId, Timestamp> m_held; ///< Until setHeld() or endJob() takes it away.
    QSet<QByteArray> m_endedSessions; ///< Not to be adopted again; while adoption goes on.
    std::shared_ptr<net::ThreadGate> m_gate;
    QTimer m_ticker;
    bool m_isShuttingDown = false;

    std::atomic<qint64> m_alive {0};
    std::atomic<qint64> m_viewers {0};
    std::atomic<qint64> m_opened {0};
    std::atomic<qint64> m_refused {0};
    std::atomic<qint64> m_inputBytes {0};
    std::atomic<qint64> m_outputBytes {0};
    std::atomic<qint64> m_droppedFrames {0};
};

} // namespace ci::terminal
