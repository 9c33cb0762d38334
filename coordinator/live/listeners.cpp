// SPDX-License-Identifier: MIT
#include "coordinator/live/listeners.h"

namespace ci::live {

void Listeners::add(const protocol::Topic &topic, Page *page)
{
    const QWriteLocker lock(&m_lock);
    m_pages[topic].insert(page);
}

void Listeners::remove(const protocol::Topic &topic, Page *page)
{
    const QWriteLocker lock(&m_lock);
    const auto found = m_pages.find(topic);
    if (found != m_pages.end()) {
        found->remove(page);
        if (found->isEmpty()) {
            m_pages.erase(found);
        }
    }
}

bool Listeners::contains(const protocol::Topic &topic) const
{
    const QReadLocker lock(&m_lock);
    return m_pages.contains(topic);
}

} // namespace ci::live
