// SPDX-License-Identifier: MIT
#include "coordinator/terminal/relaycore.h"

#include "coordinator/terminal/log.h"
#include "coordinator/terminal/sessionsecret.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::terminal {

namespace {

/// 22 of 62 characters: 131 bits.
constexpr int SessionIdLength = 22;
constexpr int KeyLength = 43;

struct RefusalRow
{
    RefusalKind kind;
    int status;
    QLatin1StringView message;
};

constexpr std::array RefusalRows {
    RefusalRow {RefusalKind::UnknownSession, 404, "404 Terminal Not Found"_L1},
    RefusalRow {RefusalKind::UnknownSecret, 404, "404 Terminal Not Found"_L1},
    RefusalRow {RefusalKind::NoSubprotocol, 400, "400 No known subprotocol was asked for"_L1},
    RefusalRow {RefusalKind::TooMany, 423, "423 Too many terminals are open"_L1},
    RefusalRow {RefusalKind::TooOften, 429, "429 Terminals are opened too often; wait a minute"_L1},
    RefusalRow {RefusalKind::ShuttingDown, 503, "503 Shutting down"_L1},
};

net::Response refusalResponse(RefusalKind kind)
{
    const RefusalRow &row = RefusalRows[static_cast<size_t>(kind)];
    net::Response response;
    response.status = row.status;
    response.headers.set("Content-Type", "application/json");
    if (row.kind == RefusalKind::TooOften) {
        response.headers.set("Retry-After", "60");
    }
    response.body = QJsonDocument(QJsonObject {{u"message"_s, row.message}})
                        .toJson(QJsonDocument::Compact);
    return response;
}

bool isSameOwner(const SessionOwner &owner, const ViewerRequest &request)
{
    return owner.job == request.job && owner.user == request.user;
}

} // namespace

RelayCore::RelayCore(const Clock &clock, RelayHost &host, RelaySettings settings)
    : m_clock(clock), m_host(host), m_settings(std::move(settings)),
      m_isKeyKept(!m_settings.key.isEmpty()), m_startedAt(clock.monotonic()),
      m_admission(m_settings.limits.maxOpensPerMinute), m_gate(std::make_shared<net::ThreadGate>(this)),
      m_ticker(this)
{
    if (!m_isKeyKept) {
        m_settings.key = Secret {randomText(KeyLength)};
    }
    connect(&m_ticker, &QTimer::timeout, this, &RelayCore::tick);
}

RelayCore::~RelayCore()
{
    m_gate->shut();
}

void RelayCore::attachViewer(const ViewerRequest &request, const net::ExchangePtr &exchange)
{
    if (exchange->isGone()) {
        return;
    }
    // First how often, so that guessing session ids is slow as well.
    const std::optional<RefusalKind> kind = m_admission.admit(request.user, m_clock.monotonic())
        ? objection(request)
        : RefusalKind::TooOften;
    if (kind) {
        refuse({*kind, request.job, request.user, request.runner}, exchange);
        return;
    }
    Session *session = sessionFor(request);
    exchange->upgrade({chooseSubprotocol(request.subprotocols), {}},
                      session,
                      [session, request](net::WebSocket *socket) {
                          session->join(std::unique_ptr<net::WebSocket>(socket), request);
                      });
}

std::optional<RefusalKind> RelayCore::objection(const ViewerRequest &request) const
{
    if (m_isShuttingDown) {
        return RefusalKind::ShuttingDown;
    }
    if (chooseSubprotocol(request.subprotocols).isEmpty()) {
        return RefusalKind::NoSubprotocol;
    }
    if (request.session.isEmpty()) {
        return isFull(request) ? std::optional(RefusalKind::TooMany) : std::nullopt;
    }
    const Session *session = m_sessions.value(request.session);
    if (!session) {
        // An observer need not be the owner, and only the runner's secret tells who is.
        const bool isObserver = request.role == protocol::ViewerRole::Observer;
        if (isObserver || !mayAdopt(request.session)) {
            return RefusalKind::UnknownSession;
        }
        return isFull(request) ? std::optional(RefusalKind::TooMany) : std::nullopt;
    }
    // The API may let others watch; nobody else may write.
    const bool isOwner = isSameOwner(session->owner(), request);
    const bool mayWatch = session->owner().job == request.job
        && request.role == protocol::ViewerRole::Observer;
    if (!isOwner && !mayWatch) {
        return RefusalKind::UnknownSession;
    }
    return session->viewerCount() >= m_settings.limits.maxViewersPerSession
        ? std::optional(RefusalKind::TooMany)
        : std::nullopt;
}

bool RelayCore::isFull(const ViewerRequest &request) const
{
    const RelayLimits &limits = m_settings.limits;
    int ofUser = 0;
    int ofJob = 0;
    int ofRunner = 0;
    for (const Session *session : m_sessions) {
        const SessionOwner &owner = session->owner();
        ofUser += owner.user == request.user ? 1 : 0;
        ofJob += owner.job == request.job ? 1 : 0;
        ofRunner += owner.runner == request.runner ? 1 : 0;
    }
    return m_sessions.size() >= limits.maxSessions || ofUser >= limits.maxSessionsPerUser
        || ofJob >= limits.maxSessionsPerJob || ofRunner >= limits.maxSessionsPerRunner;
}

Session *RelayCore::sessionFor(const ViewerRequest &request)
{
    if (Session *known = m_sessions.value(request.session)) {
        return known;
    }
    const bool isReturn = !request.session.isEmpty();
    Session *session = addSession({isReturn ? request.session : randomText(SessionIdLength),
                                   request.job,
                                   request.runner,
                                   request.user,
                                   request.login,
                                   request.token});
    if (isReturn) {
        session->adopt();
    }
    return session;
}

/// A session that we do not know may be one of before our start, which its runner still has.
bool RelayCore::mayAdopt(const QByteArray &session) const
{
    return m_isKeyKept && m_clock.monotonic() - m_startedAt < m_settings.limits.adoptionTime
        && protocol::isSessionId(session) && !m_endedSessions.contains(session);
}

void RelayCore::attachRunner(const StreamRequest &request, const net::ExchangePtr &exchange)
{
    if (exchange->isGone()) {
        return;
    }
    const std::optional<SessionOwner> owner
        = ownerFromSecret(m_settings.key, request.runner, request.session, request.secret);
    if (!owner) {
        refuse({RefusalKind::UnknownSecret, {}, {}, request.runner}, exchange);
        return;
    }
    Session *session = m_sessions.value(request.session);
    if (!session && !m_isShuttingDown && mayAdopt(request.session)) {
        session = addSession(*owner);
        session->adopt();
    }
    if (!session || session->owner().job != owner->job || session->owner().user != owner->user
        || session->owner().runner != owner->runner) {
        refuse({RefusalKind::UnknownSession, owner->job, owner->user, request.runner}, exchange);
        return;
    }
    exchange->upgrade({protocol::TerminalStreamV1.toByteArray(), {}},
                      session,
                      [session](net::WebSocket *socket) {
                          session->attachRunner(std::unique_ptr<net::WebSocket>(socket));
                      });
}

void RelayCore::refuse(const Refusal &refusal, const net::ExchangePtr &exchange)
{
    exchange->respond(refusalResponse(refusal.kind));
    ++m_refused;
    Q_EMIT refused(refusal);
}

Session *RelayCore::addSession(SessionOwner owner)
{
    auto *session
        = new Session(std::move(owner), {m_settings.limits, m_clock, m_host, m_settings.key}, this);
    m_sessions.insert(session->owner().session, session);
    ++m_alive;
    connectSession(session);
    if (const auto held = m_held.constFind(session->owner().job); held != m_held.cend()) {
        session->setHeld(*held);
    }
    if (!m_ticker.isActive()) {
        m_ticker.start(m_settings.limits.tick);
    }
    return session;
}

void RelayCore::connectSession(Session *session)
{
    connect(session, &Session::opened, this, [this, session] {
        ++m_opened;
        Q_EMIT sessionOpened(session->owner());
    });
    connect(session, &Session::viewerJoined, this, [this, session](UserId user) {
        ++m_viewers;
        Q_EMIT viewerJoined(session->owner(), user);
    });
    connect(session, &Session::viewerLeft, this, [this, session](UserId user) {
        --m_viewers;
        Q_EMIT viewerLeft(session->owner(), user);
    });
    connect(session, &Session::inputPassed, this, [this](qint64 bytes) { m_inputBytes += bytes; });
    connect(session, &Session::outputPassed, this, [this](qint64 bytes) { m_outputBytes += bytes; });
    connect(session, &Session::frameDropped, this, [this] { ++m_droppedFrames; });
    connect(session, &Session::rightsDue, this, [this, session] {
        // The answer may come from any thread, and later than we live.
        const QByteArray id = session->owner().session;
        m_host.mayStay(session->owner(), [this, id, gate = m_gate](bool may) {
            if (!may) {
                gate->post([this, id] { endSession(id, EndReason::RightWithdrawn); });
            }
        });
    });
    connect(session, &Session::ended, this, [this, session](const SessionEnd &end) {
        forget(session, end);
    });
}

void RelayCore::forget(Session *session, const SessionEnd &end)
{
    if (m_clock.monotonic() - m_startedAt < m_settings.limits.adoptionTime) {
        m_endedSessions.insert(end.owner.session);
    } else {
        m_endedSessions.clear();
    }
    m_sessions.remove(end.owner.session);
    --m_alive;
    session->deleteLater(); // It is the one that is calling.
    if (m_sessions.isEmpty()) {
        m_ticker.stop();
    }
    qCInfo(lcTerminal).nospace().noquote()
        << "terminal ended session=" << end.owner.session << " job=" << end.owner.job.value()
        << " user=" << end.owner.user.value() << " reason=\"" << word(end.reason)
        << "\" input_bytes=" << end.inputBytes << " output_bytes=" << end.outputBytes
        << " duration_ms=" << end.duration.count();
    Q_EMIT sessionEnded(end);
}

void RelayCore::refuseSession(const QByteArray &session, const QByteArray &reason)
{
    Session *known = m_sessions.value(session);
    if (known && known->state() == State::Waiting) {
        known->end(EndReason::RunnerRefused, reason);
    }
}

void RelayCore::endSession(const QByteArray &session, EndReason reason)
{
    if (Session *known = m_sessions.value(session)) {
        known->end(reason);
    }
}

void RelayCore::endWhere(const std::function<bool(const SessionOwner &)> &matches, EndReason reason)
{
    const QList<Session *> sessions = m_sessions.values();
    for (Session *session : sessions) {
        if (matches(session->owner())) {
            session->end(reason);
        }
    }
}

void RelayCore::endJob(JobId job, EndReason reason)
{
    m_held.remove(job);
    endWhere([job](const SessionOwner &owner) { return owner.job == job; }, reason);
}

void RelayCore::setHeld(JobId job, std::optional<Timestamp> until)
{
    if (until) {
        m_held.insert(job, *until);
    } else {
        m_held.remove(job);
    }
    for (Session *session : std::as_const(m_sessions)) {
        if (session->owner().job == job) {
            session->setHeld(until);
        }
    }
}

void RelayCore::shutDown()
{
    m_isShuttingDown = true;
    endWhere([](const SessionOwner &) { return true; }, EndReason::ShuttingDown);
}

void RelayCore::detachAll()
{
    m_isShuttingDown = true;
    for (Session *session : std::as_const(m_sessions)) {
        session->detach();
    }
}

void RelayCore::tick()
{
    const std::chrono::milliseconds now = m_clock.monotonic();
    const QList<Session *> sessions = m_sessions.values();
    for (Session *session : sessions) {
        session->checkDeadlines(now);
    }
}

RelayCounts RelayCore::counts() const
{
    return {m_alive, m_viewers, m_opened, m_refused, m_inputBytes, m_outputBytes, m_droppedFrames};
}

} // namespace ci::terminal
