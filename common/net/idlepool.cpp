// SPDX-License-Identifier: MIT
#include "common/net/idlepool.h"

#include <algorithm>

namespace ci::net {

namespace {
using Steady = std::chrono::steady_clock;

// Below what servers keep (ours 75 s, others from 15 s on), so that a request seldom meets a
// connection that is just being closed.
constexpr std::chrono::seconds IdleTime {10};
// Kept at most; beyond it the oldest goes.
constexpr size_t MaxIdle = 64;
} // namespace

struct IdlePool::Entry final : Transport::Listener
{
    void readable() override
    {
        transport->close();
        pool->drop(this);
    }
    void written() override { }

    IdlePool *pool = nullptr;
    Endpoint endpoint;
    std::unique_ptr<Transport> transport;
    Steady::time_point end;
};

IdlePool::IdlePool(QObject *parent)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &IdlePool::expire);
}

IdlePool::~IdlePool() = default;

void IdlePool::put(const Endpoint &endpoint, std::unique_ptr<Transport> transport)
{
    auto entry = std::make_unique<Entry>();
    entry->pool = this;
    entry->endpoint = endpoint;
    entry->transport = std::move(transport);
    entry->end = Steady::now() + IdleTime;
    entry->transport->setListener(entry.get());
    entry->transport->setPaused(false);
    m_entries.push_back(std::move(entry));
    if (m_entries.size() > MaxIdle) {
        m_entries.erase(m_entries.begin());
    }
    arm();
}

std::unique_ptr<Transport> IdlePool::take(const Endpoint &endpoint)
{
    for (size_t i = m_entries.size(); i-- > 0;) {
        if (m_entries[i]->endpoint != endpoint) {
            continue;
        }
        std::unique_ptr<Transport> transport = std::move(m_entries[i]->transport);
        m_entries.erase(m_entries.begin() + static_cast<ptrdiff_t>(i));
        transport->setListener(nullptr);
        if (transport->isQuiet()) {
            return transport;
        }
    }
    return nullptr;
}

void IdlePool::drop(Entry *entry)
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [entry](const auto &owned) {
        return owned.get() == entry;
    });
    if (found == m_entries.end()) {
        return;
    }
    // Later: we are inside one of its transport's calls.
    QMetaObject::invokeMethod(
        this,
        [owned = std::shared_ptr<Entry>(std::move(*found))] { Q_UNUSED(owned) },
        Qt::QueuedConnection);
    m_entries.erase(found);
}

void IdlePool::expire()
{
    const Steady::time_point now = Steady::now();
    std::erase_if(m_entries, [now](const auto &entry) { return entry->end <= now; });
    arm();
}

void IdlePool::arm()
{
    if (m_entries.empty()) {
        m_timer.stop();
    } else if (!m_timer.isActive()) {
        m_timer.start(std::chrono::ceil<std::chrono::milliseconds>(m_entries.front()->end - Steady::now()));
    }
}

} // namespace ci::net
