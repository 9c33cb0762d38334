// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/states.h"

#include <QJsonObject>

namespace ci::api {

/// GitLab's `detailed_status` of a pipeline: `{icon, text, label, group}`.
QJsonObject detailedStatus(protocol::PipelineState state, bool hasWarnings);

} // namespace ci::api
