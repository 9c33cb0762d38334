// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/services.h"
#include "db/database.h"

namespace ci::api {

/// All metrics in the text format of Prometheus (0.0.4).
QByteArray metricsText(Services &services, db::Database &database);

} // namespace ci::api
