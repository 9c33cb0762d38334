// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/offsetring.h"
#include "coordinator/terminal/relayhost.h"
#include "coordinator/terminal/relaylimits.h"
#include "coordinator/terminal/relaynews.h"
#include "coordinator/terminal/runnerend.h"
#include "coordinator/terminal/sessionclock.h"
#include "coordinator/terminal/sessionstate.h"
#include "coordinator/terminal/viewerset.h"
#include "coordinator/terminal/viewerstart.h"

#include <QObject>

#include <chrono>
#include <memory>
#include <optional>

namespace ci::terminal {

/// What all sessions of a relay share.
struct SessionContext
{
    const RelayLimits &limits;
    const Clock &clock;
    RelayHost &host;
    const Secret &key;
};

/// One terminal at the coordinator: a shell's stream on one side, viewers on the other, and the
/// newest output between. One viewer writes and its credit is the shell's; observers are fed from
/// the ring at their own pace and begin anew when they lag behind it. On the relay's thread.
class Session final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Session)

public:
    Session(SessionOwner owner, const SessionContext &context, QObject *parent);
    ~Session() override;

    const SessionOwner &owner() const { return m_owner; }
    State state() const { return m_state; }
    qsizetype viewerCount() const { return m_viewers.size(); }

    /// It existed before the coordinator was started: a shell is there and will dial.
    void adopt();
    void join(std::unique_ptr<net::WebSocket> socket, const ViewerRequest &request);
    /// Replaces a stream that was there: the runner knows sooner that its link is lost.
    void attachRunner(std::unique_ptr<net::WebSocket> socket);

    /// Tells viewers and runner, and emits ended(). `text` replaces the reason's own words.
    void end(EndReason reason, const QByteArray &text = {});
    /// Lets go of both sides without ending the shell.
    void detach();
    void setHeld(std::optional<Timestamp> until);
    void checkDeadlines(std::chrono::milliseconds now);

Q_SIGNALS:
    void opened(); ///< The shell is there, for the first time.
    void viewerJoined(ci::UserId user);
    void viewerLeft(ci::UserId user);
    void inputPassed(qint64 bytes);
    void outputPassed(qint64 bytes);
    void frameDropped();
    void rightsDue(); ///< Time to ask whether the owner may stay.
    void ended(const ci::terminal::SessionEnd &end); ///< Once, last.

private:
    void connectViewer(ViewerEnd *viewer);
    void connectRunner();
    void welcome(ViewerEnd *viewer);
    void take(ViewerEnd *viewer);
    void removeViewer(ViewerEnd *viewer);
    void followWriter();
    void resize(protocol::TerminalSize size);
    void askRunner(protocol::TerminalSize size);
    void beginStream(qint64 offset);
    void beginViewer(ViewerEnd *viewer);
    void begin(ViewerEnd *viewer, const ViewerStart &start);
    void pump(ViewerEnd *viewer);
    void pumpAll();
    void takeOutput(const QByteArray &bytes);
    void takeInput(const QByteArray &bytes);
    void sendPendingInput();
    void renewCredit();
    qint64 creditLimit() const;
    void loseRunner();
    void dropRunner(net::CloseCode code, QByteArrayView why);
    void noteExit(protocol::TerminalExit exit);
    bool apply(SessionEvent event);
    protocol::TerminalStateNews news() const
    {
        return stateNews({m_state, m_heldUntil, m_endReason, m_endText});
    }
    void announceAll() const;
    std::chrono::milliseconds now() const { return m_context.clock.monotonic(); }

    const SessionOwner m_owner;
    const SessionContext m_context;
    State m_state = State::Waiting;
    OffsetRing m_ring;
    std::unique_ptr<RunnerEnd> m_runner;
    ViewerSet m_viewers;
    qint64 m_shownUpTo = 0; ///< Output before this was given to a writer: it answered the queries.
    qint64 m_lastGrant = 0; ///< What the shell may write while nobody grants more.
    QByteArray m_pendingInput;
    protocol::TerminalSize m_size;
    std::optional<protocol::TerminalExit> m_exit;
    std::optional<Timestamp> m_heldUntil;
    QByteArray m_endText;
    std::optional<EndReason> m_endReason;
    bool m_isAsked = false; ///< The runner was told, or had the shell before.
    bool m_isOpen = false; ///< opened() was emitted.
    SessionEnd m_totals;
    SessionClock m_clock;
};

} // namespace ci::terminal
