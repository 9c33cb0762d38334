// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"

#include <QHash>
#include <QString>

#include <chrono>

namespace ci::auth {

/// Slows down the guessing of passwords. Three counts of failures, each with its own patience:
/// of one user from one address, of one address, and of one user from anywhere (patient, so that a
/// stranger can hardly lock a user out). Past the patience each failure doubles the wait; counts
/// are forgotten after ForgetTime without a failure. Bounded. Engine thread.
class LoginLimiter
{
public:
    static constexpr std::chrono::minutes ForgetTime {30};
    static constexpr std::chrono::seconds MaxWait {15 * 60};
    static constexpr int MaxEntries = 20'000;

    explicit LoginLimiter(const Clock &clock) : m_clock(clock) { }

    struct Attempt
    {
        QString address; ///< As text; IPv6 counts by its /64.
        QString username; ///< Compared without case.
    };

    /// How long to wait before the next attempt; zero: go on.
    std::chrono::seconds wait(const Attempt &attempt) const;
    /// Called before the check, so that guesses sent all at once count too …
    void started(const Attempt &attempt);
    /// … and taken back when the password was right.
    void succeeded(const Attempt &attempt);

    qsizetype size() const { return m_counts.size(); }

private:
    struct Count
    {
        int failures = 0;
        std::chrono::milliseconds lastFailure {0};
    };
    bool isStale(const Count &count) const;
    void makeRoom();

    const Clock &m_clock;
    QHash<QString, Count> m_counts;
};

} // namespace ci::auth
