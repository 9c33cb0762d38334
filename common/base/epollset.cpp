// SPDX-License-Identifier: MIT
#include "common/base/epollset.h"

#include <QtGlobal>

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>

namespace ci {

namespace {

// What is taken from the kernel at once; the rest comes first the next time.
constexpr int MaxEvents = 256;

// poll() tells a hang-up and an error to whoever waits for anything, and so do we.
constexpr std::array<quint32, 3> DeliveredBits {
    EPOLLIN | EPOLLHUP | EPOLLERR,
    EPOLLOUT | EPOLLHUP | EPOLLERR,
    EPOLLPRI | EPOLLHUP | EPOLLERR,
};
constexpr std::array<quint32, 3> WantedBits {EPOLLIN, EPOLLOUT, EPOLLPRI};

} // namespace

EpollSet::EpollSet()
    : m_epoll(::epoll_create1(EPOLL_CLOEXEC))
{
    if (m_epoll < 0) {
        qFatal("cannot make an epoll instance");
    }
}

EpollSet::~EpollSet()
{
    ::close(m_epoll);
}

EpollSet::Watch &EpollSet::watch(int descriptor)
{
    const auto index = static_cast<size_t>(descriptor);
    if (index >= m_watches.size()) {
        m_watches.resize(index + 1);
    }
    return m_watches[index];
}

quint32 EpollSet::wantedBits(const Watch &watch)
{
    quint32 bits = watch.always ? quint32 {EPOLLIN} : 0;
    for (size_t type = 0; type < WantedBits.size(); ++type) {
        if (watch.notifiers[type] != nullptr) {
            bits |= WantedBits[type];
        }
    }
    return bits;
}

void EpollSet::watchAlways(int descriptor)
{
    watch(descriptor).always = true;
    update(descriptor);
}

void EpollSet::add(QSocketNotifier *notifier)
{
    const int descriptor = static_cast<int>(notifier->socket());
    Watch &entry = watch(descriptor);
    if (wantedBits(entry) == 0) {
        ++entry.generation; // Events still on their way are for whoever had this number before.
    }
    entry.notifiers[static_cast<size_t>(notifier->type())] = notifier;
    update(descriptor);
}

void EpollSet::remove(QSocketNotifier *notifier)
{
    const int descriptor = static_cast<int>(notifier->socket());
    Watch &entry = watch(descriptor);
    QSocketNotifier *&slot = entry.notifiers[static_cast<size_t>(notifier->type())];
    if (slot == notifier) { // Else a newer one has taken the place.
        slot = nullptr;
        update(descriptor);
    }
}

int EpollSet::control(int operation, int descriptor, quint32 bits) const
{
    epoll_event event {};
    event.events = bits;
    event.data.u64 = (quint64 {m_watches[static_cast<size_t>(descriptor)].generation} << 32)
        | static_cast<quint32>(descriptor);
    return ::epoll_ctl(m_epoll, operation, descriptor, &event) == 0 ? 0 : errno;
}

// A descriptor may have been closed and opened anew without a word, so what we believe may be wrong.
int EpollSet::enter(int descriptor, quint32 bits) const
{
    const bool known = m_watches[static_cast<size_t>(descriptor)].registered;
    const int error = control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, bits);
    if (error == ENOENT || error == EEXIST) {
        return control(known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, bits);
    }
    return error;
}

void EpollSet::update(int descriptor)
{
    Watch &entry = watch(descriptor);
    const quint32 bits = wantedBits(entry);
    if (bits == 0) {
        control(EPOLL_CTL_DEL, descriptor, 0); // Fails where it was closed: gone all the same.
        entry.registered = false;
        entry.unpollable = false;
        std::erase(m_unpollable, descriptor);
        return;
    }
    const int error = enter(descriptor, bits);
    entry.registered = error == 0;
    if (error == EPERM) {
        watchUnpollable(descriptor);
    } else if (error != 0) {
        qWarning("cannot watch descriptor %d: error %d", descriptor, error);
    }
}

void EpollSet::watchUnpollable(int descriptor)
{
    Watch &entry = watch(descriptor);
    if (!entry.unpollable) {
        entry.unpollable = true;
        m_unpollable.push_back(descriptor);
    }
}

EpollSet::Ready EpollSet::wait(int milliseconds)
{
    std::array<epoll_event, MaxEvents> events;
    const int timeout = m_unpollable.empty() ? milliseconds : 0;
    const int count = ::epoll_wait(m_epoll, events.data(), MaxEvents, timeout);
    Ready ready;
    bool stale = false;
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[static_cast<size_t>(i)];
        const Event taken {static_cast<int>(event.data.u64 & 0xffffffffU),
                           static_cast<quint32>(event.data.u64 >> 32),
                           event.events};
        if (isLive(taken)) {
            ready.push_back(taken);
        } else {
            stale = true;
        }
    }
    for (const int descriptor : m_unpollable) {
        ready.push_back({descriptor, watch(descriptor).generation, EPOLLIN | EPOLLOUT});
    }
    if (stale) {
        rebuild();
    }
    return ready;
}

bool EpollSet::isLive(const Event &event) const
{
    const auto index = static_cast<size_t>(event.descriptor);
    return index < m_watches.size() && m_watches[index].generation == event.generation
        && wantedBits(m_watches[index]) != 0;
}

// The kernel reports an open file that nobody here watches: it was closed while a duplicate lives on
// (in a child, say), and by its number it can no longer be taken out. A new instance forgets it.
void EpollSet::rebuild()
{
    const int fresh = ::epoll_create1(EPOLL_CLOEXEC);
    if (fresh < 0) {
        return;
    }
    ::close(m_epoll);
    m_epoll = fresh;
    for (size_t index = 0; index < m_watches.size(); ++index) {
        const quint32 bits = wantedBits(m_watches[index]);
        if (bits != 0 && !m_watches[index].unpollable) {
            control(EPOLL_CTL_ADD, static_cast<int>(index), bits);
        }
    }
}

QSocketNotifier *EpollSet::readyNotifier(const Event &event, QSocketNotifier::Type type) const
{
    const auto index = static_cast<size_t>(event.descriptor);
    const auto kind = static_cast<size_t>(type);
    if (m_watches[index].generation != event.generation || !(event.bits & DeliveredBits[kind])) {
        return nullptr;
    }
    return m_watches[index].notifiers[kind];
}

} // namespace ci
