// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace ci::runner {

/// How long to wait before dialling again: doubles to a cap, each with a random part, so that a
/// thousand runners do not come back in the same moment.
class ChannelBackoff
{
public:
    struct Limits
    {
        std::chrono::milliseconds first {250};
        std::chrono::milliseconds longest {30'000};
    };

    ChannelBackoff() = default;
    explicit ChannelBackoff(Limits limits) : m_limits(limits) { }

    /// Between half of the step and the step.
    std::chrono::milliseconds next();
    void reset() { m_step = std::chrono::milliseconds {0}; }

private:
    Limits m_limits;
    std::chrono::milliseconds m_step {0};
};

} // namespace ci::runner
