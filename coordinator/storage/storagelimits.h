// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <chrono>
#include <optional>

namespace ci::storage {

/// Settings of this room; the numbers are GitLab's defaults where it has one.
struct StorageLimits
{
    qint64 maxTraceBytes = 100 * 1024 * 1024; ///< A longer log fails its job: trace_size_exceeded.
    qint64 maxArtifactBytes = 1024 * 1024 * 1024;
    qint64 maxReportBytes = 20 * 1024 * 1024; ///< Of every type but the archive.
    qint64 maxDotenvBytes = 5 * 1024; ///< Unpacked.
    int maxDotenvVariables = 50;
    /// Where the job says nothing; nullopt keeps for ever.
    std::optional<std::chrono::seconds> artifactExpiry = std::chrono::hours {24 * 30};
    std::optional<std::chrono::seconds> traceExpiry; ///< After the end of the job.
    int maxOpenLogs = 256; ///< Descriptors kept for logs that grow.
};

} // namespace ci::storage
