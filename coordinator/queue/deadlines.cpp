// SPDX-License-Identifier: MIT
#include "coordinator/queue/deadlines.h"

#include <algorithm>

namespace ci::queue {

using std::chrono::milliseconds;

namespace {

// A timer's longest span; a later deadline is looked at again then.
constexpr milliseconds LongestTimer {24 * 3600 * 1000};
// Dead entries that are not worth a rebuild of the heap.
constexpr size_t ToleratedDead = 1024;

} // namespace

Deadlines::Deadlines(const Clock &clock, QObject *parent) : QObject(parent), m_clock(clock)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Deadlines::runDue);
}

void Deadlines::set(DeadlineKind kind,
                    qint64 subject,
                    milliseconds span,
                    std::function<void()> due)
{
    const Key key {kind, subject};
    const quint64 serial = m_nextSerial++;
    m_entries.insert_or_assign(key, Entry {serial, std::move(due)});
    m_heap.push({m_clock.monotonic() + std::max(span, milliseconds {0}), serial, key});
    dropStale();
    if (m_heap.top().serial == serial) {
        arm();
    }
}

void Deadlines::clear(DeadlineKind kind, qint64 subject)
{
    m_entries.erase({kind, subject});
}

void Deadlines::dropStale()
{
    if (m_heap.size() <= 2 * m_entries.size() + ToleratedDead) {
        return;
    }
    std::vector<Moment> alive;
    for (; !m_heap.empty(); m_heap.pop()) {
        const Moment &moment = m_heap.top();
        const auto entry = m_entries.find(moment.key);
        if (entry != m_entries.end() && entry->second.serial == moment.serial) {
            alive.push_back(moment);
        }
    }
    m_heap = std::priority_queue<Moment, std::vector<Moment>, std::greater<>>(
        std::greater<>(), std::move(alive));
}

void Deadlines::arm()
{
    if (m_heap.empty()) {
        m_timer.stop();
        return;
    }
    const milliseconds span = m_heap.top().at - m_clock.monotonic();
    m_timer.start(std::clamp(span, milliseconds {0}, LongestTimer));
}

void Deadlines::runDue()
{
    const milliseconds now = m_clock.monotonic();
    while (!m_heap.empty() && m_heap.top().at <= now) {
        const Moment moment = m_heap.top();
        m_heap.pop();
        const auto entry = m_entries.find(moment.key);
        if (entry == m_entries.end() || entry->second.serial != moment.serial) {
            continue;
        }
        const std::function<void()> due = std::move(entry->second.due);
        m_entries.erase(entry);
        due();
    }
    arm();
}

} // namespace ci::queue
