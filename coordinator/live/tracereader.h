// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"

#include <QByteArray>

namespace ci::live {

struct TraceState
{
    qint64 size = 0; ///< Bytes stored.
    bool complete = false; ///< Nothing more will come.
};

/// Where the bytes of logs come from. Thread-safe; each call reads little and from the page cache.
class TraceReader
{
public:
    virtual ~TraceReader() = default;
    virtual Result<TraceState> state(JobId job) = 0;
    /// Bytes from `offset`, at most `maximum`; fewer at the end, empty behind it.
    virtual Result<QByteArray> read(JobId job, qint64 offset, qint64 maximum) = 0;
};

} // namespace ci::live
