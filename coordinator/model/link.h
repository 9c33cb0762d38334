// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"

namespace ci::model {

enum class LinkKind : quint8 {
    Start, ///< The job has started it, and is done.
    Depend, ///< and follows it, waiting states as running.
    Mirror, ///< and follows it as it is.
    Upstream, ///< The job only mirrors it.
};

/// A bridge and the pipeline that it has started or mirrors.
struct PipelineLink
{
    JobId job;
    PipelineId pipeline;
    LinkKind kind = LinkKind::Start;
};

} // namespace ci::model
