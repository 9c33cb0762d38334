// SPDX-License-Identifier: MIT
#include "runner/channelbackoff.h"

#include <QRandomGenerator>

#include <algorithm>

namespace ci::runner {

std::chrono::milliseconds ChannelBackoff::next()
{
    m_step = m_step.count() == 0 ? m_limits.first : std::min(m_step * 2, m_limits.longest);
    const int half = static_cast<int>(m_step.count() / 2);
    return std::chrono::milliseconds {half + QRandomGenerator::global()->bounded(half + 1)};
}

} // namespace ci::runner
