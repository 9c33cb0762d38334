// SPDX-License-Identifier: MIT
#include "coordinator/terminal/admission.h"

namespace ci::terminal {

namespace {

constexpr std::chrono::minutes Window {1};

} // namespace

bool Admission::admit(UserId user, std::chrono::milliseconds now)
{
    forgetOld(now);
    Moments &moments = m_opened[user];
    while (!moments.empty() && now - moments.front() >= Window) {
        moments.pop_front();
    }
    if (static_cast<int>(moments.size()) >= m_maxPerMinute) {
        return false;
    }
    moments.push_back(now);
    return true;
}

void Admission::forgetOld(std::chrono::milliseconds now)
{
    if (now - m_cleanedAt < Window) {
        return;
    }
    m_cleanedAt = now;
    m_opened.removeIf([now](const auto &entry) {
        return entry.value().empty() || now - entry.value().back() >= Window;
    });
}

} // namespace ci::terminal
