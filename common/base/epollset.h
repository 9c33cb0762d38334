// SPDX-License-Identifier: MIT
#pragma once

#include <QSocketNotifier>
#include <QVarLengthArray>

#include <array>
#include <vector>

struct epoll_event;

namespace ci {

/// The descriptors one thread watches, with up to three notifiers each, in one epoll instance.
/// Closed and reused descriptors do no harm: each watching has its own generation.
class EpollSet
{
public:
    struct Event
    {
        int descriptor = -1;
        quint32 generation = 0;
        quint32 bits = 0;
    };
    using Ready = QVarLengthArray<Event, 64>;

    EpollSet();
    ~EpollSet();
    EpollSet(const EpollSet &) = delete;
    EpollSet &operator=(const EpollSet &) = delete;

    /// For reading, without a notifier.
    void watchAlways(int descriptor);

    void add(QSocketNotifier *notifier);
    void remove(QSocketNotifier *notifier);

    /// What is ready now or within the time; -1 waits for ever.
    Ready wait(int milliseconds);

    /// The notifier that `event` is for, unless it is gone by now.
    QSocketNotifier *readyNotifier(const Event &event, QSocketNotifier::Type type) const;

private:
    struct Watch
    {
        std::array<QSocketNotifier *, 3> notifiers {};
        quint32 generation = 0;
        bool registered = false; ///< With epoll, as far as we know.
        bool always = false; ///< watchAlways()
        bool unpollable = false; ///< A file: epoll refuses it, it counts as always ready.
    };

    Watch &watch(int descriptor);
    void update(int descriptor);
    void watchUnpollable(int descriptor);
    int control(int operation, int descriptor, quint32 bits) const;
    int enter(int descriptor, quint32 bits) const;
    bool isLive(const Event &event) const;
    void rebuild();
    static quint32 wantedBits(const Watch &watch);

    int m_epoll;
    std::vector<Watch> m_watches; ///< By descriptor.
    std::vector<int> m_unpollable;
};

} // namespace ci
