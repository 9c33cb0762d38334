// SPDX-License-Identifier: MIT
#include "coordinator/live/missedevents.h"

namespace ci::live {

void MissedEvents::add(const EventKey &key, const QByteArray &text)
{
    if (m_lostTopics.contains(key.topic)) {
        return; // It will be fetched anew anyway.
    }
    const auto found = m_texts.find(key);
    if (found == m_texts.end()) {
        m_order.append(key);
        m_texts.insert(key, text);
        m_bytes += text.size();
    } else {
        m_bytes += text.size() - found->size();
        *found = text;
    }
    if (m_bytes > m_maxBytes) {
        overflow();
    }
}

void MissedEvents::overflow()
{
    for (const EventKey &key : std::as_const(m_order)) {
        m_lostTopics.insert(key.topic);
    }
    m_order.clear();
    m_texts.clear();
    m_bytes = 0;
}

void MissedEvents::forget(const protocol::Topic &topic)
{
    m_lostTopics.remove(topic);
    m_order.removeIf([&](const EventKey &key) {
        if (key.topic != topic) {
            return false;
        }
        m_bytes -= m_texts.take(key).size();
        return true;
    });
}

QByteArray MissedEvents::takeNext()
{
    if (!m_lostTopics.isEmpty()) {
        const protocol::Topic topic = *m_lostTopics.cbegin();
        m_lostTopics.remove(topic);
        return protocol::liveResync(topic);
    }
    if (m_order.isEmpty()) {
        return {};
    }
    const QByteArray text = m_texts.take(m_order.takeFirst());
    m_bytes -= text.size();
    return text;
}

} // namespace ci::live
