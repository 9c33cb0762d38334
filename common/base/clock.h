// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <chrono>
#include <optional>

namespace ci {

/// A moment in UTC, to the millisecond: what is stored and shown.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where all time comes from, so that a test turns the hands. Thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;

    /// Wall time. May jump; never used to measure.
    virtual Timestamp now() const = 0;

    /// Time since an arbitrary moment; never goes back. For deadlines and durations.
    virtual std::chrono::milliseconds monotonic() const = 0;
};

class SystemClock final : public Clock
{
public:
    Timestamp now() const override;
    std::chrono::milliseconds monotonic() const override;
};

/// Stands still until told otherwise.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(Timestamp start = Timestamp {std::chrono::hours {24 * 365 * 50}})
        : m_now(start) { }

    Timestamp now() const override { return m_now; }
    std::chrono::milliseconds monotonic() const override { return m_monotonic; }
    void advance(std::chrono::milliseconds by)
    {
        m_now += by;
        m_monotonic += by;
    }

private:
    Timestamp m_now;
    std::chrono::milliseconds m_monotonic {0};
};

/// "2026-03-01T10:20:30.123Z", the form of GitLab's API.
QByteArray toIso8601(Timestamp time);
std::optional<Timestamp> fromIso8601(QByteArrayView text);

inline qint64 toMilliseconds(Timestamp time) { return time.time_since_epoch().count(); }
inline Timestamp fromMilliseconds(qint64 ms) { return Timestamp {std::chrono::milliseconds {ms}}; }

} // namespace ci
