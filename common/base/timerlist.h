// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QObject>

#include <chrono>
#include <map>
#include <optional>
#include <unordered_map>

namespace ci {

/// The timers of one thread, ordered by when they are due. A timer fires at most once a round, and
/// not while its own handler runs (a nested loop), so neither zero timers nor slow handlers starve
/// the sockets.
class TimerList
{
public:
    using Steady = std::chrono::steady_clock;

    struct Spec
    {
        int id = 0;
        std::chrono::milliseconds interval {0};
        Qt::TimerType type = Qt::CoarseTimer;
        QObject *object = nullptr;
    };

    struct Round
    {
        quint64 number = 0;
        Steady::time_point now;
    };

    struct Due
    {
        int id = 0;
        QObject *object = nullptr;
        quint64 serial = 0; ///< Tells a timer from a later one with the same id.
    };

    void add(const Spec &spec);
    bool remove(int id);
    bool removeAll(const QObject *object);
    QList<Spec> of(const QObject *object) const;

    /// Milliseconds, rounded up; 0 when due, -1 for an unknown id.
    int remaining(int id) const;
    /// The same for the earliest timer; -1: none.
    int untilNext() const;

    Round beginRound();
    /// The next one that is due, already set to its next time.
    std::optional<Due> takeDue(const Round &round);
    void delivered(const Due &due);

private:
    struct Timer
    {
        Spec spec;
        quint64 serial = 0;
        quint64 round = 0; ///< In which it fired last.
        bool inHandler = false;
        std::multimap<Steady::time_point, int>::iterator place;
    };

    void schedule(Timer &timer, Steady::time_point when);
    static Steady::time_point firstTime(const Spec &spec, Steady::time_point now);

    std::unordered_map<int, Timer> m_timers;
    std::multimap<Steady::time_point, int> m_order;
    quint64 m_rounds = 0;
    quint64 m_serials = 0;
};

} // namespace ci
