// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pipelineplan.h"

#include <QJsonObject>

namespace ci::app {

/// A plan as `capstan ci compile` prints it: created, reason, stages, jobs.
QJsonObject planJson(const model::PipelinePlan &plan);

} // namespace ci::app
