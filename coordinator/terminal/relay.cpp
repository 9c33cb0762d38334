// SPDX-License-Identifier: MIT
#include "coordinator/terminal/relay.h"

#include "coordinator/terminal/relaycore.h"

using namespace Qt::StringLiterals;

namespace ci::terminal {

TerminalRelay::TerminalRelay(const Clock &clock, RelayHost &host, RelaySettings settings, QObject *parent)
    : QObject(parent),
      m_thread(std::make_unique<ObjectThread<RelayCore>>(u"relay"_s, clock, host, std::move(settings)))
{
    const RelayCore *core = m_thread->object();
    connect(core, &RelayCore::sessionOpened, this, &TerminalRelay::sessionOpened);
    connect(core, &RelayCore::viewerJoined, this, &TerminalRelay::viewerJoined);
    connect(core, &RelayCore::viewerLeft, this, &TerminalRelay::viewerLeft);
    connect(core, &RelayCore::sessionEnded, this, &TerminalRelay::sessionEnded);
    connect(core, &RelayCore::refused, this, &TerminalRelay::refused);
}

TerminalRelay::~TerminalRelay() = default;

void TerminalRelay::attachViewer(const ViewerRequest &request, const net::ExchangePtr &exchange)
{
    m_thread->post([=](RelayCore &core) { core.attachViewer(request, exchange); });
}

void TerminalRelay::attachRunner(const StreamRequest &request, const net::ExchangePtr &exchange)
{
    m_thread->post([=](RelayCore &core) { core.attachRunner(request, exchange); });
}

void TerminalRelay::refuseSession(const QByteArray &session, const QByteArray &reason)
{
    m_thread->post([=](RelayCore &core) { core.refuseSession(session, reason); });
}

void TerminalRelay::endSession(const QByteArray &session, EndReason reason)
{
    m_thread->post([=](RelayCore &core) { core.endSession(session, reason); });
}

void TerminalRelay::endJob(JobId job, EndReason reason)
{
    m_thread->post([=](RelayCore &core) { core.endJob(job, reason); });
}

void TerminalRelay::endUser(UserId user, EndReason reason)
{
    m_thread->post([=](RelayCore &core) {
        core.endWhere([user](const SessionOwner &owner) { return owner.user == user; }, reason);
    });
}

void TerminalRelay::endLogin(SessionId login, EndReason reason)
{
    if (login.isNull()) {
        return; // That would be everybody who came with a token.
    }
    m_thread->post([=](RelayCore &core) {
        core.endWhere([login](const SessionOwner &owner) { return owner.login == login; }, reason);
    });
}

void TerminalRelay::endToken(AccessTokenId token, EndReason reason)
{
    if (token.isNull()) {
        return; // That would be everybody who signed in.
    }
    m_thread->post([=](RelayCore &core) {
        core.endWhere([token](const SessionOwner &owner) { return owner.token == token; }, reason);
    });
}

void TerminalRelay::endRunner(RunnerId runner, EndReason reason)
{
    m_thread->post([=](RelayCore &core) {
        core.endWhere([runner](const SessionOwner &owner) { return owner.runner == runner; }, reason);
    });
}

void TerminalRelay::setHeld(JobId job, std::optional<Timestamp> until)
{
    m_thread->post([=](RelayCore &core) { core.setHeld(job, until); });
}

void TerminalRelay::shutDown()
{
    m_thread->post([](RelayCore &core) { core.shutDown(); });
}

void TerminalRelay::detachAll()
{
    m_thread->post([](RelayCore &core) { core.detachAll(); });
}

RelayCounts TerminalRelay::counts() const
{
    return m_thread->object()->counts();
}

} // namespace ci::terminal
