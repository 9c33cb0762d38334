// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/liveevent.h"

#include <QHash>
#include <QReadWriteLock>
#include <QSet>

namespace ci::live {

class Page;

/// Which pages listen to which topic: changed on the hub's thread, asked from every thread.
class Listeners
{
public:
    void add(const protocol::Topic &topic, Page *page);
    void remove(const protocol::Topic &topic, Page *page);
    bool contains(const protocol::Topic &topic) const; ///< Any thread.
    QSet<Page *> of(const protocol::Topic &topic) const { return m_pages.value(topic); }

private:
    mutable QReadWriteLock m_lock;
    QHash<protocol::Topic, QSet<Page *>> m_pages;
};

} // namespace ci::live
