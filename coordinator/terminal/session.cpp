// SPDX-License-Identifier: MIT
#include "coordinator/terminal/session.h"

#include "coordinator/terminal/goodbye.h"
#include "coordinator/terminal/log.h"
#include "coordinator/terminal/sessionsecret.h"

#include <algorithm>

namespace ci::terminal {

Session::Session(SessionOwner owner, const SessionContext &context, QObject *parent)
    : QObject(parent), m_owner(std::move(owner)), m_context(context),
      m_ring(std::min(context.limits.ringBytes, protocol::TerminalRingBytes)), m_clock(now())
{
    m_totals.owner = m_owner;
    m_lastGrant = m_ring.capacity();
}

Session::~Session() = default;

void Session::adopt()
{
    m_isAsked = true;
    m_state = State::Reconnecting;
}

void Session::join(std::unique_ptr<net::WebSocket> socket, const ViewerRequest &request)
{
    if (m_state == State::Ended) {
        sayGoodbye(std::move(socket), parent(), closeCode(*m_endReason), word(*m_endReason));
        return;
    }
    auto viewer = std::make_unique<ViewerEnd>(std::move(socket), request, m_context.limits);
    viewer->noteTime(now());
    if (m_isAsked && !m_isOpen && !m_runner && m_viewers.isEmpty()) {
        m_ring.restart(std::max<qint64>(request.offset.value_or(0), 0)); // Adopted: go on from there.
    }
    ViewerEnd *end = m_viewers.add(std::move(viewer));
    connectViewer(end);
    Q_EMIT viewerJoined(request.user);
    if (end->isReady()) {
        welcome(end);
    }
}

void Session::connectViewer(ViewerEnd *viewer)
{
    connect(viewer, &ViewerEnd::ready, this, [this, viewer] { welcome(viewer); });
    connect(viewer, &ViewerEnd::inputReceived, this, &Session::takeInput);
    connect(viewer, &ViewerEnd::roomGrew, this, [this, viewer] {
        pump(viewer);
        renewCredit();
    });
    connect(viewer, &ViewerEnd::resizeAsked, this, &Session::resize);
    connect(viewer, &ViewerEnd::takeAsked, this, [this, viewer] { take(viewer); });
    connect(viewer, &ViewerEnd::closeAsked, this, [this] { end(EndReason::Closed); });
    connect(viewer, &ViewerEnd::frameDropped, this, [this] {
        ++m_totals.droppedFrames;
        Q_EMIT frameDropped();
    });
    connect(viewer, &ViewerEnd::lost, this, [this, viewer] { removeViewer(viewer); });
}

/// A viewer can be fed now. The newest one that may write does: it is the tab that its user has
/// just opened, or come back to.
void Session::welcome(ViewerEnd *viewer)
{
    if (viewer->mayWrite()) {
        m_viewers.makeWriter(viewer);
        followWriter();
    } else {
        viewer->tell(protocol::TerminalRoleNews {protocol::ViewerRole::Observer});
    }
    viewer->tell(news());
    if (!m_isAsked) {
        askRunner(viewer->size());
    } else if (m_isOpen) {
        beginViewer(viewer);
        pump(viewer);
        renewCredit();
    }
}

void Session::take(ViewerEnd *viewer)
{
    if (viewer->mayWrite() && viewer->isReady() && viewer != m_viewers.writer()) {
        m_viewers.makeWriter(viewer);
        followWriter();
        renewCredit();
    }
}

void Session::removeViewer(ViewerEnd *viewer)
{
    std::unique_ptr<ViewerEnd> removed = m_viewers.take(viewer);
    if (!removed) {
        return;
    }
    viewer->disconnect(this);
    removed.release()->deleteLater(); // It is the one that is calling.
    m_clock.viewerLeft(now());
    Q_EMIT viewerLeft(viewer->user());
    if (m_viewers.isEmpty() && !m_isAsked) {
        end(EndReason::GraceExpired); // No shell was ever asked for.
    } else {
        followWriter();
        renewCredit();
    }
}

/// Whoever writes sees the shell in the size of its own window.
void Session::followWriter()
{
    if (m_viewers.writer()) {
        resize(m_viewers.writer()->size());
    }
}

void Session::resize(protocol::TerminalSize size)
{
    if (size != m_size) {
        m_size = size;
        if (m_runner && m_runner->hasStarted()) {
            m_runner->resize(size);
        }
    }
}

void Session::askRunner(protocol::TerminalSize size)
{
    m_isAsked = true;
    m_size = size;
    m_clock.awaitRunner(now());
    m_context.host.openAtRunner({m_owner, makeSecret(m_context.key, m_owner), size});
}

void Session::beginViewer(ViewerEnd *viewer)
{
    const qint64 asked = viewer->offsetAsked().value_or(0);
    // A tab that names its offset has not seen what follows: its queries are still open, unless
    // another tab that is here has answered them.
    const bool isUnseen = asked > 0 && m_viewers.size() == 1;
    begin(viewer, startAt(m_ring, asked, isUnseen ? asked : m_shownUpTo));
}

void Session::begin(ViewerEnd *viewer, const ViewerStart &start)
{
    viewer->begin({m_owner.session, start.offset, start.isGap}, start.replay);
}

void Session::pump(ViewerEnd *viewer)
{
    if (!viewer->hasBegun()) {
        return;
    }
    // Once is enough: what it begins with now is in the ring.
    if (!viewer->pump(m_ring)) {
        begin(viewer, startAnew(m_ring, m_shownUpTo));
        viewer->pump(m_ring);
    }
    if (viewer == m_viewers.writer()) {
        m_shownUpTo = std::max(m_shownUpTo, viewer->next());
    }
}

void Session::pumpAll()
{
    for (const auto &viewer : m_viewers) {
        pump(viewer.get());
    }
}

void Session::takeOutput(const QByteArray &bytes)
{
    m_clock.noteTraffic();
    m_totals.outputBytes += bytes.size();
    m_ring.append(bytes);
    pumpAll();
    renewCredit();
    Q_EMIT outputPassed(bytes.size());
}

/// The shell may write as far as its writer can take, and never so far that the ring would lose a
/// byte the writer has not been given. Without a writer nothing more is granted: what it wrote
/// meanwhile is kept whole for the one that comes back.
qint64 Session::creditLimit() const
{
    if (!m_viewers.writer() || !m_viewers.writer()->hasBegun()) {
        return m_lastGrant;
    }
    return std::min(m_viewers.writer()->limit(), m_viewers.writer()->next() + m_ring.capacity());
}

/// Renewed when half is used, so that a flood costs one message per half and a key none.
void Session::renewCredit()
{
    if (!m_runner || !m_runner->hasStarted()) {
        return;
    }
    const qint64 limit = creditLimit();
    const qint64 left = m_runner->granted() - m_ring.end();
    if (limit > m_runner->granted() && left <= (limit - m_ring.end()) / 2) {
        m_runner->grantUpTo(limit);
        m_lastGrant = limit;
    }
}

void Session::takeInput(const QByteArray &bytes)
{
    m_clock.noteTraffic();
    m_totals.inputBytes += bytes.size();
    qsizetype sent = 0;
    if (m_pendingInput.isEmpty() && m_runner && m_runner->hasStarted()) {
        sent = m_runner->sendInput(bytes);
    }
    if (sent < bytes.size()) {
        m_pendingInput += QByteArrayView(bytes).sliced(sent);
        if (m_viewers.writer() && m_pendingInput.size() >= m_context.limits.maxPendingInput) {
            m_viewers.writer()->setInputPaused(true);
            pump(m_viewers.writer());
            renewCredit();
        }
    }
    Q_EMIT inputPassed(bytes.size());
}

void Session::sendPendingInput()
{
    m_pendingInput.remove(0, m_runner->sendInput(m_pendingInput));
    if (m_viewers.writer() && m_pendingInput.size() < m_context.limits.maxPendingInput / 2) {
        m_viewers.writer()->setInputPaused(false);
    }
}

void Session::attachRunner(std::unique_ptr<net::WebSocket> socket)
{
    if (m_state == State::Ended) {
        sayGoodbye(std::move(socket), parent(), closeCode(*m_endReason), word(*m_endReason));
        return;
    }
    dropRunner(net::CloseCode::GoingAway, "replaced by a newer stream");
    const qint64 limit = std::max(creditLimit(), m_lastGrant);
    const protocol::StreamResume order {m_ring.end(), std::max<qint64>(limit - m_ring.end(), 0)};
    m_runner = std::make_unique<RunnerEnd>(std::move(socket), order, m_context.limits);
    connectRunner();
}

void Session::connectRunner()
{
    connect(m_runner.get(), &RunnerEnd::started, this, &Session::beginStream);
    connect(m_runner.get(), &RunnerEnd::outputReceived, this, &Session::takeOutput);
    connect(m_runner.get(), &RunnerEnd::inputRoomGrew, this, &Session::sendPendingInput);
    connect(m_runner.get(), &RunnerEnd::exited, this, &Session::noteExit);
    connect(m_runner.get(), &RunnerEnd::broken, this, [this](const QByteArray &why) {
        qCInfo(lcTerminal) << "runner broke the stream's protocol session=" << m_owner.session
                           << "runner=" << m_owner.runner.value() << "error=" << why;
        end(EndReason::RunnerLost);
    });
    connect(m_runner.get(), &RunnerEnd::lost, this, &Session::loseRunner);
}

void Session::beginStream(qint64 offset)
{
    // It no longer has what we lack, or never had what we have.
    const bool isGap = offset != m_ring.end();
    if (isGap) {
        m_ring.restart(offset);
    }
    m_lastGrant = m_runner->granted();
    m_runner->resize(m_size);
    apply(SessionEvent::RunnerCame);
    if (m_heldUntil) {
        apply(SessionEvent::JobHeld);
    }
    announceAll();
    for (const auto &viewer : m_viewers) {
        if (viewer->hasBegun() && isGap) {
            begin(viewer.get(), startAnew(m_ring, m_shownUpTo));
        } else if (viewer->isReady() && !viewer->hasBegun()) {
            beginViewer(viewer.get());
        }
    }
    pumpAll();
    sendPendingInput();
    renewCredit();
    if (!std::exchange(m_isOpen, true)) {
        Q_EMIT opened();
    }
}

void Session::loseRunner()
{
    m_runner.release()->deleteLater(); // It is the one that is calling.
    if (m_exit) {
        end(EndReason::ShellExited);
        return;
    }
    m_clock.awaitRunner(now());
    if (apply(SessionEvent::RunnerLost)) {
        announceAll();
    }
}

void Session::noteExit(protocol::TerminalExit exit)
{
    m_exit = exit;
    for (const auto &viewer : m_viewers) {
        viewer->flush(m_ring);
        viewer->tell(exit);
    }
    end(EndReason::ShellExited);
}

void Session::dropRunner(net::CloseCode code, QByteArrayView why)
{
    if (m_runner) {
        m_runner->disconnect(this);
        sayGoodbye(m_runner->takeSocket(), parent(), code, why);
        m_runner.release()->deleteLater();
    }
}

bool Session::apply(SessionEvent event)
{
    const std::optional<State> to = next(m_state, event);
    if (to) {
        m_state = *to;
    }
    return to.has_value();
}

void Session::announceAll() const
{
    for (const auto &viewer : m_viewers) {
        if (viewer->isReady()) {
            viewer->tell(news());
        }
    }
}

void Session::setHeld(std::optional<Timestamp> until)
{
    m_heldUntil = until;
    if (apply(until ? SessionEvent::JobHeld : SessionEvent::JobReleased)) {
        announceAll();
    }
}

void Session::end(EndReason reason, const QByteArray &text)
{
    if (!apply(SessionEvent::End)) {
        return;
    }
    m_endReason = reason;
    m_endText = text;
    announceAll();
    if (m_runner && !m_exit) {
        m_runner->endShell();
    }
    detach();
    if (m_isAsked && !m_exit && reason != EndReason::RunnerRefused) {
        // Beside the stream: that may be dead without our knowing.
        m_context.host.closeAtRunner(m_owner);
    }
    m_totals.reason = reason;
    m_totals.duration = m_clock.age(now());
    Q_EMIT ended(m_totals);
}

void Session::detach()
{
    const net::CloseCode code = m_endReason ? closeCode(*m_endReason) : net::CloseCode::GoingAway;
    const QByteArrayView why = m_endReason ? word(*m_endReason) : QByteArrayView("restarting");
    dropRunner(code, why);
    for (std::unique_ptr<ViewerEnd> &viewer : m_viewers.takeAll()) {
        viewer->disconnect(this);
        sayGoodbye(viewer->takeSocket(), parent(), code, why);
        Q_EMIT viewerLeft(viewer->user());
        viewer.release()->deleteLater();
    }
}

void Session::checkDeadlines(std::chrono::milliseconds now)
{
    const bool isAwaited = m_state == State::Waiting || m_state == State::Reconnecting;
    const RelayLimits &limits = m_context.limits;
    if (const auto reason = m_clock.check(now, {m_isAsked, isAwaited, m_viewers.isEmpty()}, limits)) {
        end(*reason);
        return;
    }
    for (const auto &viewer : m_viewers) {
        if (!viewer->isReady() && now - viewer->since() > limits.helloTime) {
            viewer->close(net::CloseCode::PolicyViolation, "no hello");
        } else {
            viewer->checkAlive(now);
        }
    }
    if (m_runner) {
        m_runner->checkAlive(now);
    }
    if (m_clock.areRightsDue(now, limits)) {
        Q_EMIT rightsDue();
    }
}

} // namespace ci::terminal
