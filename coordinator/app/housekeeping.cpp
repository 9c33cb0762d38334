// SPDX-License-Identifier: MIT
#include "coordinator/app/housekeeping.h"

namespace ci::app {

Housekeeping::Housekeeping(api::Services &services)
    : m_services(services)
{
    m_timer.setTimerType(Qt::VeryCoarseTimer);
    m_timer.setInterval(std::chrono::hours {1});
    connect(&m_timer, &QTimer::timeout, this, &Housekeeping::sweep);
    m_timer.start();
    sweep();
}

void Housekeeping::sweep()
{
    m_services.core.artifacts().sweep();
    m_services.core.pages().sweep();
    m_services.loop.post([this](engine::Transaction &transaction) {
        const Result<void> removed = m_services.sessions.removeExpired(transaction);
        return removed ? engine::Outcome::Keep : engine::Outcome::Undo;
    });
}

} // namespace ci::app
