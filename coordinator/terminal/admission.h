// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"

#include <QHash>

#include <chrono>
#include <deque>

namespace ci::terminal {

/// How often each user has opened a terminal in the last minute. Bounded: old moments are
/// forgotten, and so are users without any.
class Admission
{
public:
    explicit Admission(int maxPerMinute) : m_maxPerMinute(maxPerMinute) { }

    /// False: too often. Counts only what it lets through.
    bool admit(UserId user, std::chrono::milliseconds now);

private:
    using Moments = std::deque<std::chrono::milliseconds>;
    void forgetOld(std::chrono::milliseconds now);

    int m_maxPerMinute;
    QHash<UserId, Moments> m_opened;
    std::chrono::milliseconds m_cleanedAt {0};
};

} // namespace ci::terminal
