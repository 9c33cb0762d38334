// SPDX-License-Identifier: MIT
#include "common/base/timerlist.h"

#include <algorithm>

namespace ci {

namespace {

int wholeMilliseconds(TimerList::Steady::duration duration)
{
    // Up, not down: waking a fraction early would spin until the time has come.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
    return static_cast<int>(std::clamp<qint64>(left, 0, std::numeric_limits<int>::max()));
}

} // namespace

TimerList::Steady::time_point TimerList::firstTime(const Spec &spec, Steady::time_point now)
{
    const Steady::time_point due = now + spec.interval;
    if (spec.type != Qt::VeryCoarseTimer) {
        return due;
    }
    // All very coarse timers share the full seconds, so that they wake the thread together.
    return Steady::time_point(
        std::chrono::ceil<std::chrono::seconds>(due.time_since_epoch()));
}

void TimerList::add(const Spec &spec)
{
    remove(spec.id);
    Timer timer;
    timer.spec = spec;
    timer.serial = ++m_serials;
    // Not in a round under way: a handler that starts zero timers would never get out of it.
    timer.round = m_rounds;
    timer.place = m_order.emplace(firstTime(spec, Steady::now()), spec.id);
    m_timers.emplace(spec.id, timer);
}

bool TimerList::remove(int id)
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end()) {
        return false;
    }
    m_order.erase(found->second.place);
    m_timers.erase(found);
    return true;
}

bool TimerList::removeAll(const QObject *object)
{
    const QList<Spec> timers = of(object);
    for (const Spec &timer : timers) {
        remove(timer.id);
    }
    return !timers.isEmpty();
}

QList<TimerList::Spec> TimerList::of(const QObject *object) const
{
    QList<Spec> result;
    for (const auto &[id, timer] : m_timers) {
        if (timer.spec.object == object) {
            result.append(timer.spec);
        }
    }
    return result;
}

int TimerList::remaining(int id) const
{
    const auto found = m_timers.find(id);
    if (found == m_timers.end()) {
        return -1;
    }
    return wholeMilliseconds(found->second.place->first - Steady::now());
}

int TimerList::untilNext() const
{
    // Timers whose handler is running wait for it; there are as many as loops are nested.
    for (const auto &[when, id] : m_order) {
        if (!m_timers.at(id).inHandler) {
            return wholeMilliseconds(when - Steady::now());
        }
    }
    return -1;
}

TimerList::Round TimerList::beginRound()
{
    return {++m_rounds, Steady::now()};
}

std::optional<TimerList::Due> TimerList::takeDue(const Round &round)
{
    for (const auto &[when, id] : m_order) {
        if (when > round.now) {
            break;
        }
        Timer &timer = m_timers.at(id);
        if (timer.inHandler || timer.round >= round.number) {
            continue;
        }
        timer.round = round.number;
        timer.inHandler = true;
        // Keeps its rhythm, but does not make up for what was missed.
        const Steady::time_point next = when + timer.spec.interval;
        const Due due {id, timer.spec.object, timer.serial};
        schedule(timer, next > round.now ? next : round.now + timer.spec.interval);
        return due;
    }
    return std::nullopt;
}

void TimerList::schedule(Timer &timer, Steady::time_point when)
{
    m_order.erase(timer.place);
    timer.place = m_order.emplace(when, timer.spec.id);
}

void TimerList::delivered(const Due &due)
{
    const auto found = m_timers.find(due.id);
    if (found != m_timers.end() && found->second.serial == due.serial) {
        found->second.inHandler = false;
    }
}

} // namespace ci
