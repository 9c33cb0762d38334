// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <queue>
#include <unordered_map>
#include <vector>

namespace ci::queue {

/// What a job or a request waits for.
enum class DeadlineKind : quint8 {
    StartDelayed, ///< start_in is over.
    StopEnvironment, ///< auto_stop_in is over.
    ConfirmHandout, ///< Its runner has not said `running`.
    RunnerSilence, ///< Its runner may be lost.
    JobTimeout, ///< The job's own timeout and a margin are over.
    PendingLimit, ///< Nobody took it.
    LongPoll, ///< A held request is to be answered.
    RunnerOnline, ///< It may have gone.
    Redrain, ///< Hand-outs that could not be stored are tried again.
    OfferAgain, ///< A job that could not be handed out may be again.
    MakeSigningKey, ///< The key for id tokens could not be made or stored.
    RunSchedules, ///< The next schedule is due.
};

/// All moments at which something must be looked at, in one heap behind one timer. Times are
/// monotonic: they count the coordinator's uptime and do not survive it. Engine thread.
class Deadlines final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Deadlines)

public:
    explicit Deadlines(const Clock &clock, QObject *parent = nullptr);

    /// Calls `due` once after `span`. An earlier deadline of the same kind and subject is replaced.
    void set(DeadlineKind kind,
             qint64 subject,
             std::chrono::milliseconds span,
             std::function<void()> due);
    void clear(DeadlineKind kind, qint64 subject);

    size_t count() const { return m_entries.size(); }

    /// Calls all that are due; the timer does it, and tests that turned the clock.
    void runDue();

private:
    struct Key
    {
        DeadlineKind kind;
        qint64 subject;
        bool operator==(const Key &) const = default;
    };
    struct KeyHash
    {
        size_t operator()(const Key &key) const noexcept
        {
            return std::hash<qint64> {}(key.subject * 16 + static_cast<int>(key.kind));
        }
    };
    struct Entry
    {
        quint64 serial = 0;
        std::function<void()> due;
    };
    struct Moment
    {
        std::chrono::milliseconds at;
        quint64 serial;
        Key key;
        bool operator>(const Moment &other) const
        {
            return at != other.at ? at > other.at : serial > other.serial;
        }
    };

    void arm();
    void dropStale();

    const Clock &m_clock;
    QTimer m_timer;
    quint64 m_nextSerial = 1;
    std::unordered_map<Key, Entry, KeyHash> m_entries;
    /// Replaced and cleared ones stay until they come up or outnumber the others.
    std::priority_queue<Moment, std::vector<Moment>, std::greater<>> m_heap;
};

} // namespace ci::queue
