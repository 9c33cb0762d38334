// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"

#include <QObject>
#include <QTimer>

namespace ci::app {

/// What must be cleared away by the hour: expired artifacts and sign-ins. Engine thread.
class Housekeeping final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Housekeeping)

public:
    explicit Housekeeping(api::Services &services);

private:
    void sweep();

    api::Services &m_services;
    QTimer m_timer;
};

} // namespace ci::app
