// SPDX-License-Identifier: MIT
#include "runner/terminalpool.h"

namespace ci::runner {

TerminalPool::~TerminalPool()
{
    // The links first: they use the client.
    for (const auto &[session, link] : m_links) {
        delete link;
    }
}

net::HttpClient &TerminalPool::client()
{
    if (!m_client) {
        m_client = std::make_unique<net::HttpClient>();
        if (m_address.tls) {
            m_client->setTls(*m_address.tls);
        }
    }
    return *m_client;
}

void TerminalPool::open(const protocol::ChannelTerminalOpen &order, const TerminalPlace &place)
{
    auto link = std::make_unique<TerminalLink>(m_address, client(), order, this);
    if (const Result<void> started = link->start(place); !started) {
        Q_EMIT refused({order.job, order.session, started.error().detail.toUtf8()});
        Q_EMIT shellGone(order.session);
        return;
    }
    const QByteArray session = order.session;
    connect(link.get(), &TerminalLink::shellGone, this, [this, session] {
        Q_EMIT shellGone(session);
    });
    connect(link.get(), &TerminalLink::finished, this, [this, session] { drop(session); });
    m_links.emplace(session, link.release());
}

void TerminalPool::close(const QByteArray &session)
{
    if (const auto found = m_links.find(session); found != m_links.end()) {
        found->second->stop();
    }
}

void TerminalPool::drop(const QByteArray &session)
{
    if (const auto found = m_links.find(session); found != m_links.end()) {
        found->second->deleteLater(); // It is the one that is calling.
        m_links.erase(found);
    }
}

} // namespace ci::runner
