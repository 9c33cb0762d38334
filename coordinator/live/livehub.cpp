// SPDX-License-Identifier: MIT
#include "coordinator/live/livehub.h"

#include "coordinator/live/livecore.h"

using namespace Qt::StringLiterals;

namespace ci::live {

LiveHub::LiveHub(const Clock &clock,
                 TraceReader &reader,
                 CanSee canSee,
                 LiveLimits limits,
                 QObject *parent)
    : QObject(parent),
      m_thread(std::make_unique<ObjectThread<LiveCore>>(u"live"_s,
                                                        clock,
                                                        reader,
                                                        std::move(canSee),
                                                        limits))
{
    connect(m_thread->object(), &LiveCore::traceWatched, this, &LiveHub::traceWatched);
}

LiveHub::~LiveHub() = default;

void LiveHub::attach(const LiveCaller &caller, const net::ExchangePtr &exchange)
{
    m_thread->post([=](LiveCore &core) { core.attach(caller, exchange); });
}

void LiveHub::publish(const protocol::Topic &topic,
                      protocol::LiveEntity entity,
                      qint64 id,
                      const QByteArray &data)
{
    m_thread->post([=](LiveCore &core) { core.publish({topic, entity, id}, data); });
}

void LiveHub::traceGrew(JobId job, qint64 size)
{
    m_thread->post([=](LiveCore &core) { core.growTrace(job, size); });
}

void LiveHub::traceReset(JobId job)
{
    m_thread->post([=](LiveCore &core) { core.resetTrace(job); });
}

void LiveHub::traceEnded(JobId job, qint64 size)
{
    m_thread->post([=](LiveCore &core) { core.endTrace(job, size); });
}

void LiveHub::recheck(UserId user, ProjectId project)
{
    m_thread->post([=](LiveCore &core) { core.recheck(user, project); });
}

void LiveHub::endUser(UserId user, const QString &reason)
{
    m_thread->post([=](LiveCore &core) {
        core.endWhere([user](const LiveCaller &caller) { return caller.user == user; },
                      net::CloseCode::PolicyViolation,
                      reason);
    });
}

void LiveHub::endLogin(SessionId login, const QString &reason)
{
    if (login.isNull()) {
        return; // That would be everybody who came with a token.
    }
    m_thread->post([=](LiveCore &core) {
        core.endWhere([login](const LiveCaller &caller) { return caller.session == login; },
                      net::CloseCode::PolicyViolation,
                      reason);
    });
}

void LiveHub::endToken(AccessTokenId token, const QString &reason)
{
    if (token.isNull()) {
        return; // That would be everybody who signed in.
    }
    m_thread->post([=](LiveCore &core) {
        core.endWhere([token](const LiveCaller &caller) { return caller.token == token; },
                      net::CloseCode::PolicyViolation,
                      reason);
    });
}

void LiveHub::shutDown()
{
    m_thread->post([](LiveCore &core) { core.shutDown(); });
}

bool LiveHub::hasListeners(const protocol::Topic &topic) const
{
    return m_thread->object()->hasListeners(topic);
}

qint64 LiveHub::pages() const
{
    return m_thread->object()->pages();
}

} // namespace ci::live
