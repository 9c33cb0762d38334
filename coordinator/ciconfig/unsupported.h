// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/configuration.h"

namespace ci::ciconfig {

/// Reports, as errors, every use of what the engine does not run by a job of the plan. The one list
/// of it is in unsupported.cpp: a keyword becomes supported by losing its row.
void reportUnsupported(const Configuration &configuration, const model::PipelinePlan &plan, Report &report);

} // namespace ci::ciconfig
