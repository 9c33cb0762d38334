// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/liveevent.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QSet>

namespace ci::live {

/// What an event is about: of several for the same, only the newest matters.
struct EventKey
{
    protocol::Topic topic;
    protocol::LiveEntity entity = protocol::LiveEntity::Job;
    qint64 id = 0;
    bool operator==(const EventKey &) const = default;
};

inline size_t qHash(const EventKey &key, size_t seed = 0)
{
    return qHashMulti(seed, key.topic, static_cast<quint8>(key.entity), key.id);
}

/// Events in the order of their first coming, the newest text of each. Bounded: past the limit all
/// of it is replaced by the list of topics that must be fetched anew.
class MissedEvents
{
public:
    explicit MissedEvents(qsizetype maxBytes) : m_maxBytes(maxBytes) { }

    void add(const EventKey &key, const QByteArray &text);
    bool isEmpty() const { return m_order.isEmpty() && m_lostTopics.isEmpty(); }
    void forget(const protocol::Topic &topic);

    /// The next frame to send; empty when there is none.
    QByteArray takeNext();

private:
    void overflow();

    qsizetype m_maxBytes;
    qsizetype m_bytes = 0;
    QList<EventKey> m_order;
    QHash<EventKey, QByteArray> m_texts;
    QSet<protocol::Topic> m_lostTopics;
};

} // namespace ci::live
